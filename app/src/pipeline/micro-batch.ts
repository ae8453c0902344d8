import type { AddFile, DeltaTable, Snapshot } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { Engine, MessageReader, Relation, Select } from '../engine/engine.ts';
import type { Airport } from '../flight/airports.ts';
import { BRONZE_FLIGHTS } from '../lake/bronze-flights.ts';
import { dataFiles, type Lake, lakeKindDiffers } from '../lake/lake.ts';
import type { BatchProgress } from '../lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import type { BatchRecord } from './batch-log.ts';
import { all } from './all.ts';
import { type BatchFacts, checkAccounts, factsOf } from './batch-facts.ts';
import { appIdOf, hasBatch, identityOf } from './batch-order.ts';
import { commitBatch } from './commit.ts';
import { flightsOf, type FreshFacts, freshFacts, GOLD, touchedRelation, writeWindows } from './gold.ts';
import { EMPTY_RECENT, KEPT, Memory } from './memory.ts';
import { NearbyAirports } from './nearby-airports.ts';
import { PARAMETERS, QUERIES } from './queries.ts';
import { ensureAirports } from './reference.ts';

/** What a micro-batch works with. */
export interface BatchParts {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly topic: MessageReader;
  readonly airports: readonly Airport[];
  readonly clock: () => number;
  /** Called at each named point of a batch, for tests that stop the process there. */
  readonly onPoint?: (point: BatchPoint) => void;
}

/** Moments of a batch at which a crash must change nothing. */
export type BatchPoint = 'planned' | 'recorded' | `written ${string}` | `committed ${string}` | 'finished';

/**
 * Runs planned micro-batches.
 *
 *     messages ─> batch ─> bronze
 *                   └────> duplicates ─> quarantine, silver ─> silver_ml ─> gold (touched windows)
 *
 * Every table commit carries `txn(appId, batch_id)`, and the commits come in the order above. So after a crash the
 * same plan is run again: a table that has the batch is left alone, the others get it. What a batch needs of the past
 * is taken from Silver_ML, which is behind Silver exactly as long as it must be: until its own commit, duplicates and
 * predecessors are judged as in the first try.
 */
