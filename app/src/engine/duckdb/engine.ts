import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api';
import { mkdir, readFile } from 'node:fs/promises';
import { ContrailError, kindOf } from '../../errors.ts';
import type { QueryEngine, Relation, Row, Select, ShownBatch, WriteTarget, WrittenFile } from '../engine.ts';
import { sqlFailure } from './failure.ts';
import { dropMessages, loadMessages } from './messages.ts';
import { refuseUnlessSelect } from './one-select.ts';
import { filesSelect, globEscape, loadRows } from './relations.ts';
import { shownValue } from './shown-values.ts';
import { bindParameters, fromDuckdb, identifier, textLiteral } from './values.ts';
import { castList, writeFiles } from './write.ts';

/** What a DuckDB engine may use. */
export interface DuckdbOptions {
  /** For example `512MB`: bounds what DuckDB buffers; the process takes 100 to 180 MB more. */
  readonly memoryLimit: string;
  /** 1 is fastest up to 100,000 rows a batch; 2 gains only beyond. */
  readonly threads: number;
  /** Where results that do not fit in memory are spilled to. */
  readonly temporaryFolder: string;
  /** The most that is spilled, for example `2GiB`; absent: as much as there is room. */
  readonly maxTemporary?: string;
  /**
   * Local folders whose files may be read and written; nothing else is reached, neither another file nor the network,
   * and no SELECT can change that. Absent (tests, benchmarks): every file.
   */
  readonly folders?: readonly string[];
}

/** More than any of our SELECTs spills. */
const MOST_SPILLED = '64GiB';

/** How often a statement that has to stop is told so. */
const INTERRUPT_EVERY_MS = 50;

/**
 * DuckDB in this process. One SELECT runs at a time: callers may call at once, their work is queued. Relations become
 * temporary views and tables of the connection under their own names while a SELECT runs.
 */
export class DuckdbEngine implements QueryEngine {
  readonly name = 'duckdb';
  readonly #options: DuckdbOptions;
  #instance: DuckDBInstance;
  #connection: DuckDBConnection;
  #queue: Promise<unknown> = Promise.resolve();
  /** DuckDB takes no statement any more, or has kept something that it should have let go. */
  #isBroken = false;

