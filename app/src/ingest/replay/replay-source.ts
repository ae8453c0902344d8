import type { LiveComponents } from '../components.ts';
import { utc } from '../input/utc.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { isLineFile, LinePlayer, type PlayedSecond } from './lines.ts';
import { findRecordings, readRecording, unreadableFile } from './recordings.ts';

/** How a recording is played. */
export interface ReplayOptions {
  /** How many times as fast as it was recorded; default, and Infinity: without pauses. */
  readonly speed?: number;
}

/**
 * Recorded answers of OpenSky, of receivers or services, and recorded lines of receivers, from a file or a folder, in order of their times: without pauses, or
 * with those that there were between them, so many times as short. The vectors say feed `replay` and keep their own times. It
 * ends with the last recording.
 */
export class ReplaySource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #path: string;
  readonly #speed: number;
  readonly #components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>;

  /** @param path A file as `contrail record` writes it, also unpacked or with gzip, or a folder of such files. */
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
   * One poll per recorded answer, or for each second in which lines came.
   * @throws ContrailError `invalid` / `replay-unreadable` before the first poll when any file is no such recording.
   */
  async *polls({ signal, onState, whenReady, label }: PollOptions): AsyncGenerator<Poll> {
    const recordings = await findRecordings(this.#path, signal);
    const begin: Begin = { atMs: this.#components.monotonic(), time: recordings[0]?.time ?? 0 };
    const player = new LinePlayer();
    for (const [index, { path, time }] of recordings.entries()) {
      const said = `Recording ${index + 1} of ${recordings.length}, ${path}`;
      if (isLineFile(path)) {
        const isLast = !isLineFile(recordings[index + 1]?.path ?? '');
        for await (const second of this.#seconds(player, path, isLast)) {
          await this.#pause(begin, second.time, signal);
          await whenReady?.();
          if (signal?.aborted === true) return;
          const notices = player.notices(path);
          onState?.({
            kind: 'ok',
            message: `${said}: ${second.vectors.length} vectors.`,
            ...(notices.length > 0 && { notices }),
          });
          yield { kind: 'vectors', vectors: second.vectors };
        }
        continue;
      }
      await this.#pause(begin, time, signal);
      await whenReady?.();
      if (signal?.aborted === true) return;
      const { messages, vectors, others, odd } = await readRecording(path, label);
      const next = recordings[index + 1];
      const { clock } = this.#components;
      const nextMs =
        next === undefined || this.#speed === Infinity ? null : clock() + this.#untilMs(begin, next.time);
      const when = nextMs === null ? '' : ` The next one is due at ${utc(nextMs, clock())}.`;
      onState?.({
        kind: 'ok',
        message: `${said}: ${vectors} vectors.${when}`,
        ...(nextMs !== null && { next_poll_at_ms: Math.round(nextMs) }),
        ...(odd !== null && { notices: [{ about: 'rows', message: `${path}: ${odd}` }] }),
      });
      yield { kind: 'packed', messages, vectors, others };
    }
  }

  /** The seconds of a file of lines. @throws ContrailError `invalid` / `replay-unreadable` */
  async *#seconds(player: LinePlayer, path: string, isLast: boolean): AsyncGenerator<PlayedSecond> {
    try {
      yield* player.play(path, isLast);
    } catch (error) {
      throw unreadableFile(path, error);
    }
  }

  /** How long until a time of the recording is due. By the monotonic clock, from the beginning on: a slow topic shortens the next pause. */
  #untilMs(begin: Begin, time: number): number {
    return begin.atMs + ((time - begin.time) * 1000) / this.#speed - this.#components.monotonic();
  }

  async #pause(begin: Begin, time: number, signal: AbortSignal | undefined): Promise<void> {
    const dueMs = this.#untilMs(begin, time);
    if (dueMs > 0) await waitUntil(this.#components.clock() + dueMs, dueMs, this.#components, signal);
  }
}

/** When playing began, by the monotonic clock, and the first time of the recordings. */
interface Begin {
  readonly atMs: number;
  readonly time: number;
}
