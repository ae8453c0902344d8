import type { Command } from 'commander';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import type { ObjectStore } from '@contrail/delta-lake';
import type { Settings } from '../config/settings.ts';
import { settingsTable } from '../config/settings-table.ts';
import { DuckdbEngine } from '../engine/duckdb/engine.ts';
import type { Engine, QueryEngine } from '../engine/engine.ts';
import type { JobProgress } from '../engine/spark/engine.ts';
import { StoredFilesEngine } from '../engine/stored-files.ts';
import { ContrailError } from '../errors.ts';
import { type Airport, parseAirports } from '../flight/airports.ts';
import type { LiveComponents } from '../ingest/components.ts';
import { settingsFrom } from './environment.ts';
import { openSpark } from './spark.ts';

/** Root of the checkout: where the page and the scripts are. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** The system's own clock, chance and network: the only place that has them. */
export const SYSTEM: LiveComponents = {
  clock: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  fetch: globalThis.fetch,
  // It takes whole milliseconds only, and what is left of a time limit is a fraction.
  timeout: (ms) => AbortSignal.timeout(Math.max(0, Math.ceil(ms))),
};

/** Adds a flag for every setting: `--data DIR` for DATA_DIR, `--dashboard-port` for DASHBOARD_PORT, …; and `--env`. */
export function withSettings(command: Command, names?: readonly string[]): Command {
  for (const row of settingsTable()) {
    if (names !== undefined && !names.includes(row.name)) continue;
    command.option(`${flagOf(row.name)} <value>`, `${row.meaning} (${row.name}; default ${row.default})`);
  }
  return command.option('--env <file>', 'a file of settings to read instead of .env');
}

const flagOf = (name: string): string =>
  name === 'DATA_DIR' ? '--data' : `--${name.toLowerCase().replaceAll('_', '-')}`;
const optionOf = (name: string): string =>
  flagOf(name)
    .slice(2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Settings from the flags, the environment and `.env`, or the file of `--env`, in this order. @throws ContrailError `invalid`. */
export function settingsOf(flags: Readonly<Record<string, unknown>>): Settings {
  const given: [string, string][] = [];
  for (const { name } of settingsTable()) {
    const value = flags[optionOf(name)];
    if (typeof value === 'string') given.push([name, value]);
  }
  const { env: file } = flags;
  return settingsFrom(Object.fromEntries(given), typeof file === 'string' ? file : undefined);
}

/**
 * Fires at SIGINT and SIGTERM; a second signal ends the process at once. Ctrl+C reaches the whole process group and the
 * launcher passes it on as well, so what follows within a second is the same signal.
 */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (SYSTEM.monotonic() - firstAt > 1000) process.exit(1);
      return;
    }
    firstAt = SYSTEM.monotonic();
    controller.abort();
    // Whatever hangs, the promise to be gone within 10 s holds.
    setTimeout(() => process.exit(0), 9_000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

export const topicFolder = (data: string): string => join(data, 'topic');
export const lakeFolder = (data: string): string => join(data, 'lake');

/** The engine of the pipeline: Spark where SPARK_REMOTE says so, which tells how far it has come; else in this process. */
export function openPipelineEngine(
  settings: Settings,
  data: string,
  store: ObjectStore,
  onProgress?: (job: JobProgress) => void,
): Promise<Engine> {
  const { sparkRemote } = settings;
  return sparkRemote === null
    ? openEngine(settings, data, store)
    : Promise.resolve(openSpark(settings, sparkRemote, store, onProgress));
}

/** What an engine is given besides the lake. */
export interface EngineRoom {
  /** Of MEMORY_LIMIT; default all of it. */
  readonly share?: number;
  /** Where it spills; default: in the data folder. */
  readonly temporaryFolder?: string;
  readonly maxTemporaryBytes?: number;
}

/**
 * An engine of its own for one room, in this process, which reads and writes the files of the lake in `store`, and
 * reaches no others.
 */
export async function openEngine(
  settings: Settings,
  data: string,
  store: ObjectStore,
  { share = 1, temporaryFolder = join(data, 'tmp'), maxTemporaryBytes }: EngineRoom = {},
): Promise<QueryEngine> {
  const isLocal = store.url.startsWith('file:');
  const lake = isLocal ? fileURLToPath(store.url) : join(data, 'cache');
  const engine = await DuckdbEngine.open({
    memoryLimit: mebibytes(Math.max(64 * 2 ** 20, settings.memoryLimitBytes * share)),
    threads: 1,
    temporaryFolder,
    folders: [lake, temporaryFolder, join(data, 'tmp')].flatMap(everyName),
    ...(maxTemporaryBytes === undefined ? {} : { maxTemporary: mebibytes(maxTemporaryBytes) }),
  });
  return isLocal ? engine : new StoredFilesEngine(engine, store, join(data, 'tmp'));
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)}MiB`;

/** A folder as it is called here, and where links lead to, which a table's log may name. */
function everyName(folder: string): readonly string[] {
  const path = resolve(folder);
  return existsSync(path) ? [...new Set([path, realpathSync(path)])] : [path];
}

/** The airports that come with the program. */
export function loadAirports(): readonly Airport[] {
  return parseAirports(JSON.parse(readFileSync(join(import.meta.dirname, '../lake/airports.json'), 'utf8')));
}

/** Which folder a command that reads a lake means: the one given, else the real one, else the simulated one. */
export function existingData(settings: Settings, exists: (path: string) => boolean): string {
  if (settings.dataDir !== null) return settings.dataDir;
  const found = ['./data', './data-simulated'].filter((folder) => exists(lakeFolder(folder)));
  if (found.length === 1) return found[0] as string;
  if (found.length === 0) return settings.source === 'simulator' ? './data-simulated' : './data';
  throw new ContrailError(
    'data-ambiguous',
    'There are two lakes, ./data (real) and ./data-simulated. Say which one: --data DIR.',
  );
}
