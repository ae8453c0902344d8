import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api';
import { mkdir, readFile } from 'node:fs/promises';
import { ContrailError, kindOf, messageOf } from '../../errors.ts';
import type { QueryEngine, Relation, Row, Select, ShownBatch, WriteTarget, WrittenFile } from '../engine.ts';
import { bindParameters } from '../sql/parameters.ts';
import { sqlFailure } from './failure.ts';
import { dropMessages, loadMessages } from './messages.ts';
import { refuseUnlessSelect } from './one-select.ts';
import { filesSelect, globEscape, loadRows, rowsSelect, SHORT_ROWS, withRelations } from './relations.ts';
import { shownValue } from './shown-values.ts';
import { fromDuckdb, identifier, literal, textLiteral } from './values.ts';
import { castList, type FilesOnTheirWay, writeFiles } from './write.ts';

/** What a DuckDB engine may use. */
export interface DuckdbOptions {
  /** For example `512MB`: bounds what DuckDB buffers; the process takes 100 to 180 MB more. */
  readonly memoryLimit: string;
  /** 1 is fastest up to 100,000 rows a batch; 2 gains only beyond. */
  readonly threads: number;
  /** Folder for results that do not fit in memory. */
  readonly temporaryFolder: string;
  /** The most that DuckDB may spill there, for example `2GiB`; absent: all free space. */
  readonly maxTemporary?: string;
  /** Memory that a SELECT has freed goes back to the system after it, and does not wait for the next one. */
  readonly isSeldomBusy?: boolean;
  /**
   * Local folders whose files may be read and written. DuckDB then reaches no other file and no network, and no SELECT
   * can change that. Absent (tests, benchmarks): every file.
   */
  readonly folders?: readonly string[];
}

/** A limit that none of our SELECTs reaches. */
const MOST_SPILLED = '64GiB';

/** How often a statement that must stop is interrupted. */
const INTERRUPT_EVERY_MS = 50;

/**
 * DuckDB in this process. One SELECT runs at a time; calls at the same time are queued. Relations become common table
 * expressions before the SELECT: creating and dropping a view for each would cost a small batch a tenth of its time.
 */
export class DuckdbEngine implements QueryEngine {
  readonly name = 'duckdb';
  readonly #options: DuckdbOptions;
  #instance: DuckDBInstance;
  #connection: DuckDBConnection;
  #queue: Promise<unknown> = Promise.resolve();
  /** Resolves when the disk has all that was written until now, or has refused it. */
  #durable: Promise<unknown> = Promise.resolve();
  /** Names of kept relations. */
  readonly #kept = new Set<string>();
  /** Whether DuckDB no longer takes statements, or could not drop something. */
  #isBroken = false;