export class MicroBatches {
  readonly #parts: BatchParts;
  readonly #nearby: NearbyAirports;
  #memory: Memory | null = null;
  #hasTables = false;

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#nearby = new NearbyAirports(parts.engine, parts.airports);
  }

  /** Whether every table has this batch. */
  async isFinished(record: BatchRecord): Promise<boolean> {
    const having = await Promise.all(BATCH_TABLES.map((definition) => this.#has(definition, record)));
    return having.every(Boolean);
  }

  /** Runs one recorded batch to its end; running it again changes nothing. */
  async run(record: BatchRecord, signal?: AbortSignal): Promise<BatchProgress> {
    const { engine, clock } = this.#parts;
    const started = clock();
    const durations: Record<string, number> = {};
    const timed: Timed = async (name, work) => {
      const start = clock();
      const result = await work();
      durations[name] = (durations[name] ?? 0) + clock() - start;
      return result;
    };
    const isReplayed = (await this.#commitOf(SILVER_FLIGHTS_ML, record)) !== null;
    await timed('batch', () => this.#keepBatch(record, signal));
    const [facts] = await all([
      timed('batch', () => this.#checkBatch(record)),
      isReplayed ? undefined : timed('airports', () => this.#nearby.cover(BATCH)),
    ]);
    const memory = await timed('memory', () => this.#load(facts.simulated, signal));
    let late = 0;
    let fresh: Relation = { kind: 'kept', name: 'fresh' };
    if (isReplayed) {
      fresh = await this.#committedRows(SILVER_FLIGHTS_ML, record);
    } else {
      late = await timed('duplicates', () => this.#keepDuplicates(memory, signal));
      await this.#appendAll(record, facts, signal, timed);
    }
    const [totals] = await all([
      freshFacts(engine, fresh),
      isReplayed ? undefined : timed('memory', () => memory.remember(fresh)),
    ]);
    await this.#gold(memory, totals, record, timed);
    await memory.advance(totals.newest);
    this.#parts.onPoint?.('finished');
    return {
      batch_id: record.batch_id,
      started_at_ms: started,
      duration_ms: clock() - started,
      rows_in: facts.rows,
      rows_silver: totals.rows,
      rows_quarantined: {
        ...facts.reasons,
        ...(facts.validRows > totals.rows ? { duplicate: facts.validRows - totals.rows } : {}),
      },
      rows_late: late,
      event_time_max: totals.newest === null ? null : Number(totals.newest),
      ingested_at_max_ms: facts.ingestedAtMaxMs,
      lag_after: 0,
      duration_by_table_ms: durations,
    };
  }

  /** Forgets what is kept, so that the next batch starts from what the lake says; after any failure. */
  reset(): void {
    this.#memory = null;
    this.#nearby.reset();
  }

  async #keepBatch(record: BatchRecord, signal: AbortSignal | undefined): Promise<void> {
    const { engine, topic } = this.#parts;
    const { max_ahead_seconds, earliest_seconds } = PARAMETERS;
    await engine.keep('batch', {
      sql: QUERIES.batch,
      relations: { messages: { kind: 'messages', topic, ranges: record.ranges } },
      parameters: { max_ahead_seconds, earliest_seconds },
      ...withSignal(signal),
    });
  }

  async #checkBatch(record: BatchRecord): Promise<BatchFacts> {
    const facts = await factsOf(this.#parts.engine, BATCH);
    const expected = record.ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);
    if (facts.rows > expected) {
      throw new ContrailError(
        'internal',
        'batch-rows-differ',
        `Micro-batch ${record.batch_id} read ${facts.rows} messages where ${expected} were planned.`,
      );
    }
    return facts;
  }

  async #load(simulatedBatch: boolean | null, signal: AbortSignal | undefined): Promise<Memory> {
    const { lake, engine, airports } = this.#parts;
    const simulatedLake = await lake.simulated();
    const simulated = simulatedLake ?? simulatedBatch ?? false;
    if (simulatedBatch !== null && simulatedBatch !== simulated)
      throw lakeKindDiffers(simulated, lake.store.url);
    if (!this.#hasTables) {
      await ensureAirports(lake, engine, airports, simulated);
      for (const definition of BATCH_TABLES) await lake.create(definition, simulated);
      this.#hasTables = true;
    }
    this.#memory ??= await Memory.load(engine, await this.#snapshot(SILVER_FLIGHTS_ML), signal);
    return this.#memory;
  }

  /** Keeps `earlier` and `duplicates`. Answers how many rows were late. */
  async #keepDuplicates(memory: Memory, signal: AbortSignal | undefined): Promise<number> {
    const { engine } = this.#parts;
    const { bucket_seconds, reach_seconds } = PARAMETERS;
    const buckets = await engine.rows({
      sql: QUERIES.late,
      relations: { batch: BATCH, recent: KEPT.recent },
      parameters: { bucket_seconds, horizon_seconds: memory.horizon },
    });
    const ml = await this.#snapshot(SILVER_FLIGHTS_ML);
    if (buckets.length === 0 || ml === null) {
      await engine.keep('earlier', { sql: 'select * from earlier', relations: { earlier: EMPTY_RECENT } });
    } else {
      const files = new Set<AddFile>();
      for (const row of buckets) {
        const start = BigInt(row['bucket'] as bigint) * BigInt(bucket_seconds);
        const range = { min: start - BigInt(reach_seconds), max: start + BigInt(bucket_seconds) };
        for (const file of ml.files([{ column: 'time_position', ...range }])) files.add(file);
      }
      await engine.keep('earlier', {
        sql: QUERIES.earlier,
        relations: {
          batch: BATCH,
          recent: KEPT.recent,
          lake: { kind: 'files', columns: SILVER_FLIGHTS_ML.columns, files: dataFiles(ml, files) },
        },
        parameters: { reach_seconds },
        ...withSignal(signal),
      });
    }
    await engine.keep('duplicates', {
      sql: QUERIES.duplicates,
      relations: { batch: BATCH, recent: KEPT.recent, earlier: EARLIER },
      ...withSignal(signal),
    });
    return buckets.reduce((sum, row) => sum + Number(row['late_rows']), 0);
  }

  /**
   * Writes the rows of the batch for four tables at once, as far as the engine can, and commits them one after another:
   * recovery counts on their order. Those of Silver_ML are kept as `fresh`. Nothing is committed of a batch whose accounts
   * do not balance.
   */
  async #appendAll(
    batch: BatchRecord,
    facts: BatchFacts,
    signal: AbortSignal | undefined,
    timed: Timed,
  ): Promise<void> {
    const { gap_seconds, near_airport_km } = PARAMETERS;
    const stop = withSignal(signal);
    const bronzeSelect = { sql: QUERIES.bronze, relations: { batch: BATCH }, ...stop };
    const silverMlSelect = {
      sql: QUERIES.silverMl,
      relations: {
        silver: SILVER,
        recent: KEPT.recent,
        earlier: EARLIER,
        airports_by_cell: NearbyAirports.relation,
      },
      parameters: { gap_seconds, near_airport_km },
      ...stop,
    };
    const [bronze, quarantine, silver, silverMl] = await all([
      this.#write(BRONZE_FLIGHTS, bronzeSelect, batch, timed),
      this.#write(QUARANTINE_FLIGHTS, { ...quarantineSelect(), ...stop }, batch, timed),
      this.#write(SILVER_FLIGHTS, { ...SILVER.select, ...stop }, batch, timed),
      this.#write(SILVER_FLIGHTS_ML, silverMlSelect, batch, timed, 'fresh'),
    ]);
    checkAccounts(batch.batch_id, facts, {
      bronze: bronze.rows,
      quarantine: quarantine.rows,
      silver: silver.rows,
      silverMl: silverMl.rows,
    });
    for (const { commit } of [bronze, quarantine, silver, silverMl]) await commit();
  }

  /** Writes the rows of a SELECT for a table, unless the table has the batch; answers how many, and how to commit them. */
  async #write(
    definition: TableDefinition,
    select: Select,
    batch: BatchRecord,
    timed: Timed,
    keepAs?: string,
  ): Promise<{ readonly rows: number; readonly commit: () => Promise<void> }> {
    const { lake, engine, onPoint } = this.#parts;
    const table = await this.#requireTable(definition);
    if (await this.#has(definition, batch)) {
      const adds = await this.#committedFiles(definition, batch);
      return {
        rows: adds.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0),
        commit: async () => {},
      };
    }
    const files = await timed(definition.name, () =>
      engine.write(select, {
        folder: lake.folder(definition),
        columns: definition.columns,
        partitionBy: definition.partitionColumns,
        ...(keepAs === undefined ? {} : { keepAs }),
      }),
    );
    onPoint?.(`written ${definition.name}`);
    const commit = (): Promise<void> =>
      timed(definition.name, async () => {
        await commitBatch(table, identityOf(batch), files);
        onPoint?.(`committed ${definition.name}`);
      });
    return { rows: files.reduce((sum, { rows }) => sum + rows, 0), commit };
  }

  async #gold(memory: Memory, { touched }: FreshFacts, batch: BatchRecord, timed: Timed): Promise<void> {
    const { lake, engine, onPoint } = this.#parts;
    const ml = await this.#requireSnapshot(SILVER_FLIGHTS_ML);
    const flights = touched.length === 0 ? KEPT.flights : await flightsOf(engine, memory, ml, touched);
    const written = GOLD.map(async ({ definition, sql, relations }) => {
      const table = await this.#requireTable(definition);
      if (await this.#has(definition, batch)) return async () => {};
      const select = {
        sql,
        relations: { ...relations, flights, touched: touchedRelation(touched) },
        parameters: { window_seconds: PARAMETERS.window_seconds },
      };
      const windows = await timed(definition.name, () =>
        writeWindows(lake, engine, table, definition, select, touched),
      );
      onPoint?.(`written ${definition.name}`);
      return () =>
        timed(definition.name, async () => {
          await commitBatch(table, identityOf(batch), windows.written, windows.removed);
          onPoint?.(`committed ${definition.name}`);
        });
    });
    for (const commit of await all(written)) await commit();
    await engine.forget('gold_flights');
  }

  /** @throws ContrailError `corrupt` when it has a later one, or lacks one before. */
  async #has(definition: TableDefinition, { topic, batch_id }: BatchRecord): Promise<boolean> {
    const { store } = this.#parts.lake;
    const newest = (await this.#snapshot(definition))?.transactionVersion(appIdOf(topic)) ?? null;
    return hasBatch(definition.name, newest, batch_id, store.url);
  }

  /** The version of a table that this batch made, or null when the table does not have it. */
  async #commitOf(definition: TableDefinition, record: BatchRecord): Promise<number | null> {
    const table = await this.#parts.lake.table(definition);
    const snapshot = await table?.snapshot();
    if (table === null || snapshot === undefined) return null;
    const appId = appIdOf(record.topic);
    if ((snapshot.transactionVersion(appId) ?? 0) < record.batch_id) return null;
    for (let version = snapshot.version; version >= 0; version -= 1) {
      const { transactions } = await table.changes(version);
      if (
        transactions.some(
          (transaction) => transaction.appId === appId && transaction.version === record.batch_id,
        )
      )
        return version;
    }
    return null;
  }

  async #committedRows(definition: TableDefinition, record: BatchRecord): Promise<Relation> {
    const table = await this.#requireTable(definition);
    const adds = await this.#committedFiles(definition, record);
    return { kind: 'files', columns: definition.columns, files: dataFiles(await table.snapshot(), adds) };
  }

  /** The files that this batch added to a table. */
  async #committedFiles(definition: TableDefinition, record: BatchRecord): Promise<readonly AddFile[]> {
    const version = await this.#commitOf(definition, record);
    return version === null ? [] : (await (await this.#requireTable(definition)).changes(version)).adds;
  }

  async #snapshot(definition: TableDefinition): Promise<Snapshot | null> {
    return (await (await this.#parts.lake.table(definition))?.snapshot()) ?? null;
  }

  async #requireSnapshot(definition: TableDefinition): Promise<Snapshot> {
    return (await this.#requireTable(definition)).snapshot();
  }

  async #requireTable(definition: TableDefinition): Promise<DeltaTable> {
    const table = await this.#parts.lake.table(definition);
    if (table === null)
      throw new ContrailError(
        'corrupt',
        'table-missing',
        `${definition.name} is gone from ${this.#parts.lake.store.url}.`,
      );
    return table;
  }
}

/** Adds how long some work took to what is reported of its table. */
type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const BATCH: Relation = { kind: 'kept', name: 'batch' };
const DUPLICATES: Relation = { kind: 'kept', name: 'duplicates' };
const SILVER = {
  kind: 'select',
  select: { sql: QUERIES.silver, relations: { batch: BATCH, duplicates: DUPLICATES } },
} as const satisfies Relation;
const EARLIER: Relation = { kind: 'kept', name: 'earlier' };

const withSignal = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

function quarantineSelect(): Select {
  return {
    sql: QUERIES.quarantine,
    relations: { batch: BATCH, duplicates: DUPLICATES },
    parameters: { earliest_seconds: PARAMETERS.earliest_seconds },
  };
}
