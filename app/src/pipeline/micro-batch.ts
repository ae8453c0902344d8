import type { AddFile, DeltaTable, Snapshot } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { Engine, Relation, Select, WriteTarget } from '../engine/engine.ts';
import type { Airport } from '../flight/airports.ts';
import { BRONZE_FLIGHTS } from '../lake/bronze-flights.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import type { BatchProgress } from '../lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { type BatchRecord, readableRanges } from './batch-record.ts';
import { all } from './all.ts';
import { hasBatch, identityOf, quarantineLost } from './batch-order.ts';
import { commitBatch } from './commit.ts';
import { appIdOf, committedFiles, commitOf, rowsOf } from './committed.ts';
import { flightsOf, type FreshFacts, freshFacts, GOLD, touchedRelation, writeWindows } from './gold.ts';
import { commitGaps } from './gaps.ts';
import { kindOfPositions, type KindSources } from './kind.ts';
import { EMPTY_RECENT, KEPT, Memory } from './memory.ts';
import { NearbyAirports } from './nearby-airports.ts';
import { rowsIn } from './plan.ts';
import { PARAMETERS, QUERIES } from './queries.ts';
import { ensureAirports } from './reference.ts';
import { checkAccounts, type Survey, surveyOf } from './survey.ts';

/** What a micro-batch works with. */
export interface BatchParts {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly topic: KindSources['topic'];
  readonly airports: readonly Airport[];
  readonly clock: () => number;
  /** Called at each named point of a batch, for tests that stop the process there. */
  readonly onPoint?: (point: BatchPoint) => void;
}

