import type { ObjectStore } from '@contrail/delta-lake';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ContrailError } from '../../errors.ts';

/**
 * Translates between the three names of a place: the `address` of the engine port (a local path, or `s3://bucket/…`),
 * the `key` in the store, and Spark's path.
 */
export class Storage {
  readonly store: ObjectStore;
  /** Without a slash at the end. */
  readonly root: string;

  constructor(store: ObjectStore) {
    this.store = store;
    this.root = store.url.startsWith('file:') ? fileURLToPath(store.url) : store.url;
  }

  /** Whether it is a disk, not an object store. */
  get isLocal(): boolean {
    return !this.root.startsWith('s3://');
  }

  /** @throws ContrailError `internal` for a place outside the store. */
  keyOf(address: string): string {
    if (address.startsWith(`${this.root}/`)) return address.slice(this.root.length + 1);
    throw new ContrailError(
      'outside-lake',
      `The engine cannot write to ${address}: it is not in the lake ${this.root}.`,
    );
  }

  addressOf(key: string): string {
    return `${this.root}/${key}`;
  }

  /** Objects below a folder, hidden ones (`_temporary/…`) too. */
  async list(folderKey: string): Promise<readonly { readonly key: string; readonly bytes: number }[]> {
    const found: { key: string; bytes: number }[] = [];
    for await (const { key, bytes } of this.store.list(`${folderKey}/`)) found.push({ key, bytes });
    return found;
  }

  /**
   * Makes a folder on a local disk; an object store has none. Spark starts a process (`chmod`) for each folder that it
   * makes there, so those that it will need are made here.
   */
  async makeFolder(folderKey: string): Promise<void> {
    if (this.isLocal) await mkdir(join(this.root, folderKey), { recursive: true });
  }

  /** Makes files below a new folder survive a power cut, which Spark does not do on a local disk. */
  async sync(folderKey: string, keys: readonly string[]): Promise<void> {
    if (!this.isLocal) return;
    const paths = new Set<string>();
    for (const key of keys) {
      paths.add(key);
      for (let parent = dirname(key); parent.length >= folderKey.length; parent = dirname(parent))
        paths.add(parent);
    }
    paths.add(dirname(folderKey));
    await Promise.all(Array.from(paths, (path) => syncPath(join(this.root, path))));
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** An address for Spark to write to. */
export const sparkPath = (address: string): string =>
  address.startsWith('s3://') ? `s3a://${address.slice('s3://'.length)}` : `file:${address}`;

/** An address for Spark to read, with the characters escaped that Spark takes for a pattern. */
export const sparkPattern = (address: string): string => sparkPath(address).replace(/[[\]{}*?\\]/g, '\\$&');
