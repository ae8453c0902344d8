import type { LiveComponents } from '../components.ts';
import { utc } from '../input/utc.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { findRecordings, readRecording } from './recordings.ts';

/** How a recording is played. */
export interface ReplayOptions {
  /** How many times as fast as it was recorded; default, and Infinity: without pauses. */
  readonly speed?: number;
}

/**
 * Recorded answers of OpenSky, of receivers or services, from a file or a folder, in order of their times: without pauses, or
 * with those that there were between them, so many times as short. The vectors say feed `replay` and keep their own times. It
 * ends with the last recording.
 */
export class ReplaySource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #path: string;
  readonly #speed: number;
  readonly #components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>;

  /** @param path A file as `contrail record` writes it, `.json` or `.json.gz`, or a folder of such files. */
  constructor(
    path: string,
    components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>,
    { speed = Infinity }: ReplayOptions = {},
  ) {
    this.#path = path;
    this.#speed = speed;
    this.#components = components;
    this.name = `replay:${path}`;
  }

  /**
   * One poll per recording.
   * @throws ContrailError `invalid` / `replay-unreadable` before the first poll when any file is no such answer.
   */
  async *polls({ signal, onState, whenReady, label }: PollOptions): AsyncGenerator<Poll> {
    const { clock, monotonic } = this.#components;
    const recordings = await findRecordings(this.#path, signal);
    const begin = { atMs: monotonic(), time: recordings[0]?.time ?? 0 };
    for (const [index, { path, time }] of recordings.entries()) {
      // By the monotonic clock, from the beginning on: a slow topic shortens the next pause.
      const dueMs = begin.atMs + ((time - begin.time) * 1000) / this.#speed - monotonic();
      if (dueMs > 0) await waitUntil(clock() + dueMs, dueMs, this.#components, signal);
      await whenReady?.();
      if (signal?.aborted === true) return;
      const { messages, vectors, others, odd } = await readRecording(path, label);
      const next = recordings[index + 1];
      const nextMs =
        next === undefined || this.#speed === Infinity
          ? null
          : clock() + begin.atMs + ((next.time - begin.time) * 1000) / this.#speed - monotonic();
      const when = nextMs === null ? '' : ` The next one is due at ${utc(nextMs, clock())}.`;
      onState?.({
        kind: 'ok',
        message: `Recording ${index + 1} of ${recordings.length}, ${path}: ${vectors} vectors.${when}`,
        ...(nextMs !== null && { next_poll_at_ms: Math.round(nextMs) }),
        ...(odd !== null && { notices: [{ about: 'rows', message: `${path}: ${odd}` }] }),
      });
      yield { kind: 'packed', messages, vectors, others };
    }
  }
}
