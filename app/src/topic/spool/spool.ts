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
import { ContrailError, messageOf } from '../../errors.ts';
import { isBusy } from '../embedded/sqlite-errors.ts';
import { PackedMessages } from '../packed-messages.ts';

/** `PRAGMA application_id`: the letters `ctrs`. */
const APPLICATION_ID = 0x63747273;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

/** A poll that waits. */
export interface Spooled {
  readonly id: number;
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
  readonly #database: DatabaseSync;
  readonly #maxBytes: number;
  #polls: number;
  #bytes: number;

  private constructor(file: string, database: DatabaseSync, maxBytes: number) {
    this.#file = file;
    this.#database = database;
    this.#maxBytes = maxBytes;
    const { polls, bytes } = sumOf(database);
    [this.#polls, this.#bytes] = [polls, bytes];
  }

  /**
   * Opens the file, and makes it if it is missing. `held`: another process has it. One that is damaged is set aside, as
   * `FILE.damaged`, which `onDamaged` is told.
   * @throws Error when the folder cannot be written
   */
  static open(file: string, maxBytes: number, onDamaged: (file: string) => void): Spool | 'held' {
    mkdirSync(dirname(file), { recursive: true });
    try {
      return new Spool(file, openDatabase(file), maxBytes);
    } catch (error) {
      if (isBusy(error)) return 'held';
      if (!isDamage(error)) throw error;
      renameSync(file, `${file}.damaged`);
      onDamaged(`${file}.damaged`);
      return new Spool(file, openDatabase(file), maxBytes);
    }
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
    const { lastInsertRowid } = this.#database
      .prepare('insert into poll (timestamp_ms, messages, payload) values (?, ?, ?)')
      .run(messages.timestamp_ms, messages.length, payload);
    this.#polls += 1;
    this.#bytes += payload.length;
    return Number(lastInsertRowid);
  }

  /** The oldest poll; null when none waits. @throws ContrailError `corrupt` / `spool-unreadable` */
  first(): Spooled | null {
    const row = this.#oldest();
    if (row === null) return null;
    try {
      const bytes = Buffer.from(zstdDecompressSync(row.payload));
      return { id: row.id, messages: PackedMessages.from(bytes, row.timestamp_ms) };
    } catch {
      return { id: row.id, messages: null };
    }
  }

  /** Forgets a poll that the topic has. */
  remove(id: number): void {
    const size = this.#database.prepare('select length(payload) as bytes from poll where id = ?').get(id);
    if (size === undefined) return;
    this.#database.prepare('delete from poll where id = ?').run(id);
    this.#polls -= 1;
    this.#bytes -= Number(size['bytes']);
    if (this.#polls === 0) this.#database.exec('pragma incremental_vacuum; pragma wal_checkpoint(truncate)');
  }

  #oldest(): Row | null {
    try {
      const row = this.#database.prepare('select * from poll order by id limit 1').get();
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
    this.#database.close();
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
