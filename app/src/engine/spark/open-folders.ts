import type { Storage } from './storage.ts';

/**
 * Folders into which Spark is writing files of tables. Each is noted until its job has ended, so that the note remains
 * if the process dies. It is needed because a table's vacuum does not see what an unfinished job leaves in Hadoop's
 * hidden folder `_temporary`.
 */
export class OpenFolders {
  readonly #storage: Storage;
  readonly #notes: string;

  /** `notes`: the folder of the notes, a key of the store. */
  constructor(storage: Storage, notes: string) {
    this.#storage = storage;
    this.#notes = notes;
  }

  /** Runs a job that writes into a folder; if it fails, its files are removed. */
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

  /** Removes the files in a folder that was noted and not finished. */
  static async discard(storage: Storage, note: string): Promise<void> {
    const folder = folderOf(note);
    if (folder !== null) await removeBelow(storage, folder);
  }
}

/** The form of a folder that the engine makes for one job: below a table, with a generated name. */
const FRESH = /^[^/]+(?:\/[^/]+)*\/[0-9a-f-]+$/;

/**
 * The folder that a note names; null if it is not of the form of a job's folder. No note may lead to deleting a table.
 */
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
