import { localStore } from '@contrail/delta-lake';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine, WrittenFile } from '../app/src/engine/engine.ts';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { DEFAULT_START_SECONDS, simulate } from '../app/src/ingest/simulator/simulate.ts';
import { GOLD_WINDOW_S } from '../app/src/lake/gold-window.ts';
import { Lake } from '../app/src/lake/lake.ts';
import type { TableDefinition } from '../app/src/lake/table.ts';
import { BATCH_TABLES } from '../app/src/lake/tables.ts';
import { newestRecord, writeRecord } from '../app/src/pipeline/batch-log.ts';
import { newestBatches } from '../app/src/pipeline/batch-order.ts';
import type { BatchRecord } from '../app/src/pipeline/batch-record.ts';
import { identityOf } from '../app/src/pipeline/batch-tables.ts';
import { commitBatch } from '../app/src/pipeline/commit.ts';
import { filesOfWindows } from '../app/src/pipeline/gold.ts';
import { runPipeline } from '../app/src/pipeline/pipeline.ts';
import { Upkeep } from '../app/src/pipeline/upkeep.ts';
import { loadAirports } from '../app/src/program/airports.ts';
import { EmbeddedTopic } from '../app/src/topic/embedded/embedded-topic.ts';
import { machine, round, say } from './child.ts';
import { lakeFacts, quantiles } from './lake-facts.ts';
import { livedStore, noCalls } from './life-store.ts';

/** Arguments of the case `month`. */
export interface MonthOptions {
  readonly days: number;
  /** Simulated seconds from one batch to the next. */
  readonly pace: number;
  /** A folder in which a stopped run continues; null: a temporary one. */
  readonly lake: string | null;
}

/** A file of a batch, to be written again in each later one. */
interface Template {
  readonly definition: TableDefinition;
  readonly file: WrittenFile;
  readonly bytes: Uint8Array;
}

const DAY_MS = 86_400_000;
const WINDOW_MS = GOLD_WINDOW_S * 1000;
/** For this long after its end, a batch still has rows for a window. */
const LATE_MS = 30_000;
/** Batches between two saves of the state. */
const NOTE_BATCHES = 1000;
const TOPIC = 'opensky-data';
const airports = loadAirports();

/**
 * Simulates weeks of commits and of the upkeep between them; prints a line for each simulated day. The commits are those
 * of a pipeline: the same files, records, transactions and replaced windows of Gold. What they hold is made once, by a
 * small pipeline, and copied for each batch, so that a month takes an hour or two. Compaction is done by the real engine.
 */
export async function* month(options: MonthOptions): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const scratch = await mkdtemp(join(tmpdir(), 'contrail-month-'));
  const folder = options.lake ?? join(scratch, 'lake');
  const note = `${folder}.month.json`;
  const before = existsSync(note)
    ? (JSON.parse(readFileSync(note, 'utf8')) as { clock_ms: number; times: [string, number][] })
    : { clock_ms: DEFAULT_START_SECONDS * 1000, times: [] };
  // The clock runs while something works, and jumps when the pipeline would wait.
  let jumpedMs = before.clock_ms - performance.now();
  const clock = (): number => Math.floor(jumpedMs + performance.now());
  const times = new Map(before.times);
  mkdirSync(folder, { recursive: true });
  const store = localStore(folder);
  const lake = new Lake(livedStore(store, { calls: noCalls(), clock, times }), clock);
  try {
    await using engine = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads: 1,
      temporaryFolder: join(scratch, 'tmp'),
    });
    const templates = await templatesFrom(engine, scratch);
    const windows = new Windows(engine, scratch);
    for (const definition of BATCH_TABLES) await lake.create(definition, true);
    const upkeep = new Upkeep({ lake, engine, clock });
    const triggerMs = options.pace * 1000;
    const last = await newestRecord(lake.store);
    let batchId = last?.batch_id ?? 0;
    // A run that was killed has written its state some batches before its last one.
    jumpedMs += Math.max(0, (last?.recorded_at_ms ?? 0) + triggerMs - clock());
    const writeDown = (): void => {
      writeFileSync(`${note}.new`, JSON.stringify({ clock_ms: clock(), times: [...times] }));
      renameSync(`${note}.new`, note);
    };
    let isStopped = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));
    let dayMs = Math.floor(clock() / DAY_MS) * DAY_MS;
    const firstDay = Math.floor((DEFAULT_START_SECONDS * 1000) / DAY_MS);
    const [batchMs, upkeepMs]: [number[], number[]] = [[], []];
    let usedBefore = process.cpuUsage();
    const batches = Math.ceil((options.days * DAY_MS) / triggerMs);
    while (batchId < batches && !isStopped) {
      const dueMs = clock() + triggerMs;
      batchId += 1;
      const started = performance.now();
      await commitOne(lake, templates, windows, batchId, clock());
      const committed = performance.now();
      await upkeep.run({ budgetMs: triggerMs - (committed - started) });
      batchMs.push(committed - started);
      upkeepMs.push(performance.now() - committed);
      jumpedMs += Math.max(0, dueMs - clock());
      if (batchId % NOTE_BATCHES === 0) {
        writeDown();
        if (batchId % 5000 === 0) say(`month: ${batchId} of ${batches} batches …`);
      }
      if (clock() - dayMs < DAY_MS && batchId < batches) continue;
      const used = process.cpuUsage(usedBefore);
      const beforeTelling = clock();
      yield {
        case: 'month',
        pace_s: options.pace,
        day: Math.floor(dayMs / DAY_MS) - firstDay + 1,
        batches: batchId,
        ...(await lakeFacts(store, clock)),
        batch_ms: quantiles(batchMs),
        upkeep_ms: quantiles(upkeepMs),
        cpu_ms_per_batch: round((used.user + used.system) / 1000 / batchMs.length, 1),
        rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
        heap_mb: Math.round(process.memoryUsage().heapUsed / 1e6),
      };
      // The work of the bench itself takes no simulated time.
      jumpedMs += beforeTelling - clock();
      usedBefore = process.cpuUsage();
      batchMs.length = 0;
      upkeepMs.length = 0;
      dayMs = Math.floor(clock() / DAY_MS) * DAY_MS;
    }
    writeDown();
    if (!isStopped) yield { case: 'month', done: true, batches: batchId, machine: machine() };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes what a batch writes, and commits it as one. */
