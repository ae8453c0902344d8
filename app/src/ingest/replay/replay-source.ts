import { oddRowsNotice } from '../opensky/answer.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { findRecordings, readRecording } from './recordings.ts';

/**
 * Recorded answers of OpenSky's `GET /states/all`, from a file or a folder, in order of their `time` and without
 * pauses. The vectors say feed `replay` and keep their own times. It ends with the last recording.
 */
export class ReplaySource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #path: string;

  /** @param path A `.json` or `.json.gz` file, or a folder of such files. */
  constructor(path: string) {
    this.#path = path;
    this.name = `replay:${path}`;
  }

  /**
   * One poll per recording.
   * @throws ContrailError `invalid` / `replay-unreadable` before the first poll when any file is no such answer.
   */
  async *polls({ signal, onState, whenReady, label }: PollOptions): AsyncGenerator<Poll> {
    const recordings = await findRecordings(this.#path, signal);
    for (const [index, { path }] of recordings.entries()) {
      await whenReady?.();
      if (signal?.aborted === true) return;
      const answer = await readRecording(path, label);
      const { messages, vectors, others } = answer;
      const odd = oddRowsNotice(answer);
      onState?.({
        kind: 'ok',
        message: `Recording ${index + 1} of ${recordings.length}, ${path}: ${vectors} vectors.`,
        ...(odd !== null && { notices: [{ about: 'rows', message: `${path}: ${odd}` }] }),
      });
      yield { kind: 'packed', messages, vectors, others };
    }
  }
}
