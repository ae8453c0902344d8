import type { PollOptions, Source } from '../source.ts';
import type { Line } from '../sbs/lines.ts';
import { type Recorded, RecordingFolder } from './recording-folder.ts';

/** A file is written when it is so old or so large: a process that is killed loses no more. */
const [FILE_MS, FILE_BYTES] = [60_000, 4_000_000];

/**
 * Keeps the lines that a receiver sends, each with the time of its receipt, so that they can be joined again as they were, and a
 * wrong clock of the receiver stays what it is.
 *
 *     file := zstd frame of *( received SP line LF )     received: epoch ms, decimal; line: as it came, Latin-1
 *
 * A line that is too long to be one is kept with a mark that makes it longer than any line may be.
 */
export class LineRecorder {
  readonly #folder: RecordingFolder;
  #lines: string[] = [];
  #bytes = 0;
  #beganMs = 0;
  #count = 0;
  /** Files are written one after another. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, maxBytes: number) {
    this.#folder = new RecordingFolder(folder, maxBytes);
  }

  get recorded(): Recorded {
    return this.#folder.recorded;
  }

  /** How many lines came. */
  get lines(): number {
    return this.#count;
  }

  open(): Promise<void> {
    return this.#folder.open();
  }

  /** Takes a line, for the source to call. */
  hear({ text, isTooLong }: Line, received_ms: number): void {
    if (this.#lines.length === 0) this.#beganMs = received_ms;
    const line = `${received_ms} ${text}${isTooLong ? TOO_LONG : ''}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#count += 1;
    if (this.#bytes >= FILE_BYTES || received_ms - this.#beganMs >= FILE_MS) this.#write();
  }

  /**
   * Polls a source that calls {@link hear}, until the signal fires, or so many polls came.
   * @throws as the source, and Error of the file system
   */
  async record(
    source: Source,
    options: PollOptions & { readonly maxPolls?: number; readonly onPoll?: (so: Recorded) => void },
  ): Promise<Recorded> {
    const { onPoll, maxPolls = Infinity, ...asked } = options;
    let polls = 0;
    try {
      for await (const _poll of source.polls(asked)) {
        // Here a failure ends it.
        await this.#writing;
        polls += 1;
        onPoll?.(this.recorded);
        if (polls >= maxPolls || asked.signal?.aborted === true) break;
      }
    } finally {
      this.#write();
      await this.#writing;
    }
    return this.recorded;
  }

  #write(): void {
    if (this.#lines.length === 0) return;
    const body = Buffer.from(this.#lines.join(''), 'latin1');
    const beganMs = this.#beganMs;
    [this.#lines, this.#bytes] = [[], 0];
    this.#writing = this.#writing.then(() => this.#folder.write(beganMs, 'sbs', body));
    // Met by the loop.
    this.#writing.catch(() => undefined);
  }
}

/** Stands at the end of what is left of a line that was too long. */
export const TOO_LONG = '...too long';
