import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Primary result code of a lock that another has. Source: SQLite, "Result and Error Codes", SQLITE_BUSY. */
const BUSY = 5;

/**
 * A lock on a file that the kernel holds for this process and takes back when it ends, however it ends: no process id
 * that comes back for another program, no clock, and processes see it across containers of one machine. SQLite carries
 * it, because Node itself has no lock on files; it knows each system's (fcntl, LockFileEx). The file stays empty.
 *
 * Nothing in this process may open the file by other means: closing it would give the lock away (fcntl, POSIX).
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
