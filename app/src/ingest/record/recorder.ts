import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import type { Ask } from '../components.ts';
import { capped } from '../input/capped.ts';
import type { PollOptions, Source } from '../source.ts';

const compress = promisify(zstdCompress);

/** What was recorded, and what of it was removed again. */
export interface Recorded {
  readonly answers: number;
  /** Bytes on the disk. */
  readonly bytes: number;
  readonly removed: number;
}

/** `20261130T221601123Z-0007.json.zst`: when it came, and its number among those of a moment. */
const NAME = /^\d{8}T\d{9}Z-\d{4}\.json\.zst$/;

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
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #clock: () => number;
  readonly #files: { readonly name: string; readonly bytes: number }[] = [];
  #pending: Pending[] = [];
  #answers = 0;
  #bytes = 0;
  #removed = 0;

  constructor(folder: string, maxBytes: number, clock: () => number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
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

  /** Counts what an earlier run left, so that it is within the limit too. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of (await readdir(this.#folder)).filter((one) => NAME.test(one)).toSorted()) {
      const { size } = await stat(join(this.#folder, name));
      this.#files.push({ name, bytes: size });
      this.#bytes += size;
    }
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
      for (const answer of answers) await this.#write(answer);
      polls += 1;
      onPoll?.(this.recorded);
      if (polls >= maxPolls || asked.signal?.aborted === true) break;
    }
    return this.recorded;
  }

  get recorded(): Recorded {
    return { answers: this.#answers, bytes: this.#bytes, removed: this.#removed };
  }

  async #write({ receivedMs, body }: Pending): Promise<void> {
    const at = new Date(receivedMs).toISOString().replaceAll(/[-:.]/g, '');
    const name = `${at}-${String(this.#answers % 10_000).padStart(4, '0')}.json.zst`;
    const packed = await compress(body);
    await this.#makeRoom(packed.length);
    // Whole or not at all; hidden, so that nobody takes it for an answer before.
    const hidden = join(this.#folder, `.${name}`);
    await writeFile(hidden, packed);
    await rename(hidden, join(this.#folder, name));
    this.#files.push({ name, bytes: packed.length });
    this.#answers += 1;
    this.#bytes += packed.length;
  }

  /** The oldest go: a person who records wants what has just happened. */
  async #makeRoom(bytes: number): Promise<void> {
    while (this.#bytes + bytes > this.#maxBytes) {
      const oldest = this.#files.shift();
      if (oldest === undefined) return;
      await rm(join(this.#folder, oldest.name), { force: true });
      this.#bytes -= oldest.bytes;
      this.#removed += 1;
    }
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
