/** The steps of the case `delta`, each run by `runStep` in a process of its own: `delta-steps.ts NAME JSON`. */
import { createTable, type DeltaTable, openTable, type Row } from '@contrail/delta-lake';
import { contextOf } from '../libs/delta-lake/src/context/context.ts';
import { writeDataFiles } from '../libs/delta-lake/src/data-files/data-files.ts';
import { round } from './child.ts';
import { makeLog, STATE_VECTOR, stateVectors } from './delta-fixtures.ts';
import type { AppendResult, Ends, Latency, OpenResult, StreamOptions, StreamResult } from './delta.ts';

const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Times in ms, ascending. */
class Times {
  readonly #times: number[] = [];

  async of<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const value = await work();
    this.#times.push(performance.now() - started);
    return value;
  }

  quantile(share: number, from: number = 0, to: number = this.#times.length): number {
    const sorted = this.#times.slice(from, to).sort((a, b) => a - b);
    return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN, 2);
  }

  latency(from: number, to: number): Latency {
    return { p50_ms: this.quantile(0.5, from, to), p99_ms: this.quantile(0.99, from, to) };
  }
}

async function make(options: { readonly folder: string } & Parameters<typeof makeLog>[1]): Promise<null> {
  await makeLog(options.folder, options);
  return null;
}

/** Measures the first opening in a process, when all code is cold, and the median of some more. */
async function open({ folder, again }: { folder: string; again: number }): Promise<OpenResult> {
  const first = new Times();
  const before = process.cpuUsage();
  const table = await first.of(() => openTable(folder));
  const { user, system } = process.cpuUsage(before);
  const { version, fileCount } = table.cached();
  const peak_rss_mb = peakRssMb();
  const later = new Times();
  for (let i = 0; i < again; i++) await later.of(() => openTable(folder));
  return {
    version,
    files: fileCount,
    first_ms: first.quantile(0),
    first_cpu_ms: Math.round((user + system) / 1000),
    ...(again > 0 ? { p50_ms: later.quantile(0.5) } : {}),
    peak_rss_mb,
  };
}

async function writeRows(table: DeltaTable, rows: readonly Row[]): Promise<void> {
  const result = await table.append(rows);
  if (result.kind !== 'committed') throw new Error(`The append ended as ${result.kind}.`);
}

/** Appends of rows: a data file and a commit, both durable. */
async function append(options: { folder: string; rows: number; appends: number }): Promise<AppendResult> {
  const { folder, rows, appends } = options;
  const table = await createTable(folder, { schema: STATE_VECTOR, partitionColumns: ['event_date'] });
  const batches = Array.from({ length: 8 }, (_, i) => stateVectors(rows, i + 1));
  const times = new Times();
  for (let i = 0; i < appends; i++) await times.of(() => writeRows(table, batches[i % batches.length] ?? []));
  await table.settled();
  return {
    p50_ms: times.quantile(0.5),
    p99_ms: times.quantile(0.99),
    bytes_per_row: round(table.cached().bytes / (rows * appends), 1),
    peak_rss_mb: peakRssMb(),
  };
}

/**
 * Measures a stream of small files and commits, with everything on that keeps a table small. A producer waits for the
 * append (file and commit); compaction and vacuum come after it.
 */
async function stream(options: StreamOptions): Promise<StreamResult> {
  const { folder, commits, rows, configuration, vacuumEvery } = options;
  const table = await createTable(folder, {
    schema: STATE_VECTOR,
    partitionColumns: ['event_date'],
    configuration,
  });
  const batches = Array.from({ length: 8 }, (_, i) => stateVectors(rows, i + 1));
  const [append, commit] = [new Times(), new Times()];
  let compactions = 0;
  let vacuumed = 0;
  for (let i = 0; i < commits; i++) {
    await append.of(async () => {
      const files = await writeDataFiles(contextOf(folder), table.cached(), batches[i % 8] ?? []);
      const transaction = table.startTransaction({ operation: 'STREAMING UPDATE' }).identify('bench', i + 1);
      const result = await commit.of(() => transaction.append(files).commit());
      if (result.kind !== 'committed') throw new Error(`Commit ${i} ended as ${result.kind}.`);
    });
    if ((await table.autoCompact({ minAgeMs: 1000 })).version !== null) compactions++;
    if ((i + 1) % vacuumEvery === 0) vacuumed += (await table.vacuum({ scope: 'log' })).files.length;
  }
  await table.settled();
  let log = 0;
  for await (const _ of table.store.list('_delta_log/')) log++;
  const window = Math.min(2000, Math.floor(commits / 4));
  const ends = (times: Times): Ends => ({
    early: times.latency(100, 100 + window),
    late: times.latency(commits - window, commits),
  });
  return {
    append: ends(append),
    commit: ends(commit),
    max_ms: append.quantile(1),
    compactions,
    vacuumed_files: vacuumed,
    live_files: table.cached().fileCount,
    log_objects: log,
    peak_rss_mb: peakRssMb(),
  };
}

const STEPS = { make, open, append, stream };

const [name = '', argument = 'null'] = process.argv.slice(2);
const step = (STEPS as Readonly<Record<string, (options: never) => Promise<unknown>>>)[name];
if (step === undefined) throw new RangeError(`There is no step "${name}".`);
process.stdout.write(JSON.stringify(await step(JSON.parse(argument) as never)));
