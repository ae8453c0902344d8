import type { Poll, Source, SourceState } from '../source.ts';
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
  async *polls(options: {
    readonly signal?: AbortSignal;
    readonly onState?: (state: SourceState) => void;
  }): AsyncGenerator<Poll> {
    const { signal, onState } = options;
    const recordings = await findRecordings(this.#path, signal);
    for (const [index, { path }] of recordings.entries()) {
      if (signal?.aborted === true) return;
      const { vectors, skipped } = await readRecording(path);
      const left = skipped > 0 ? `, ${skipped} rows that are no vectors left out` : '';
      onState?.({
        kind: 'ok',
        message: `Recording ${index + 1} of ${recordings.length}, ${path}: ${vectors.length} vectors${left}.`,
      });
      yield { kind: 'vectors', vectors };
    }
  }
}