  private constructor(options: DuckdbOptions, { instance, connection }: Opened) {
    this.#options = options;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Opens an engine in memory. @throws ContrailError `invalid` when an option is refused. */
  static async open(options: DuckdbOptions): Promise<DuckdbEngine> {
    // Best effort: a disk that is full now may have room by the time something must be spilled.
    await mkdir(options.temporaryFolder, { recursive: true }).catch((error: unknown) => {
      if (kindOf(error) !== 'unavailable') throw error;
    });
    return new DuckdbEngine(options, await connect(options));
  }

  rows(select: Select): Promise<readonly Row[]> {
    return this.#withRelations(select, async (sql) => {
      const result = await this.#connection.stream(sql);
      const names = result.columnNames();
      const rows: Row[] = [];
      // Portion by portion: DuckDB's values of one die young, and so do the lists that they come in.
      for await (const portion of result.yieldRows()) {
        for (const values of portion) {
          const row: Record<string, Row[string]> = {};
          for (const [index, name] of names.entries()) row[name] = fromDuckdb(values[index] ?? null);
          rows.push(row);
        }
      }
      return rows;
    });
  }

  async *stream(select: Select): AsyncGenerator<ShownBatch> {
    // Other calls wait until the last row is taken.
    const turn = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<DuckDBResult>();
    const ended = this.#withViews(select, async (sql) => {
      await refuseUnlessSelect(this.#connection, sql);
      begun.resolve(await this.#connection.stream(sql));
      await turn.promise;
    });
    ended.catch(begun.reject);
    try {
      const result = await begun.promise;
      const names = result.deduplicatedColumnNames();
      yield { names, rows: [] };
      for await (const rows of result.yieldRows())
        yield { names, rows: rows.map((row) => row.map(shownValue)) };
    } catch (error) {
      throw sqlFailure(error, select.sql);
    } finally {
      turn.resolve();
      await ended.catch(() => undefined);
    }
  }

  async write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]> {
    const { files, durable } = await this.#withRelations(select, async (sql) => {
      const { files: written, synced } = await this.#writeRows(sql, target);
      // DuckDB goes on with the next SELECT while the disk works. Writes still end in the order in which they began.
      const inOrder = Promise.all([this.#durable, synced]);
      this.#durable = inOrder.catch(() => undefined);
      return { files: written, durable: inOrder };
    });
    try {
      await durable;
    } catch (error) {
      throw sqlFailure(error, select.sql);
    }
    return files;
  }

  async #writeRows(sql: string, target: WriteTarget): Promise<FilesOnTheirWay> {
    const { keepAs, splitBy, only } = target;
    if (keepAs !== undefined) {
      await this.#replace(keepAs, `select ${castList(target.columns)} from (${sql})`);
      return writeFiles(this.#connection, identifier(`kept_${keepAs}`), target);
    }
    // Each value of the splitting columns takes a read. So a SELECT that aggregates is run once, here. A SELECT that
    // is only split by partition is a projection of kept rows, which is cheaper to read again than to store.
    if (splitBy === undefined || only !== undefined) return writeFiles(this.#connection, `(${sql})`, target);
    await this.#connection.run(`create or replace temp table rows_to_write as ${sql}`);
    try {
      return await writeFiles(this.#connection, 'rows_to_write', target);
    } finally {
      await this.#connection.run('drop table if exists rows_to_write');
    }
  }

  keep(name: string, select: Select): Promise<void> {
    return this.#withRelations(select, (sql) => this.#replace(name, sql));
  }

  extend(name: string, select: Select): Promise<void> {
    return this.#withRelations(select, async (sql) => {
      if (!this.#kept.has(name)) return this.#replace(name, sql);
      await this.#connection.run(`insert into ${identifier(`kept_${name}`)} ${sql}`);
    });
  }

  forget(name: string): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#kept.has(name)) return;
      await this.#connection.run(`drop table if exists ${identifier(`kept_${name}`)}`);
      this.#kept.delete(name);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.catch(() => undefined);
    await this.#durable;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /**
   * Replaces a kept relation, which the SELECT may read: DuckDB reads the old table until the new one takes its name.
   */
  async #replace(name: string, sql: string): Promise<void> {
    await this.#connection.run(`create or replace temp table ${identifier(`kept_${name}`)} as ${sql}`);
    this.#kept.add(name);
  }

  /**
   * Opens DuckDB again. Kept relations are lost: they are a cache, and their owner makes them again after a failure.
   */
  async #reopen(): Promise<void> {
    const { instance, connection } = await connect(this.#options);
    try {
      this.#connection.closeSync();
      this.#instance.closeSync();
    } catch {
      // A database that is broken need not close well.
    }
    [this.#instance, this.#connection, this.#isBroken] = [instance, connection, false];
    this.#kept.clear();
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const begin = async (): Promise<T> => {
      if (this.#isBroken) await this.#reopen();
      return work();
    };
    const result = this.#queue.then(begin, begin);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #withRelations<T>(select: Select, work: (sql: string) => Promise<T>): Promise<T> {
    return this.#bound(select, (relations, sql) => work(withRelations(relations, sql)));
  }

  /** Runs a SELECT that a user wrote, which may name `schema.table`. */
  #withViews<T>(select: Select, work: (sql: string) => Promise<T>): Promise<T> {
    return this.#bound(select, async (relations, sql) => {
      const made: string[] = [];
      try {
        for (const [name, text] of relations) {
          const [schema, table] = name.split('.');
          // Temporary views have no schemas.
          const isInSchema = schema !== undefined && table !== undefined;
          if (isInSchema) await this.#connection.run(`create schema if not exists ${identifier(schema)}`);
          const quoted = name.split('.').map(identifier).join('.');
          await this.#connection.run(
            `create or replace ${isInSchema ? '' : 'temp '}view ${quoted} as ${text}`,
          );
          made.unshift(quoted);
        }
        return await work(sql);
      } finally {
        for (const view of made)
          await this.#connection.run(`drop view if exists ${view}`).catch(() => (this.#isBroken = true));
      }
    });
  }

  /** Makes a SELECT for each relation, puts in the parameters, and passes both to `work`. */
  #bound<T>(
    select: Select,
    work: (relations: ReadonlyMap<string, string>, sql: string) => Promise<T>,
  ): Promise<T> {
    return this.#enqueue(async () => {
      select.signal?.throwIfAborted();
      let interrupts: NodeJS.Timeout | undefined;
      const interrupt = (): void => {
        this.#connection.interrupt();
        // An interrupt that arrives before DuckDB's thread has begun a statement has no effect.
        interrupts = setInterval(() => this.#connection.interrupt(), INTERRUPT_EVERY_MS);
      };
      select.signal?.addEventListener('abort', interrupt, { once: true });
      const relations = new Map<string, string>();
      const made: (() => Promise<unknown>)[] = [];
      try {
        for (const [name, relation] of relationsInOrder(select)) {
          const { sql, undo } = await this.#bind(name, relation, select.signal);
          relations.set(name, sql);
          if (undo !== undefined) made.unshift(undo);
        }
        // An interrupt between two statements has no effect.
        select.signal?.throwIfAborted();
        return await work(relations, bindParameters(select.sql, select.parameters ?? {}, literal));
      } catch (cause) {
        select.signal?.throwIfAborted();
        this.#isBroken ||= /FATAL Error|INTERNAL Error|database has been invalidated/.test(messageOf(cause));
        throw sqlFailure(cause, select.sql);
      } finally {
        select.signal?.removeEventListener('abort', interrupt);
        clearInterval(interrupts);
        // The failure of the SELECT is the one to report.
        for (const undo of made) await undo().catch(() => (this.#isBroken = true));
      }
    });
  }

  async #bind(name: string, relation: Relation, signal: AbortSignal | undefined): Promise<Bound> {
    switch (relation.kind) {
      case 'files':
        return { sql: filesSelect(relation.columns, relation.files) };
      case 'kept':
        return { sql: `select * from ${identifier(`kept_${relation.name}`)}` };
      case 'rows': {
        if (relation.rows.length <= SHORT_ROWS) return { sql: rowsSelect(relation.columns, relation.rows) };
        const table = `rows_${name}`;
        await loadRows(this.#connection, table, relation.columns, relation.rows);
        return {
          sql: `select * from ${identifier(table)}`,
          undo: () => this.#connection.run(`drop table if exists ${identifier(table)}`),
        };
      }
      case 'messages':
        try {
          const { sql, made } = await loadMessages(this.#connection, name, relation, signal);
          return { sql, undo: () => dropMessages(this.#connection, name, made) };
        } catch (error) {
          // Do not leave half of them in memory, which may be what was lacking.
          await dropMessages(this.#connection, name).catch(() => (this.#isBroken = true));
          throw error;
        }
      case 'select': {
        const { sql, parameters } = relation.select;
        return { sql: bindParameters(sql, parameters ?? {}, literal) };
      }
    }
  }
}

/** A relation as a SELECT, and what to drop after it was read. */
interface Bound {
  readonly sql: string;
  readonly undo?: () => Promise<unknown>;
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

/** DuckDB in memory, with our macros. */
async function connect(options: DuckdbOptions): Promise<Opened> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: options.memoryLimit,
    temp_directory: options.temporaryFolder,
    // DuckDB's own limit is the free space when it was opened. On a disk that was full then, it would stay at nothing.
    max_temp_directory_size: options.maxTemporary ?? MOST_SPILLED,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((cause: unknown) => {
    throw new ContrailError(
      'duckdb-options',
      `DuckDB refused its options: ${messageOf(cause)}. Check MEMORY_LIMIT.`,
      { cause },
    );
  });
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  // DuckDB would cache file contents up to the memory limit, but each file is read only once or twice.
  await connection.run('set enable_external_file_cache = false');
  if (options.isSeldomBusy === true) {
    for (const after of ['allocator_flush_threshold', 'allocator_bulk_deallocation_flush_threshold']) {
      await connection.run(`set ${after} = '1MiB'`);
    }
  }
  const macros = await readFile(new URL('macros.sql', import.meta.url), 'utf8');
  for (const statement of macros.split(/;\s*$/m)) {
    if (statement.trim() !== '') await connection.run(statement);
  }
  if (options.folders !== undefined) await closeToTheWorld(connection, options.folders);
  return { instance, connection };
}

/**
 * All relations that a SELECT names, those of inner SELECTs first.
 * @throws ContrailError `internal` when two of them have the same name.
 */
function relationsInOrder(select: Omit<Select, 'signal'>): ReadonlyMap<string, Relation> {
  const all = new Map<string, Relation>();
  const visit = ({ relations }: Omit<Select, 'signal'>): void => {
    for (const [name, relation] of Object.entries(relations)) {
      if (relation.kind === 'select') visit(relation.select);
      const other = all.get(name);
      if (other !== undefined && other !== relation) {
        throw new ContrailError('relation-ambiguous', `Two relations of one SELECT are called "${name}".`);
      }
      all.set(name, relation);
    }
  };
  visit(select);
  return all;
}

/** Keeps every later SELECT from files outside the folders, from the network and from settings. */
async function closeToTheWorld(connection: DuckDBConnection, folders: readonly string[]): Promise<void> {
  // DuckDB compares paths as they are written; those of our relations have their patterns escaped.
  const written = [...new Set(folders.flatMap((folder) => [folder, globEscape(folder)]))];
  await connection.run(`set allowed_directories = [${written.map(textLiteral).join(', ')}]`);
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
}