/** Moments of a batch at which a crash must change nothing. */
export type BatchPoint =
  | 'planned'
  | 'recorded'
  | 'amending'
  | 'amended'
  | `written ${string}`
  | `committed ${string}`
  | 'finished';

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

  /** Runs one recorded batch to its end; running it again changes nothing. */
  async run(record: BatchRecord, signal?: AbortSignal): Promise<BatchProgress> {
    const { clock } = this.#parts;
    const started = clock();
    const durations: Record<string, number> = {};
    const timed: Timed = async (name, work) => {
      const start = clock();
      const result = await work();
      durations[name] = (durations[name] ?? 0) + clock() - start;
      return result;
    };
    const simulated = await timed('batch', () =>
      kindOfPositions(this.#parts, readableRanges(record), signal),
    );
    const isReplayed = (await commitOf(this.#parts.lake, SILVER_FLIGHTS_ML, record)) !== null;
    const [memory] = await all([
      timed('memory', () => this.#loadMemory(signal)),
      timed('batch', () => this.#keepBatch(record, simulated ?? false, signal)),
    ]);
    const { survey, fresh, commit } = isReplayed
      ? await this.#readAgain(memory, record, simulated, timed)
      : await this.#append(memory, record, simulated, signal, timed);
    const [totals] = await all([
      (async () => {
        const [totals] = await all([
          timed('windows', () => this.#windows(isReplayed ? null : memory, fresh)),
          this.#commit(record, commit),
        ]);
        await this.#gold(memory, totals, record, timed);
        return totals;
      })(),
      // Only the next batch asks for them.
      isReplayed ? undefined : timed('memory', () => memory.rememberAircraft(fresh)),
    ]);
    await memory.advance(totals.newest);
    this.#parts.onPoint?.('finished');
    return {
      batch_id: record.batch_id,
      started_at_ms: started,
      duration_ms: clock() - started,
      rows_in: survey.rows,
      rows_silver: totals.rows,
      rows_quarantined: {
        ...survey.reasons,
        ...(survey.validRows > totals.rows ? { duplicate: survey.validRows - totals.rows } : {}),
      },
      rows_late: isReplayed ? 0 : survey.lateRows,
      ...(survey.restampedRows > 0 ? { rows_restamped: survey.restampedRows } : {}),
      event_time_max: totals.newest === null ? null : Number(totals.newest),
      ingested_at_max_ms: survey.ingestedAtMaxMs,
      clock_behind_s: survey.clockBehindS,
      lag_after: 0,
      duration_by_table_ms: durations,
    };
  }

  /** The gaps first: while no table has rows of the batch, its record can still be amended. */
  async #commit(record: BatchRecord, commit: () => Promise<void>): Promise<void> {
    const { lake, engine, onPoint } = this.#parts;
    await commitGaps(lake, engine, record, onPoint);
    await commit();
  }

  /**
   * Does what comes before the first commit of a batch, and commits nothing. Answers how many of its rows are valid. The files
   * that it writes belong to no table.
   */
  async rehearse(record: BatchRecord, signal?: AbortSignal): Promise<number> {
    const simulated = await kindOfPositions(this.#parts, readableRanges(record), signal);
    const memory = await this.#loadMemory(signal);
    await this.#keepBatch(record, simulated ?? false, signal);
    const { survey } = await this.#append(memory, record, simulated, signal, (_, work) => work());
    return survey.validRows;
  }

  /** Forgets what is kept, so that the next batch starts from what the lake says; after any failure. */
  reset(): void {
    this.#memory = null;
    this.#nearby.reset();
  }

  async #keepBatch(record: BatchRecord, simulated: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { engine, topic } = this.#parts;
    const { max_ahead_seconds, earliest_seconds } = PARAMETERS;
    // The batch before makes room: two at once may be more than fits.
    await engine.forget('batch');
    await engine.keep('batch', {
      sql: QUERIES.batch,
      relations: {
        messages: {
          kind: 'messages',
          topic,
          ranges: readableRanges(record),
          simulated,
          unprocessable: record.unprocessable ?? [],
        },
      },
      parameters: {
        max_ahead_seconds,
        earliest_seconds,
        clock_seconds: BigInt(Math.floor(record.recorded_at_ms / 1000)),
        simulated,
      },
      ...withSignal(signal),
    });
  }

  /** Looks over the batch, and refuses it when it is not what was planned. */
  async #survey(memory: Memory, record: BatchRecord): Promise<Survey> {
    const survey = await surveyOf(this.#parts.engine, { batch: BATCH, recent: KEPT.recent }, memory.horizon);
    const expected = rowsIn(readableRanges(record));
    if (survey.rows > expected) {
      throw new ContrailError(
        'batch-rows-differ',
        `Micro-batch ${record.batch_id} read ${survey.rows} messages where ${expected} were planned.`,
      );
    }
    return survey;
  }

  /** From here the lake says which kind of positions it holds, unless no message has told yet. */
  async #ensureTables(simulated: boolean | null): Promise<void> {
    if (this.#hasTables) return;
    const { engine, lake, airports } = this.#parts;
    await ensureAirports(lake, engine, airports, simulated);
    for (const definition of BATCH_TABLES) await lake.create(definition, simulated);
    this.#hasTables = simulated !== null;
  }

  async #loadMemory(signal: AbortSignal | undefined): Promise<Memory> {
    this.#memory ??= await Memory.load(this.#parts.engine, await this.#snapshot(SILVER_FLIGHTS_ML), signal);
    return this.#memory;
  }

  /** Keeps `duplicates`, and `earlier` where rows are late. Answers where the earlier rows are. */
  async #keepDuplicates({ lateBuckets }: Survey, signal: AbortSignal | undefined): Promise<Relation> {
    const { engine } = this.#parts;
    const { bucket_seconds, reach_seconds } = PARAMETERS;
    const ml = await this.#snapshot(SILVER_FLIGHTS_ML);
    const isAnyLate = lateBuckets.length > 0 && ml !== null;
    if (isAnyLate) {
      const files = new Set<AddFile>();
      for (const bucket of lateBuckets) {
        const start = bucket * BigInt(bucket_seconds);
        const range = { min: start - BigInt(reach_seconds), max: start + BigInt(bucket_seconds) };
        for (const file of ml.files([{ column: 'time_position', ...range }])) files.add(file);
      }
      await engine.keep('earlier', {
        sql: QUERIES.earlier,
        relations: {
          batch: BATCH,
          recent: KEPT.recent,
          lake: dataFiles(SILVER_FLIGHTS_ML, ml, { files }),
        },
        parameters: { reach_seconds },
        ...withSignal(signal),
      });
    }
    const earlier: Relation = isAnyLate ? { kind: 'kept', name: 'earlier' } : EMPTY_RECENT;
    await engine.keep('duplicates', {
      sql: QUERIES.duplicates,
      relations: { batch: BATCH, recent: KEPT.recent, earlier },
      ...withSignal(signal),
    });
    return earlier;
  }

  /** What a batch whose Silver_ML is committed needs to make Gold. */
  async #readAgain(
    memory: Memory,
    record: BatchRecord,
    simulated: boolean | null,
    timed: Timed,
  ): Promise<Appended> {
    const survey = await timed('survey', () => this.#survey(memory, record));
    await this.#ensureTables(simulated);
    const rows = rowsOf(await committedFiles(this.#parts.lake, SILVER_FLIGHTS_ML, record));
    if (survey.rows > rows && !(await this.#has(QUARANTINE_FLIGHTS, record)))
      throw quarantineLost(record.batch_id, survey.rows - rows, this.#parts.lake.store.url);
    return { survey, fresh: await this.#committedRows(SILVER_FLIGHTS_ML, record), commit: async () => {} };
  }

  /**
   * Writes the rows of the batch for four tables, as many at once as the engine can. `commit` commits them one after
   * another: recovery counts on their order. A batch whose accounts do not balance comes to no commit.
   */
  async #append(
    memory: Memory,
    record: BatchRecord,
    simulated: boolean | null,
    signal: AbortSignal | undefined,
    timed: Timed,
  ): Promise<Appended> {
    const { gap_seconds, near_airport_km } = PARAMETERS;
    const stop = withSignal(signal);
    const bronzeSelect = { sql: QUERIES.bronze, relations: { batch: BATCH }, ...stop };
    const [bronze, { survey, quarantine, silver, silverMl }] = await all([
      // Needs nothing but the messages, so it fills the time that the questions before the other tables leave.
      this.#write(BRONZE_FLIGHTS, bronzeSelect, record, timed),
      (async () => {
        const survey = await timed('survey', () => this.#survey(memory, record));
        await this.#ensureTables(simulated);
        const [earlier] = await all([
          timed('duplicates', () => this.#keepDuplicates(survey, signal)),
          timed('airports', () => this.#nearby.cover(survey.cells)),
        ]);
        const silverMlSelect = {
          sql: QUERIES.silverMl,
          relations: {
            silver: SILVER,
            recent: KEPT.recent,
            earlier,
            airports_by_cell: NearbyAirports.relation,
          },
          parameters: { gap_seconds, near_airport_km },
          ...stop,
        };
        const { ingestDate, eventDate } = survey;
        const inDay = eventDate === null ? {} : { partition: { event_date: eventDate } };
        // Without a reason there may be no row, and looking for days is cheaper than a file for nothing.
        const isSure = ingestDate !== null && survey.validRows < survey.rows;
        const received = isSure ? { partition: { ingest_date: ingestDate } } : {};
        const [quarantine, silver, silverMl] = await all([
          this.#write(QUARANTINE_FLIGHTS, { ...quarantineSelect(), ...stop }, record, timed, received),
          this.#write(SILVER_FLIGHTS, { ...SILVER.select, ...stop }, record, timed, inDay),
          this.#write(SILVER_FLIGHTS_ML, silverMlSelect, record, timed, { ...inDay, keepAs: FRESH.name }),
        ]);
        if (earlier.kind === 'kept') await this.#parts.engine.forget(earlier.name);
        return { survey, quarantine, silver, silverMl };
      })(),
    ]);
    checkAccounts(record.batch_id, survey, {
      bronze: bronze.rows,
      quarantine: quarantine.rows,
      silver: silver.rows,
      silverMl: silverMl.rows,
    });
    const commit = async (): Promise<void> => {
      for (const table of [bronze, quarantine, silver, silverMl]) await table.commit();
    };
    return { survey, fresh: FRESH, commit };
  }

  /** Writes the rows of a SELECT for a table, unless the table has the batch; answers how many, and how to commit them. */
  async #write(
    definition: TableDefinition,
    select: Select,
    batch: BatchRecord,
    timed: Timed,
    more: Pick<WriteTarget, 'partition' | 'keepAs'> = {},
  ): Promise<{ readonly rows: number; readonly commit: () => Promise<void> }> {
    const { lake, engine, onPoint } = this.#parts;
    if (await this.#has(definition, batch)) {
      return { rows: rowsOf(await committedFiles(lake, definition, batch)), commit: async () => {} };
    }
    const files = await timed(definition.name, () =>
      engine.write(select, {
        folder: lake.folder(definition),
        columns: definition.columns,
        partitionBy: definition.partitionColumns,
        ...more,
      }),
    );
    onPoint?.(`written ${definition.name}`);
    // A commit without a row would say nothing, and leave files of the log.
    const commit = async (): Promise<void> => {
      if (files.length === 0) return;
      await timed(definition.name, async () => {
        await commitBatch(await this.#requireTable(definition), identityOf(batch), files);
        onPoint?.(`committed ${definition.name}`);
      });
    };
    return { rows: files.reduce((sum, { rows }) => sum + rows, 0), commit };
  }

  /** What the new rows amount to; they go to memory, unless it has them. */
  async #windows(memory: Memory | null, fresh: Relation): Promise<FreshFacts> {
    const [totals] = await all([freshFacts(this.#parts.engine, fresh), memory?.rememberFlights(fresh)]);
    return totals;
  }

  async #gold(memory: Memory, { touched }: FreshFacts, batch: BatchRecord, timed: Timed): Promise<void> {
    const { lake, engine, onPoint } = this.#parts;
    if (touched.length === 0) return;
    const ml = await this.#requireSnapshot(SILVER_FLIGHTS_ML);
    const flights = await flightsOf(engine, memory, ml, touched);
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

  /** @throws ContrailError `corrupt` when it has a later one, or has lost one before. */
  async #has(definition: TableDefinition, record: BatchRecord): Promise<boolean> {
    const { store } = this.#parts.lake;
    const newest = (await this.#snapshot(definition))?.transactionVersion(appIdOf(record.topic)) ?? null;
    return hasBatch(definition.name, newest, record, store.url);
  }

  async #committedRows(definition: TableDefinition, record: BatchRecord): Promise<Relation> {
    const table = await this.#requireTable(definition);
    const adds = await committedFiles(this.#parts.lake, definition, record);
    return dataFiles(definition, await table.snapshot(), { files: adds });
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
      throw new ContrailError('table-gone', `${definition.name} is gone from ${this.#parts.lake.store.url}.`);
    return table;
  }
}

/** A batch whose rows are written, or were committed before. */
interface Appended {
  readonly survey: Survey;
  /** Its rows of Silver_ML. */
  readonly fresh: Relation;
  readonly commit: () => Promise<void>;
}

/** Adds how long some work took to what is reported of its table. */
type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const BATCH: Relation = { kind: 'kept', name: 'batch' };
const DUPLICATES: Relation = { kind: 'kept', name: 'duplicates' };
const SILVER = {
  kind: 'select',
  select: { sql: QUERIES.silver, relations: { batch: BATCH, duplicates: DUPLICATES } },
} as const satisfies Relation;
/** The rows of the batch that are new in Silver_ML. */
const FRESH = { kind: 'kept', name: 'fresh' } as const satisfies Relation;

const withSignal = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

function quarantineSelect(): Select {
  return {
    sql: QUERIES.quarantine,
    relations: { batch: BATCH, duplicates: DUPLICATES },
    parameters: { earliest_seconds: PARAMETERS.earliest_seconds },
  };
}
