import type { Storage } from './storage.ts';

/**
 * Folders that Spark is writing files of tables into. Each is noted beside what the engine keeps until its job has
 * ended, so that a process that dies leaves word of them: what an unfinished job left behind is hidden from a table's
 * vacuum, as Hadoop hides `_temporary`.
 */
export class OpenFolders {
  readonly #storage: Storage;
  readonly #notes: string;

  /** `notes`: the folder of the notes, a key of the store. */
  constructor(storage: Storage, notes: string) {
    this.#storage = storage;
    this.#notes = notes;
  }

  /** Lets a job write into a folder; when it fails, whatever it left is removed. */
  async during<T>(folder: string, job: () => Promise<T>): Promise<T> {
    const note = `${this.#notes}/${encodeURIComponent(folder)}`;
    await this.#storage.store.put(note, '');
    try {
      return await job();
    } catch (error) {
      // Best effort: the next engine finds the note. A job that is still running may add files; they are never committed.
      await removeBelow(this.#storage, folder).catch(() => undefined);
      throw error;
    } finally {
      await this.#storage.store.delete(note);
    }
  }

  /** Removes what is in a folder that somebody noted and never finished. */
  static async discard(storage: Storage, note: string): Promise<void> {
    const folder = folderOf(note);
    if (folder !== null) await removeBelow(storage, folder);
  }
}

/** A folder that the engine makes for one job: below a table, with a name of its own that no person gives. */
const FRESH = /^[^/]+(?:\/[^/]+)*\/[0-9a-f-]+$/;

/** The folder that a note is about; null where it is no fresh one: whatever a file says, no table is emptied for it. */
function folderOf(note: string): string | null {
  try {
    const folder = decodeURIComponent(note.slice(note.lastIndexOf('/') + 1));
    return FRESH.test(folder) && !folder.split('/').includes('..') ? folder : null;
  } catch {
    return null;
  }
}

async function removeBelow(storage: Storage, folder: string): Promise<void> {
  for (const { key } of await storage.list(folder)) await storage.store.delete(key);
}