  private constructor(options: DuckdbOptions, { instance, connection }: Opened) {
    this.#options = options;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Opens an engine in memory. @throws ContrailError `invalid` when an option is refused. */
  static async open(options: DuckdbOptions): Promise<DuckdbEngine> {
    // Best effort: a disk may be full, and be so no longer when something has to be spilled.
    await mkdir(options.temporaryFolder, { recursive: true }).catch((error: unknown) => {
      if (kindOf(error) !== 'unavailable') throw error;
    });
    return new DuckdbEngine(options, await connect(options));
  }

  rows(select: Select): Promise<readonly Row[]> {
    return this.#withRelations(select, async (sql) => {
      const result = await this.#connection.runAndReadAll(sql);
      const names = result.columnNames();
      return result
        .getRows()
        .map((row) => Object.fromEntries(names.map((name, index) => [name, fromDuckdb(row[index] ?? null)])));
    });
  }

  async *stream(select: Select): AsyncGenerator<ShownBatch> {
    // Holds the others up until the last row is taken.
    const turn = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<DuckDBResult>();
    const ended = this.#withRelations(select, async (sql) => {
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

  write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]> {
    return this.#withRelations(select, async (sql) => {
      const { keepAs, splitBy } = target;
      if (keepAs !== undefined) {
        await this.#replace(keepAs, `select ${castList(target.columns)} from (${sql})`);
        return writeFiles(this.#connection, identifier(`kept_${keepAs}`), target);
      }
      // One read per value of the columns that split the rows: a SELECT that aggregates is run once, here. One that is
      // only split by partition is a projection of kept rows, and cheaper to read again than to store.
      if (splitBy === undefined) return writeFiles(this.#connection, `(${sql})`, target);
      await this.#connection.run(`create or replace temp table rows_to_write as ${sql}`);
      try {
        return await writeFiles(this.#connection, 'rows_to_write', target);
      } finally {
        await this.#connection.run('drop table if exists rows_to_write');
      }
    });
  }

  keep(name: string, select: Select): Promise<void> {
    return this.#withRelations(select, (sql) => this.#replace(name, sql));
  }

  extend(name: string, select: Select): Promise<void> {
    return this.#withRelations(select, async (sql) => {
      const table = identifier(`kept_${name}`);
      const exists = await this.#exists(name);
      await this.#connection.run(
        exists ? `insert into ${table} ${sql}` : `create temp table ${table} as ${sql}`,
      );
    });
  }

  forget(name: string): Promise<void> {
    return this.#enqueue(async () => {
      await this.#connection.run(`drop table if exists ${identifier(`kept_${name}`)}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.catch(() => undefined);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /** A relation may be made from its former self, so the new one stands beside it for a moment. */
  async #replace(name: string, sql: string): Promise<void> {
    const [next, kept] = [identifier(`next_${name}`), identifier(`kept_${name}`)];
    await this.#connection.run(`create or replace temp table ${next} as ${sql}`);
    await this.#connection.run(`drop table if exists ${kept}`);
    await this.#connection.run(`alter table ${next} rename to ${kept}`);
  }

  /** What was kept is gone then: it is a cache, and who asked for it makes it again after a failure. */
  async #reopen(): Promise<void> {
    const { instance, connection } = await connect(this.#options);
    try {
      this.#connection.closeSync();
      this.#instance.closeSync();
    } catch {
      // A database that is broken need not close well.
    }
    [this.#instance, this.#connection, this.#isBroken] = [instance, connection, false];
  }

  async #exists(name: string): Promise<boolean> {
    const result = await this.#connection.runAndReadAll(
      `select count(*) from duckdb_tables() where table_name = ${textLiteral(`kept_${name}`)}`,
    );
    return Number(result.getRows()[0]?.[0] ?? 0) > 0;
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
    return this.#enqueue(async () => {
      select.signal?.throwIfAborted();
      let interrupts: NodeJS.Timeout | undefined;
      const interrupt = (): void => {
        this.#connection.interrupt();
        // An interrupt that comes before DuckDB's thread has begun a statement stops nothing.
        interrupts = setInterval(() => this.#connection.interrupt(), INTERRUPT_EVERY_MS);
      };
      select.signal?.addEventListener('abort', interrupt, { once: true });
      const made: (() => Promise<unknown>)[] = [];
      try {
        for (const [name, relation] of relationsInOrder(select)) {
          made.unshift(await this.#bind(name, relation, select.signal));
        }
        // An interrupt between two statements stops neither.
        select.signal?.throwIfAborted();
        return await work(bindParameters(select.sql, select.parameters ?? {}));
      } catch (cause) {
        select.signal?.throwIfAborted();
        this.#isBroken ||= /FATAL Error|INTERNAL Error|database has been invalidated/.test(messageOf(cause));
        throw sqlFailure(cause, select.sql);
      } finally {
        select.signal?.removeEventListener('abort', interrupt);
        clearInterval(interrupts);
        // The failure of a SELECT is the one to tell.
        for (const undo of made) await undo().catch(() => (this.#isBroken = true));
      }
    });
  }

  async #bind(
    name: string,
    relation: Relation,
    signal: AbortSignal | undefined,
  ): Promise<() => Promise<unknown>> {
    const quoted = name.split('.').map(identifier).join('.');
    switch (relation.kind) {
      case 'files': {
        const [schema, table] = name.split('.');
        // Temporary views have no schemas.
        const isInSchema = schema !== undefined && table !== undefined;
        if (isInSchema) await this.#connection.run(`create schema if not exists ${identifier(schema)}`);
        await this.#connection.run(
          `create or replace ${isInSchema ? '' : 'temp '}view ${quoted} as ${filesSelect(relation.columns, relation.files)}`,
        );
        return () => this.#connection.run(`drop view if exists ${quoted}`);
      }
      case 'kept':
        await this.#connection.run(
          `create or replace temp view ${quoted} as select * from ${identifier(`kept_${relation.name}`)}`,
        );
        return () => this.#connection.run(`drop view if exists ${quoted}`);
      case 'rows':
        await loadRows(this.#connection, name, relation.columns, relation.rows);
        return () => this.#connection.run(`drop table if exists ${quoted}`);
      case 'messages':
        try {
          await loadMessages(this.#connection, name, relation, signal);
        } catch (error) {
          // Half of them are not left in memory: it may be what was lacking.
          await dropMessages(this.#connection, name).catch(() => (this.#isBroken = true));
          throw error;
        }
        return () => dropMessages(this.#connection, name);
      case 'select': {
        const { sql, parameters } = relation.select;
        await this.#connection.run(
          `create or replace temp view ${quoted} as ${bindParameters(sql, parameters ?? {})}`,
        );
        return () => this.#connection.run(`drop view if exists ${quoted}`);
      }
    }
  }
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
    // DuckDB's own limit is what was free when it was opened: on a disk that was full then, for ever nothing.
    max_temp_directory_size: options.maxTemporary ?? MOST_SPILLED,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((cause: unknown) => {
    throw new ContrailError(
      'invalid',
      'duckdb-options',
      `DuckDB refused its options: ${messageOf(cause)}. Check MEMORY_LIMIT.`,
      { cause },
    );
  });
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  // What has been read of files is kept up to the memory limit, and is read once or twice in its life.
  await connection.run('set enable_external_file_cache = false');
  const macros = await readFile(new URL('macros.sql', import.meta.url), 'utf8');
  for (const statement of macros.split(/;\s*$/m)) {
    if (statement.trim() !== '') await connection.run(statement);
  }
  if (options.folders !== undefined) await closeToTheWorld(connection, options.folders);
  return { instance, connection };
}

/**
 * All relations that a SELECT names, those of inner SELECTs first.
 * @throws ContrailError `internal` when two of them have one name.
 */
function relationsInOrder(select: Omit<Select, 'signal'>): ReadonlyMap<string, Relation> {
  const all = new Map<string, Relation>();
  const visit = ({ relations }: Omit<Select, 'signal'>): void => {
    for (const [name, relation] of Object.entries(relations)) {
      if (relation.kind === 'select') visit(relation.select);
      const other = all.get(name);
      if (other !== undefined && other !== relation) {
        throw new ContrailError(
          'internal',
          'relation-ambiguous',
          `Two relations of one SELECT are called "${name}".`,
        );
      }
      all.set(name, relation);
    }
  };
  visit(select);
  return all;
}

/** From here on no SELECT reaches a file outside the folders, the network or a setting. */
async function closeToTheWorld(connection: DuckDBConnection, folders: readonly string[]): Promise<void> {
  // Paths are compared as they are written, those of our relations with their patterns escaped.
  const written = [...new Set(folders.flatMap((folder) => [folder, globEscape(folder)]))];
  await connection.run(`set allowed_directories = [${written.map(textLiteral).join(', ')}]`);
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