async function commitOne(
  lake: Lake,
  templates: readonly Template[],
  made: Windows,
  batchId: number,
  nowMs: number,
): Promise<void> {
  const offset = (id: number): bigint => BigInt(id) * 25n;
  const record: BatchRecord = {
    batch_id: batchId,
    topic: TOPIC,
    recorded_at_ms: nowMs,
    ranges: [0, 1, 2, 3].map((partition) => ({
      partition,
      start: offset(batchId - 1),
      end: offset(batchId),
    })),
    tables: await newestBatches(lake, TOPIC, 'memory'),
  };
  await writeRecord(lake.store, record);
  const windows = [...new Set([nowMs, nowMs - LATE_MS].map((ms) => ms - (ms % WINDOW_MS)))];
  const day = new Date(nowMs).toISOString().slice(0, 10);
  for (const template of templates) {
    const { definition } = template;
    const table = await lake.table(definition);
    if (table === null) throw new Error(`${definition.name} is gone.`);
    const [column] = definition.partitionColumns;
    if (column !== undefined) {
      const file = copyOf(lake, template, `${column}=${day}/`, { [column]: day });
      await commitBatch(table, identityOf(record), [file]);
      continue;
    }
    const { replaced } = filesOfWindows(
      table.cached(),
      windows.map((ms) => BigInt(ms / 1000)),
    );
    const written: WrittenFile[] = [];
    for (const ms of windows) written.push(copyOf(lake, await made.at(template, ms), '', {}));
    await commitBatch(table, identityOf(record), written, replaced);
  }
}

function copyOf(
  lake: Lake,
  { definition, file, bytes }: Template,
  below: string,
  partition: WrittenFile['partition'],
): WrittenFile {
  const path = join(lake.folder(definition), below, `part-00000-${randomUUID()}.parquet`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return { ...file, path, partition };
}

/** Files of Gold, made once for each window. */
class Windows {
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #made = new Map<string, Template>();

  constructor(engine: Engine, scratch: string) {
    this.#engine = engine;
    this.#folder = join(scratch, 'windows');
  }

  async at({ definition, file }: Template, windowMs: number): Promise<Template> {
    const key = `${definition.name} ${windowMs}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const [written] = await this.#engine.write(
      {
        sql: `select * replace (make_timestamptz(:start) as window_start, make_timestamptz(:end) as window_end) from old`,
        relations: { old: { kind: 'files', columns: definition.columns, files: [{ path: file.path }] } },
        parameters: { start: BigInt(windowMs) * 1000n, end: BigInt(windowMs + WINDOW_MS) * 1000n },
      },
      { folder: this.#folder, columns: definition.columns },
    );
    if (written === undefined) throw new Error(`No rows for a window of ${definition.name}.`);
    const template = { definition, file: written, bytes: readFileSync(written.path) };
    rmSync(written.path);
    if (this.#made.size >= 8) this.#made.delete([...this.#made.keys()][0] ?? '');
    this.#made.set(key, template);
    return template;
  }
}

/** The files of one micro-batch of a small pipeline, one a table. */
async function templatesFrom(engine: DuckdbEngine, scratch: string): Promise<readonly Template[]> {
  const lake = new Lake(localStore(join(scratch, 'small')), Date.now);
  await using topic = await EmbeddedTopic.open({
    directory: join(scratch, 'topic'),
    name: TOPIC,
    partitions: 4,
    clock: Date.now,
    retention: { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
  });
  const [poll = []] = simulate({ aircraft: 100, polls: 1, intervalSeconds: 10, seed: 7, airports });
  const times = { timestamp_ms: DEFAULT_START_SECONDS * 1000 };
  // Twice, so that the quarantine has rows.
  for (const vectors of [poll, poll.slice(0, 10)])
    await topic.append(
      vectors.map((vector) => ({ key: vector.icao24, value: encodeStateVector(vector), ...times })),
    );
  const found = new Map<string, Template>();
  const watched: Engine = Object.assign(Object.create(engine) as Engine, {
    keep: engine.keep.bind(engine),
    extend: engine.extend.bind(engine),
    forget: engine.forget.bind(engine),
    rows: engine.rows.bind(engine),
    name: engine.name,
    write: async (...args: Parameters<Engine['write']>) => {
      const files = await engine.write(...args);
      const definition = BATCH_TABLES.find((each) => lake.folder(each) === args[1].folder);
      const [file] = files;
      if (definition !== undefined && file !== undefined)
        found.set(definition.name, { definition, file, bytes: readFileSync(file.path) });
      return files;
    },
  });
  await runPipeline({
    lake,
    engine: watched,
    topic,
    airports,
    clock: Date.now,
    maxRows: 100_000,
    triggerMs: 1,
    once: true,
  });
  return BATCH_TABLES.map(({ name }) => {
    const template = found.get(name);
    if (template === undefined) throw new Error(`The small pipeline wrote nothing for ${name}.`);
    return template;
  });
}
