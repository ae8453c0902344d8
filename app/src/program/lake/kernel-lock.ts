import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Primary result code of a lock that another has. Source: SQLite, "Result and Error Codes", SQLITE_BUSY. */
const BUSY = 5;

/**
 * A lock on a file. The kernel holds it for this process and releases it when the process ends, for whatever reason. So
 * it needs no clock and no process id, which another program may get later, and it works across the containers of one
 * machine. Node has no file locks; SQLite has those of each system (fcntl, LockFileEx). The file stays empty.
 *
 * Nothing in this process may open the file by other means: closing it would release the lock (fcntl, POSIX).
 */
export class KernelLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The lock; `held` when another has it; `unsupported` on a file system that cannot lock. Never waits. */
  static async take(path: string): Promise<KernelLock | 'held' | 'unsupported'> {
    await mkdir(dirname(path), { recursive: true });
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(path, { timeout: 0 });
      database.exec('begin exclusive');
      return new KernelLock(database);
    } catch (error) {
      database?.close();
      const { errcode } = error as { readonly errcode?: unknown };
      return typeof errcode === 'number' && (errcode & 0xff) === BUSY ? 'held' : 'unsupported';
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
