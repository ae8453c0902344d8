import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';

const compress = promisify(zstdCompress);

/** What was recorded, and what of it was removed again. */
export interface Recorded {
  /** Answers, or files of lines. */
  readonly answers: number;
  /** Bytes on the disk. */
  readonly bytes: number;
  readonly removed: number;
}

/** `20261130T221601123Z-0007.json.zst`: when it came, its number among those of a moment, and what it holds. */
const NAME = /^\d{8}T\d{9}Z-\d{4}\.(json|sbs)\.zst$/;

/** A folder of recordings that never holds more than a limit: the oldest go. Other files in it stay. */
export class RecordingFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #files: { readonly name: string; readonly bytes: number }[] = [];
  #written = 0;
  #bytes = 0;
  #removed = 0;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  get recorded(): Recorded {
    return { answers: this.#written, bytes: this.#bytes, removed: this.#removed };
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

  /** Writes a recording, packed with zstd. */
  async write(receivedMs: number, what: 'json' | 'sbs', body: Uint8Array): Promise<void> {
    const at = new Date(receivedMs).toISOString().replaceAll(/[-:.]/g, '');
    const name = `${at}-${String(this.#written % 10_000).padStart(4, '0')}.${what}.zst`;
    const packed = await compress(body);
    await this.#makeRoom(packed.length);
    // Whole or not at all; hidden, so that nobody takes it for a recording before.
    const hidden = join(this.#folder, `.${name}`);
    await writeFile(hidden, packed);
    await rename(hidden, join(this.#folder, name));
    this.#files.push({ name, bytes: packed.length });
    this.#written += 1;
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
