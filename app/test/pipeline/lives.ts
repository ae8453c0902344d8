import fc from 'fast-check';
import type { Message } from '../../src/topic/topic.ts';
import type { RunOptions } from './small-world.ts';

/** One life of a pipeline: what comes before it, how it cuts, and after how many named points it is stopped. */
export interface Life {
  /** Messages that are appended to the topic before it begins; so batches end at any offset of any partition. */
  readonly arrivals: number;
  readonly maxRows: number;
  readonly points: number;
}

/** Inclusive bounds. */
export interface Span {
  readonly min: number;
  readonly max: number;
}

/** Any life within bounds. */
export const anyLife = (bounds: Readonly<Record<keyof Life, Span>>): fc.Arbitrary<Life> =>
  fc.record({
    arrivals: fc.integer(bounds.arrivals),
    maxRows: fc.integer(bounds.maxRows),
    points: fc.integer(bounds.points),
  });

/** Where a pipeline lives. */
export interface Habitat {
  readonly messages: readonly Message[];
  readonly append: (messages: readonly Message[]) => Promise<void>;
  /** Runs a pipeline that remembers nothing of those before it. */
  readonly run: (options: Pick<RunOptions, 'maxRows' | 'signal' | 'onPoint'>) => Promise<unknown>;
}

/** Pipelines live and are stopped one after another; then the rest of the messages comes, and one drains them all. */
export async function liveThrough(
  lives: readonly Life[],
  rest: Pick<Life, 'maxRows'>,
  { messages, append, run }: Habitat,
): Promise<void> {
  let arrived = 0;
  for (const { arrivals, maxRows, points } of lives) {
    await append(messages.slice(arrived, arrived + arrivals));
    arrived += arrivals;
    const stop = new AbortController();
    let left = points;
    await run({
      maxRows,
      signal: stop.signal,
      onPoint: () => {
        left -= 1;
        if (left === 0) stop.abort();
      },
    });
  }
  await append(messages.slice(arrived));
  await run(rest);
}
