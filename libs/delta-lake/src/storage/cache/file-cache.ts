/**
 * Keeps copies of immutable objects on the local disk, up to a number of bytes. Any number of processes may share the
 * folder.
 *
 *     objects/<name>                 a whole object; the time of its last use is its modification time
 *     uses/<process>/<n>-<name>      a hard link to it while a process uses it
 *     uses/<process>/<n>-<name>.part an object on its way in
 *
 * A file appears in `objects` by rename(2), synced, so a crash leaves whole files or parts, never half an object under
 * its name. Eviction deletes the least recently used files that no process links to. A file in use has two names, so
 * even if it is evicted at the wrong moment, its users can read it (without hard links, each use has a copy). A living
 * process touches its folder in `uses` every minute; one that was not touched for ten minutes is removed.
 */
import { clearInterval, setInterval } from 'node:timers';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mayLackLinks } from '../local/creation.ts';
import type { LocalCopy } from '../object-store.ts';

export interface FileCacheOptions {
  /**
   * Created at the first use. Must be on a local file system; without hard links, a file in use takes its space twice.
   */
  readonly folder: string;
  /**
   * The most bytes that the kept files take. Files in use are kept beyond it, and each process may exceed it by a
   * sixteenth, because it does not measure the whole folder each time.
   */
  readonly maxBytes: number;
  /** Epoch ms; default the system's clock. */
  readonly clock?: () => number;
}

const TOUCH_MS = 60_000;
const DEAD_MS = 600_000;

/** One use of one object by this process, shared by all callers that ask for it at the same time. */
interface Use {
  readonly path: string;
  readonly ready: Promise<void>;
  users: number;
}

/** The cache in one folder, as one process sees it. */
export class FileCache {
  readonly #objects: string;
  readonly #uses: string;
  readonly #own: string;
  readonly #maxBytes: number;
  readonly #clock: () => number;
  readonly #inUse = new Map<string, Use>();
  #count = 0;
  #touching: NodeJS.Timeout | undefined;
  #opening: Promise<void> | null = null;
  #room: Promise<void> = Promise.resolve();
  /** Bytes in `objects` at the last look, and what we have added since; null before the first. */
  #seen: { readonly bytes: number; added: number } | null = null;

  constructor(options: FileCacheOptions) {
    const folder = resolve(options.folder);
    this.#objects = join(folder, 'objects');
    this.#uses = join(folder, 'uses');
    this.#own = join(this.#uses, randomUUID());
    this.#maxBytes = options.maxBytes;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * The file `name`. `fill` writes it if it is missing or does not have `bytes` bytes. Callers that ask for one name at
   * the same time share one call of `fill`.
   */
  async copy(
    name: string,
    bytes: number | undefined,
    fill: (path: string) => Promise<void>,
  ): Promise<LocalCopy> {
    let use = this.#inUse.get(name);
    if (!use) {
      const path = join(this.#own, `${this.#count++}-${name}`);
      use = { path, users: 0, ready: this.#take(name, path, bytes, fill) };
      this.#inUse.set(name, use);
    }
    const { path } = use;
    const held = use;
    held.users++;
    const release = async (): Promise<void> => {
      if (--held.users > 0) return;
      this.#inUse.delete(name);
      await rm(path, { force: true });
    };
    try {
      await held.ready;
    } catch (error) {
      await release();
      throw error;
    }
    let isReleased = false;
    return {
      path,
      [Symbol.asyncDispose]: async () => {
        if (!isReleased) await release();
        isReleased = true;
      },
    };
  }

  /** Ends all uses of this process. The files stay for the next one. */
  async close(): Promise<void> {
    await this.#opening;
    clearInterval(this.#touching);
    await rm(this.#own, { recursive: true, force: true });
  }

  /** Makes `path` a link to the object, which is fetched if necessary. */
  async #take(
    name: string,
    path: string,
    bytes: number | undefined,
    fill: (path: string) => Promise<void>,
  ): Promise<void> {
    // A failure is not kept, so a disk that was full is tried again.
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    await this.#opening;
    const object = join(this.#objects, name);
    if (await linkIfThere(object, path)) {
      const found = await stat(path);
      if (bytes === undefined || found.size === bytes) {
        await this.#touch(path);
        return;
      }
      await unlink(path);
    }
    const part = `${path}.part`;
    try {
      await fill(part);
      const size = await sync(part);
      await this.#makeRoom(size);
      await this.#touch(part);
      await linkOrCopy(part, path);
      // From here other processes find it, whole.
      await rename(part, object);
    } finally {
      await rm(part, { force: true });
    }
  }

  async #open(): Promise<void> {
    await mkdir(this.#objects, { recursive: true });
    await mkdir(this.#own, { recursive: true });
    await this.#removeDead();
    await this.#touch(this.#own);
    // Best effort: if the folder was deleted, the next use reports it.
    const touch = (): unknown => this.#touch(this.#own).catch(() => undefined);
    this.#touching = setInterval(touch, TOUCH_MS).unref();
  }

  async #touch(path: string): Promise<void> {
    const now = new Date(this.#clock());
    await utimes(path, now, now);
  }

  /** Makes room for one object at a time, so that two do not count on the same free space. */
  #makeRoom(bytes: number): Promise<void> {
    this.#room = this.#room
      .catch(() => undefined)
      .then(async () => {
        const seen = this.#seen;
        const isKnown = seen !== null && seen.added + bytes <= this.#maxBytes / 16;
        if (isKnown && seen.bytes + seen.added + bytes <= this.#maxBytes) seen.added += bytes;
        else this.#seen = { bytes: await this.#evictTo(this.#maxBytes - bytes), added: bytes };
      });
    return this.#room;
  }

  /** Deletes the least recently used files down to `limit` bytes; answers the bytes that are left. */
  async #evictTo(limit: number): Promise<number> {
    await this.#removeDead();
    const names = await readdir(this.#objects);
    const files = (
      await Promise.all(
        names.map(async (name) => {
          const path = join(this.#objects, name);
          const found = await ifThere(stat(path));
          return found && { path, bytes: found.size, usedAtMs: found.mtimeMs, isInUse: found.nlink > 1 };
        }),
      )
    ).filter((file) => file !== null);
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const file of files.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (total <= limit) break;
      if (file.isInUse) continue;
      await rm(file.path, { force: true });
      total -= file.bytes;
    }
    return total;
  }

  async #removeDead(): Promise<void> {
    const oldest = this.#clock() - DEAD_MS;
    for (const name of await readdir(this.#uses)) {
      const folder = join(this.#uses, name);
      const found = await ifThere(stat(folder));
      if (folder !== this.#own && found && found.mtimeMs < oldest) {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}

async function sync(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Gives a file a second name; without hard links, copies it, which takes its space twice. */
async function linkOrCopy(file: string, path: string): Promise<void> {
  try {
    await link(file, path);
  } catch (error) {
    if (!mayLackLinks(error)) throw error;
    await copyFile(file, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

/** Whether there was a file to link to. */
async function linkIfThere(file: string, path: string): Promise<boolean> {
  return (await ifThere(linkOrCopy(file, path).then(() => true))) ?? false;
}

/** The outcome, or null when a file is not there. */
async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
