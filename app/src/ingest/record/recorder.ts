import type { Ask } from '../components.ts';
import { capped } from '../input/capped.ts';
import type { PollOptions, Source } from '../source.ts';
import { type Recorded, RecordingFolder } from './recording-folder.ts';

/** Answers that came and were not judged yet. */
interface Pending {
  readonly receivedMs: number;
  readonly body: Buffer;
}

/**
 * Keeps the answers of a source that asks over HTTP as they came, unpacked from the way and packed with zstd, a file each. A
 * source makes its requests with {@link ask}.
 *
 * Kept are the answers that the source made polls of, so that `replay:` reads each of them; what came with another status, was
 * torn or of no use is not. Answers to a form, such as tokens, never are.
 */
export class Recorder {
  readonly #folder: RecordingFolder;
  readonly #clock: () => number;
  #pending: Pending[] = [];

  constructor(folder: string, maxBytes: number, clock: () => number) {
    this.#folder = new RecordingFolder(folder, maxBytes);
    this.#clock = clock;
  }

  /** Wraps what sends requests. */
  ask(ask: Ask): Ask {
    return async (url, init) => {
      const answer = await ask(url, init);
      const { body } = answer;
      if (answer.status !== 200 || init.method !== 'GET' || body === null) return answer;
      const keep = (bytes: readonly Uint8Array[]): void => {
        this.#pending.push({ receivedMs: this.#clock(), body: Buffer.concat(bytes) });
      };
      return {
        ...answer,
        body: { cancel: () => body.cancel(), [Symbol.asyncIterator]: () => tee(body, keep) },
      };
    };
  }

  open(): Promise<void> {
    return this.#folder.open();
  }

  /**
   * Polls a source until the signal fires, or so many polls came, and keeps what they are made of.
   * @throws as the source, and Error of the file system
   */
  async record(
    source: Source,
    options: PollOptions & { readonly maxPolls?: number; readonly onPoll?: (so: Recorded) => void },
  ): Promise<Recorded> {
    const { onPoll, maxPolls = Infinity, ...asked } = options;
    const onState: PollOptions['onState'] = (state) => {
      // Its answer was of no use.
      if (state.kind !== 'ok') this.#pending = [];
      asked.onState?.(state);
    };
    let polls = 0;
    for await (const _poll of source.polls({ ...asked, onState })) {
      const answers = this.#pending.splice(0);
      for (const { receivedMs, body } of answers) await this.#folder.write(receivedMs, 'json', body);
      polls += 1;
      onPoll?.(this.recorded);
      if (polls >= maxPolls || asked.signal?.aborted === true) break;
    }
    return this.recorded;
  }

  get recorded(): Recorded {
    return this.#folder.recorded;
  }
}

/** Passes a body on, and keeps it where it was read to its end; within the bound of every answer. */
async function* tee(
  body: AsyncIterable<Uint8Array>,
  keep: (bytes: readonly Uint8Array[]) => void,
): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const bytes of capped(body)) {
    all.push(Uint8Array.from(bytes));
    yield bytes;
  }
  keep(all);
}
