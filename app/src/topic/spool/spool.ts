/**
 * Polls that wait on the disk for a topic that is away: one SQLite file with a row each, oldest first.
 *
 *     poll   one row a poll: id rises, time of receipt, number of messages, and their bytes (packed-messages.ts) as a zstd
 *            frame with content checksum
 *
 * A poll is in the file when `push` returns, also after kill -9 and a loss of power (`synchronous = full`). The file belongs to one
 * process: SQLite holds its lock until the process ends.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ContrailError, isDiskTrouble, messageOf } from '../../errors.ts';
import { fromSqlite, isBusy } from '../embedded/sqlite-errors.ts';
import { PackedMessages } from '../packed-messages.ts';

/** `PRAGMA application_id`: the letters `ctrs`. */
const APPLICATION_ID = 0x63747273;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

/** A poll that waits. */
export interface Spooled {
  readonly id: number;
  /** In the file. */
  readonly bytes: number;
  /** Null: its bytes are damaged. */
  readonly messages: PackedMessages | null;
}

interface Row {
  readonly id: number;
  readonly timestamp_ms: number;
  readonly payload: Uint8Array;
}

export class Spool implements Disposable {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #onDamaged: (file: string) => void;
  /** Null: the disk had no room for it yet. */
  #database: DatabaseSync | null = null;
  #polls = 0;
  #bytes = 0;
  /** Up to here the topic has the polls, and up to there they have left the file. */
  #sentId = 0;
  #forgottenId = 0;

  private constructor(file: string, maxBytes: number, onDamaged: (file: string) => void) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#onDamaged = onDamaged;
  }

  /**
   * Opens the file, and makes it if it is missing; on a disk without room, {@link tryOpen} does it later. `held`: another process
   * has it. One that is damaged is set aside, as `FILE.damaged`, which `onDamaged` is told.
   * @throws Error when the folder cannot be written
   */
  static open(file: string, maxBytes: number, onDamaged: (file: string) => void): Spool | 'held' {
    const spool = new Spool(file, maxBytes, onDamaged);
    return spool.tryOpen() === 'held' ? 'held' : spool;
  }

  get isOpen(): boolean {
    return this.#database !== null;
  }

  /** @throws Error when the folder cannot be written, for another reason than want of room */
  tryOpen(): 'open' | 'held' | 'no room' {
    if (this.#database !== null) return 'open';
    try {
      this.#open();
      return 'open';
    } catch (error) {
      if (isBusy(error)) return 'held';
      if (isDiskTrouble(fromSqlite(error, 'Opening the spool'))) return 'no room';
      if (!isDamage(error)) throw error;
      renameSync(this.#file, `${this.#file}.damaged`);
      this.#onDamaged(`${this.#file}.damaged`);
      this.#open();
      return 'open';
    }
  }

  #open(): DatabaseSync {
    mkdirSync(dirname(this.#file), { recursive: true });
    const database = openDatabase(this.#file);
    const { polls, bytes } = sumOf(database);
    [this.#database, this.#polls, this.#bytes] = [database, polls, bytes];
    return database;
  }

  /** What waits in a file that is there, without changing it; `held`: a process that produces has it. @throws Error of SQLite */
  static look(file: string): { readonly polls: number; readonly bytes: number } | 'held' {
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
      return sumOf(database);
    } catch (error) {
      if (isBusy(error)) return 'held';
      throw error;
    } finally {
      database?.close();
    }
  }

  /** How many polls wait. */
  get length(): number {
    return this.#polls;
  }

  /** Bytes that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a poll and answers its id; null if there is no room for it. @throws Error of SQLite, such as for a full disk */
  push(messages: PackedMessages): number | null {
    const payload = zstdCompressSync(Buffer.concat(messages.pieces()), ZSTD);
    if (this.#bytes + payload.length > this.#maxBytes) return null;
    const database = this.#database ?? this.#open();
    this.#forget();
    const { lastInsertRowid } = database
      .prepare('insert into poll (timestamp_ms, messages, payload) values (?, ?, ?)')
      .run(messages.timestamp_ms, messages.length, payload);
    this.#polls += 1;
    this.#bytes += payload.length;
    return Number(lastInsertRowid);
  }

  /** The oldest poll that is not sent; null when none waits. @throws ContrailError `corrupt` / `spool-unreadable` */
  first(): Spooled | null {
    const row = this.#oldest();
    if (row === null) return null;
    const { id, timestamp_ms, payload } = row;
    const bytes = payload.byteLength;
    try {
      const unpacked = Buffer.from(zstdDecompressSync(payload));
      return { id, bytes, messages: PackedMessages.from(unpacked, timestamp_ms) };
    } catch {
      return { id, bytes, messages: null };
    }
  }

  /**
   * The topic has a poll: this process does not send it again, from now on. It leaves the file at once, or when a disk without
   * room takes that, which {@link push} and the next call try again.
   * @throws Error of SQLite when it is still in the file
   */
  sent({ id, bytes }: Pick<Spooled, 'id' | 'bytes'>): void {
    if (id <= this.#sentId) return;
    this.#sentId = id;
    this.#polls -= 1;
    this.#bytes -= bytes;
    this.#forget();
  }

  #forget(): void {
    if (this.#forgottenId === this.#sentId || this.#database === null) return;
    this.#database.prepare('delete from poll where id <= ?').run(this.#sentId);
    this.#forgottenId = this.#sentId;
    if (this.#polls === 0) this.#database.exec('pragma incremental_vacuum; pragma wal_checkpoint(truncate)');
  }

  #oldest(): Row | null {
    try {
      const row = this.#database
        ?.prepare('select * from poll where id > ? order by id limit 1')
        .get(this.#sentId);
      return (row ?? null) as Row | null;
    } catch (cause) {
      throw new ContrailError(
        'spool-unreadable',
        `The spool ${this.#file} cannot be read: ${messageOf(cause)}. Check the disk; move the file away to go on without the polls in it.`,
        { cause },
      );
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#forget();
    } catch {
      // The next run sends these again.
    } finally {
      this.#database?.close();
    }
  }
}

const sumOf = (database: DatabaseSync): { readonly polls: number; readonly bytes: number } =>
  database
    .prepare('select count(*) as polls, coalesce(sum(length(payload)), 0) as bytes from poll')
    .get() as {
    readonly polls: number;
    readonly bytes: number;
  };

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec(`
      pragma locking_mode = exclusive;
      pragma auto_vacuum = incremental;
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma journal_size_limit = 1048576;
      begin exclusive;
      create table if not exists poll (
        id integer primary key autoincrement,
        timestamp_ms integer not null,
        messages integer not null,
        payload blob not null
      ) strict;
      pragma application_id = ${APPLICATION_ID};
      commit;
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. Source: https://sqlite.org/rescode.html */
const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
