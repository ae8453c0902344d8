import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DeltaError } from '../../errors.ts';

/** How DuckDB is run. */
export interface DuckdbOptions {
  /** For example `512MB`: bounds what DuckDB buffers; the process takes 100 to 180 MB more. Default `256MB`. */
  readonly memoryLimit?: string;
  /** Default 1, which is fastest up to 100,000 rows a file. */
  readonly threads?: number;
  /** Where DuckDB writes files and spills to, in a folder of its own. Default: the system's temporary folder. */
  readonly temporaryFolder?: string;
}

/** What reading and writing need of a running DuckDB. */
export interface Duckdb {
  connect(): Promise<DuckDBConnection>;
  /** A new path for a file. */
  temporaryFile(): string;
  /** Stops it and deletes its files. */
  close(): Promise<void>;
}

/** Starts a DuckDB with a folder of its own. @throws DeltaError invalid-argument where it refuses its options */
export async function startDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const parent = options.temporaryFolder ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'delta-duckdb-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 1),
    memory_limit: options.memoryLimit ?? '256MB',
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch(async (cause: unknown) => {
    await remove();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeltaError('invalid-argument', `DuckDB refused its options: ${reason}.`, { cause });
  });
  return {
    async connect() {
      const connection = await instance.connect();
      await connection.run("set timezone = 'UTC'");
      return connection;
    },
    temporaryFile: () => join(folder, `${randomUUID()}.parquet`),
    async close() {
      instance.closeSync();
      await remove();
    },
  };
}
