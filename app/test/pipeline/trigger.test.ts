import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseProgress, type Progress, PROGRESS_FILE } from '../../src/lake/progress.ts';
import type { OffsetRange, Topic } from '../../src/topic/topic.ts';
import { fillTopic, openTopic, run, smallWorld, START_SECONDS } from './small-world.ts';

const TRIGGER_MS = 10;

function progressOf(directory: string): Progress | null {
  const file = join(directory, 'lake', PROGRESS_FILE);
  return existsSync(file) ? parseProgress(readFileSync(file, 'utf8')) : null;
}

describe('the trigger', () => {
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-trigger-'));
    await fillTopic(directory, smallWorld());
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs two micro-batches; answers at which look at the topic each began. The clock stands. */
  async function looksOfBatches(
    maxRows: number,
    seen: (look: number, ranges: readonly OffsetRange[]) => readonly OffsetRange[],
  ): Promise<readonly number[]> {
    await using topic = await openTopic(directory);
    let looks = 0;
    const began: number[] = [];
    const stop = new AbortController();
    const watched: Pick<Topic, 'name' | 'identity' | 'marks' | 'offsets' | 'read' | 'describe' | 'words'> = {
      name: topic.name,
      identity: () => topic.identity(),
      marks: (ranges) => topic.marks(ranges),
      read: (ranges, options) => topic.read(ranges, options),
      describe: () => topic.describe(),
      words: () => topic.words(),
      offsets: async () => {
        looks += 1;
        return seen(looks, await topic.offsets());
      },
    };
    await run(directory, {
      topic: watched as Topic,
      maxRows,
      once: false,
      triggerMs: TRIGGER_MS,
      clock: () => START_SECONDS * 1000,
      signal: stop.signal,
      onBatch: () => {
        began.push(looks);
        if (began.length === 2) stop.abort();
      },
    });
    return began;
  }

  /** The first half of each partition. */
  const half = (ranges: readonly OffsetRange[]): readonly OffsetRange[] =>
    ranges.map((range) => ({ ...range, end: range.end / 2n }));

  it('lets messages gather after a micro-batch that took all there was', async () => {
    const began = await looksOfBatches(10_000, (look, ranges) => (look === 1 ? half(ranges) : ranges));
    expect(began).toEqual([1, 3]);
  });

  it('is messages that arrive, however long it is', async () => {
    const empty = join(directory, 'empty');
    await using topic = await openTopic(empty);
    const stop = new AbortController();
    const batch = Promise.withResolvers<void>();
    const running = run(empty, {
      topic,
      maxRows: 10_000,
      once: false,
      triggerMs: 3_600_000,
      signal: stop.signal,
      onBatch: () => batch.resolve(),
    });
    await expect.poll(() => progressOf(empty)?.state).toBe('waiting');
    await topic.append(smallWorld());
    await batch.promise;
    stop.abort();
    await running;
  });

  it('does not hold up a pipeline that is behind', async () => {
    expect(await looksOfBatches(150, (_, ranges) => ranges)).toEqual([1, 2]);
  });
});
