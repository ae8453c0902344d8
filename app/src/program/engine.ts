import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '@contrail/delta-lake';
import type { Settings } from '../config/settings.ts';
import { DuckdbEngine } from '../engine/duckdb/engine.ts';
import type { Engine, QueryEngine } from '../engine/engine.ts';
import type { JobProgress } from '../engine/spark/engine.ts';
import { StoredFilesEngine } from '../engine/stored-files.ts';
import { cacheFolder, spillFolder } from './data-folder.ts';
import type { Scratch } from './scratch.ts';
import { openSpark } from './spark.ts';

/**
 * The engine of the pipeline: Spark where SPARK_REMOTE is set, else DuckDB in this process. `onProgress` gets the
 * progress of Spark's jobs.
 */
export function openPipelineEngine(
  settings: Settings,
  data: string,
  store: ObjectStore,
  onProgress?: (job: JobProgress) => void,
  room?: EngineRoom,
): Promise<Engine> {
  const { sparkRemote } = settings;
  return sparkRemote === null
    ? openEngine(settings, data, store, room)
    : Promise.resolve(openSpark(settings, sparkRemote, store, onProgress));
}

/** What an engine may use besides the lake. */
export interface EngineRoom {
  /** Its share of MEMORY_LIMIT; default all of it. An engine with less also gives back at once what it has freed. */
  readonly share?: number;
  /**
   * Where it spills, for commands that only read the lake; default: in the data folder. The caller keeps it until the
   * engine is closed.
   */
  readonly scratch?: Scratch;
  /** Other local folders that it may write into. */
  readonly folders?: readonly string[];
}

/**
 * DuckDB in this process, for one room alone. It reads and writes the files of the lake in `store`, and reaches no other
 * files.
 */
export async function openEngine(
  settings: Settings,
  data: string,
  store: ObjectStore,
  { share = 1, scratch, folders = [] }: EngineRoom = {},
): Promise<QueryEngine> {
  const isLocal = store.url.startsWith('file:');
  const lake = isLocal ? fileURLToPath(store.url) : cacheFolder(data);
  const temporaryFolder = scratch?.path ?? spillFolder(data);
  const engine = await DuckdbEngine.open({
    memoryLimit: mebibytes(Math.max(64 * 2 ** 20, settings.memoryLimitBytes * share)),
    threads: 1,
    temporaryFolder,
    isSeldomBusy: share < 1,
    folders: [lake, temporaryFolder, spillFolder(data), ...folders].flatMap(everyName),
    ...(scratch === undefined ? {} : { maxTemporary: mebibytes(scratch.maxBytes) }),
  });
  return isLocal ? engine : new StoredFilesEngine(engine, store, spillFolder(data));
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)}MiB`;

/** The path of a folder, and the path with its links resolved: a table's log may use either. */
function everyName(folder: string): readonly string[] {
  const path = resolve(folder);
  return existsSync(path) ? [...new Set([path, realpathSync(path)])] : [path];
}
