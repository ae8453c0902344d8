import type { TableContext } from '../context/context.ts';
import { type EncodedFile, putEncoded } from '../parquet/codec.ts';
import { deleteObject } from '../storage/key.ts';
import type { DataFile } from '../transaction/draft.ts';

/** Files that are uploaded at the same time: an object store takes a while to answer each. */
const AT_ONCE = 4;

/** Data files on their way into the store, a few at a time. */
export class Uploads {
  readonly #context: TableContext;
  readonly #files: Promise<DataFile>[] = [];
  readonly #keys: string[] = [];
  readonly #running = new Set<Promise<unknown>>();

  constructor(context: TableContext) {
    this.#context = context;
  }

  /** Resolves when the upload has begun, which may have to wait for an earlier one. {@link done} reports a failure. */
  async start(encoded: EncodedFile, file: DataFile): Promise<void> {
    while (this.#running.size >= AT_ONCE) await Promise.race(this.#running);
    this.#keys.push(file.path);
    // For a large object the store notes the time at which the upload began.
    const begun = { ...file, modifiedAtMs: this.#context.clock() };
    const upload = putEncoded(this.#context.store, file.path, encoded).then(() => begun);
    this.#files.push(upload);
    const settled: Promise<unknown> = upload
      .catch(() => undefined)
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }

  /** The files, in the order of their start, when all are durable. @throws DeltaError store-failed */
  done(): Promise<readonly DataFile[]> {
    return Promise.all(this.#files);
  }

  /** Deletes what was uploaded. Best effort: a file that stays belongs to no table, and vacuum deletes it. */
  async undo(): Promise<void> {
    await Promise.allSettled(this.#files);
    await Promise.allSettled(this.#keys.map((key) => deleteObject(this.#context.store, key)));
  }
}
