import { localStore, openTable, s3FromEnvironment, s3Store, type Snapshot } from '@contrail/delta-lake';
import { existsSync, readFileSync, writeFileSync, mkdirSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { StoredFilesEngine } from '../app/src/engine/stored-files.ts';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { DEFAULT_START_SECONDS, simulate } from '../app/src/ingest/simulator/simulate.ts';
import { dataFiles, Lake } from '../app/src/lake/lake.ts';
import { DEFAULT_RETENTION, type TableDefinition } from '../app/src/lake/table.ts';
import { BATCH_TABLES } from '../app/src/lake/tables.ts';
import { runPipeline } from '../app/src/pipeline/pipeline.ts';
import { loadAirports } from '../app/src/program/airports.ts';
import { EmbeddedTopic } from '../app/src/topic/embedded/embedded-topic.ts';
import { machine, round, say } from './child.ts';
import { lakeFacts, quantiles } from './lake-facts.ts';
import { livedStore, noCalls } from './life-store.ts';

/** Arguments of the case `life`. */
export interface LifeOptions {
  readonly batches: number;
  /** Simulated seconds from one batch to the next. */
  readonly pace: number;
  /** About how many messages a batch has. */
  readonly aircraft: number;
  /**
   * Where the lake is: a folder, or an address on S3 with the usual AWS variables; null: a temporary folder. A run in a
   * folder that was stopped continues where it was, like a pipeline that is started again.
   */
  readonly lake: string | null;
}

/** The state of a run, apart from its lake. */
interface LifeState {
  readonly batches: number;
  readonly clock_ms: number;
  /** When each object was written, by the simulated clock. */
  readonly times: readonly (readonly [string, number])[];
}

/** Batches between two saves of the state. */
const NOTE_BATCHES = 50;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How often a reader opens all tables. Simulated. */
const READ_EVERY_MS = 2 * MINUTE_MS;

const airports = loadAirports();

/**
 * Simulates days of a pipeline with its upkeep, on a clock that jumps from trigger to trigger; prints a line for each
 * simulated hour. A reader opens all tables every few minutes, and reads their last hour as late as the promise to
 * readers allows.
 */
export async function* life(options: LifeOptions): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const isRemote = options.lake?.startsWith('s3://') === true;
  const stays = options.lake === null || isRemote ? null : `${options.lake}.life`;
  const folder = stays ?? (await mkdtemp(join(tmpdir(), 'contrail-life-')));
  if (stays !== null) mkdirSync(stays, { recursive: true });
  const note = stays === null ? null : join(stays, 'state.json');
  const before: LifeState =
    note !== null && existsSync(note)
      ? (JSON.parse(readFileSync(note, 'utf8')) as LifeState)
      : { batches: 0, clock_ms: DEFAULT_START_SECONDS * 1000, times: [] };
  const triggerMs = options.pace * 1000;
  const stop = new AbortController();
  // The clock runs while something works, and jumps when the pipeline would wait.
  let jumpedMs = before.clock_ms - performance.now();
  const clock = (): number => Math.floor(jumpedMs + performance.now());
  const calls = noCalls();
  const raw = isRemote
    ? s3Store(options.lake ?? '', { ...s3FromEnvironment(process.env), singleWriter: true })
    : localStore(options.lake ?? join(folder, 'lake'));
  const times = new Map(before.times);
  const store = livedStore(raw, { calls, clock, times });
  const lake = new Lake(store, clock);
  const openEngine = async (name: string) => {
    const engine = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads: 1,
      temporaryFolder: join(folder, name),
    });
    return isRemote ? new StoredFilesEngine(engine, store, join(folder, name)) : engine;
  };
  try {
    await using topic = await EmbeddedTopic.open({
      directory: join(folder, 'topic'),
      name: 'opensky-data',
      partitions: 4,
      clock,
      retention: { maxAgeMs: HOUR_MS, maxBytes: Number.MAX_SAFE_INTEGER },
    });
    await using engine = await openEngine('tmp');
    await using readers = await openEngine('tmp-readers');
    const polls = simulate({
      aircraft: options.aircraft,
      polls: options.batches,
      intervalSeconds: options.pace,
      seed: 7,
      airports,
    })[Symbol.iterator]();
    for (let lived = 0; lived < before.batches; lived += 1) polls.next();

    const lines: Readonly<Record<string, unknown>>[] = [];
    let wake: () => void = () => undefined;
    const batchMs: number[] = [];
    const betweenMs: number[] = [];
    let usedBefore = process.cpuUsage();
    let { batches } = before;
    let finishedAtMs = clock();
    let [readAtMs, toldAtMs] = [clock(), clock()];
    let [reads, readErrors] = [0, 0];
    let readError: string | null = null;
    const opened: { readonly atMs: number; readonly table: TableDefinition; readonly snapshot: Snapshot }[] =
      [];
    const troubles: string[] = [];

    /** A reader that takes as long as it is allowed to. */
    const readLate = async (): Promise<void> => {
      for (const table of BATCH_TABLES) {
        const found = await lake.table(table);
        if (found === null) continue;
        const snapshot = (await openTable(raw.at(table.name), { clock })).cached();
        opened.push({ atMs: clock(), table, snapshot });
      }
      // At the next check it would be too late.
      while (
        opened[0] !== undefined &&
        clock() - opened[0].atMs >= promisedMs(options.pace) - 1.2 * READ_EVERY_MS
      ) {
        const { atMs, table, snapshot } = opened.shift() as (typeof opened)[number];
        const files = snapshot.files([sinceAnHour(table, atMs)]);
        reads += 1;
        await readers
          .rows({
            sql: 'select count(*) as n from recent',
            relations: {
              recent: dataFiles(table, snapshot, { files }),
            },
          })
          .catch((error: unknown) => {
            readErrors += 1;
            readError ??= String(error).slice(0, 300);
          });
      }
    };

    const tell = async (): Promise<void> => {
      const facts = await lakeFacts(raw, clock);
      const counted = batchMs.length;
      const used = process.cpuUsage(usedBefore);
      lines.push({
        case: 'life',
        pace_s: options.pace,
        hour: Math.round((clock() - DEFAULT_START_SECONDS * 1000) / HOUR_MS),
        batches,
        ...facts,
        batch_ms: quantiles(batchMs),
        upkeep_ms: quantiles(betweenMs),
        cpu_ms_per_batch: round((used.user + used.system) / 1000 / counted, 1),
        rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
        heap_mb: Math.round(process.memoryUsage().heapUsed / 1e6),
        calls_per_batch: Object.fromEntries(
          Object.entries(calls).map(([name, count]) => [name, round(count / counted, 1)]),
        ),
        reads,
        read_errors: readErrors,
        ...(readError === null ? {} : { read_error: readError }),
        ...(troubles.length === 0 ? {} : { troubles: troubles.splice(0, 5) }),
      });
      Object.assign(calls, noCalls());
      usedBefore = process.cpuUsage();
      batchMs.length = 0;
      betweenMs.length = 0;
      wake();
    };

    const writeDown = (): void => {
      if (note === null) return;
      const state: LifeState = { batches, clock_ms: clock(), times: [...times] };
      writeFileSync(`${note}.new`, JSON.stringify(state));
      renameSync(`${note}.new`, note);
    };

    const sleep = async (ms: number): Promise<void> => {
      if (batchMs.length > 0) betweenMs.push(clock() - finishedAtMs);
      // The work of the bench itself takes no simulated time.
      const now = clock();
      if (now - readAtMs >= READ_EVERY_MS) {
        readAtMs = now;
        await readLate();
      }
      const poll = polls.next();
      if (now - toldAtMs >= HOUR_MS || poll.done === true) {
        toldAtMs = now;
        await tell();
      }
      if (batches % NOTE_BATCHES === 0) writeDown();
      if (poll.done === true) {
        stop.abort();
        return;
      }
      jumpedMs += now + ms - clock();
      const timestamp_ms = clock();
      await topic.append(
        poll.value.map((vector) => ({ key: vector.icao24, value: encodeStateVector(vector), timestamp_ms })),
      );
    };

    const running = runPipeline({
      lake,
      engine,
      topic,
      airports,
      clock,
      sleep,
      arrival: (_, ms) => sleep(Math.min(ms, triggerMs)),
      maxRows: 100_000,
      triggerMs,
      once: false,
      signal: stop.signal,
      onBatch: ({ duration_ms: ms }) => {
        batches += 1;
        batchMs.push(ms);
        finishedAtMs = clock();
        if (batches % 500 === 0) say(`life: ${batches} of ${options.batches} batches …`);
      },
      onTrouble: (error) => troubles.push(String(error)),
      onUpkeepTrouble: (error) => troubles.push(`upkeep: ${String(error)}`),
    }).finally(() => wake());
    let isOver = false;
    const ended = running.then(
      () => void (isOver = true),
      () => void (isOver = true),
    );
    while (!isOver || lines.length > 0) {
      const line = lines.shift();
      if (line !== undefined) yield line;
      else await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))]);
    }
    await running;
    yield { case: 'life', done: true, batches, machine: machine() };
  } finally {
    stop.abort();
    if (stays === null) await rm(folder, { recursive: true, force: true });
  }
}

/** The rows of the hour before an instant, by the table's time column. */
function sinceAnHour({ columns }: TableDefinition, atMs: number): { column: string; min: bigint } {
  const seconds = BigInt(Math.floor((atMs - HOUR_MS) / 1000));
  const has = (wanted: string): boolean => columns.some(({ name }) => name === wanted);
  if (has('time_position')) return { column: 'time_position', min: seconds };
  return { column: has('window_start') ? 'window_start' : 'ingested_at', min: seconds * 1_000_000n };
}

/** What readers are promised at a pace. */
const promisedMs = (pace: number): number =>
  Math.min(DEFAULT_RETENTION.retentionMs, Math.max(8 * MINUTE_MS, 400 * pace * 1000));
