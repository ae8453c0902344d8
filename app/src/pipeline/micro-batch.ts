import { ContrailError } from '../errors.ts';
import type { Engine, Relation, Select, WriteTarget, WrittenFile } from '../engine/engine.ts';
import type { Airport } from '../flight/airports.ts';
import { BRONZE_FLIGHTS } from '../lake/bronze-flights.ts';
import type { Lake } from '../lake/lake.ts';
import type { BatchProgress } from '../lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { type BatchRecord, readableRanges } from './batch-record.ts';
import { Batch } from './batch.ts';
import { quarantineLost } from './batch-order.ts';
import {
  BATCH,
  batchSelect,
  BRONZE_SELECT,
  DUPLICATES,
  duplicatesSelect,
  EARLIER,
  earlierSelect,
  FRESH,
  QUARANTINE_SELECT,
  SILVER_SELECT,
  silverMlSelect,
} from './batch-selects.ts';
import {
  factsOf,
  flightsOf,
  openWindows,
  type FreshFacts,
  freshFacts,
  GOLD,
  touchedRelation,
  writeWindows,
} from './gold.ts';
import { commitGaps } from './gaps.ts';
import { kindOfPositions, type KindSources } from './kind.ts';
import type { KeepPoint } from './keep/keeper.ts';
import { EMPTY_RECENT, KEPT, Memory } from './memory.ts';
import { NearbyAirports } from './nearby-airports.ts';
import { rowsIn } from './plan.ts';
import { PARAMETERS } from './queries.ts';
import { ensureAirports } from './reference.ts';
import { allSettledOrThrow } from './settle-all.ts';
import { checkAccounts, daysOf, type Survey, surveyOf } from './survey.ts';
import { progressOf } from './batch-progress.ts';

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

/** Points of a batch at which a crash must change nothing. */
export type BatchPoint =
  | 'planned'
  | 'recorded'
  | 'amending'
  | 'amended'
  | `written ${string}`
  | `committed ${string}`
  | KeepPoint
  | 'finished';

/**
 * Runs planned micro-batches.
 *
 *     messages ─> batch ─> bronze
 *                   └────> duplicates ─> quarantine, silver ─> silver_ml ─> gold (touched windows)
 *
 * What runs in parallel, if the engine can do several things at once:
 *
 *     memory ──┬─> bronze ────────────────────┬─> commits of four tables ─┬─> gold ─┬─> advance
 *     batch ───┘   survey ─┬─> duplicates ─┬─>│   windows ────────────────┘         │
 *                          └─> airports ───┘  └─> recent ────────────────────────────┘
 *                              quarantine, silver, silver_ml
 *
 * Every table commit carries `txn(appId, batch_id)`, and the commits come in the order above. So after a crash the same
 * plan is run again: a table that has the batch is left alone, the others get it. What a batch needs of the past is
 * taken from Silver_ML. Until that is committed, duplicates and predecessors are judged as in the first attempt.
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
    const { lake, clock } = this.#parts;
    const batch = new Batch(record, lake, clock, signal);
    const simulated = await batch.timed('batch', () =>
      kindOfPositions(this.#parts, readableRanges(record), signal),
    );
    const hasSilverMl = (await batch.tables.version(SILVER_FLIGHTS_ML)) !== null;
    const [memory] = await allSettledOrThrow([
      batch.timed('memory', () => this.#loadMemory(signal)),
      batch.timed('batch', () => this.#keepBatch(batch, simulated ?? false)),
    ]);
    const {
      survey,
      fresh,
      commit,
      facts: known,
    } = hasSilverMl
      ? await this.#readAgain(batch, memory, simulated)
      : await this.#append(batch, memory, simulated);

    const windows = async (): Promise<FreshFacts> => {
      // Memory is made from Silver_ML, so it has everything that Silver_ML has.
      const remembered = hasSilverMl ? undefined : memory.rememberFlights(fresh);
      const [facts] = await allSettledOrThrow([known ?? freshFacts(this.#parts.engine, fresh), remembered]);
      return facts;
    };
    const gold = async (): Promise<FreshFacts> => {
      const [facts] = await allSettledOrThrow([
        batch.timed('windows', windows),
        this.#commit(record, commit),
      ]);
      await this.#gold(batch, memory, facts);
      return facts;
    };
    // Only the next batch asks for them.
    const aircraft = async (): Promise<void> => {
      if (!hasSilverMl) await batch.timed('memory', () => memory.rememberAircraft(fresh));
    };
    const [facts] = await allSettledOrThrow([gold(), aircraft()]);
    await memory.advance(facts.newest);
    this.#parts.onPoint?.('finished');
    return progressOf(batch, survey, facts, hasSilverMl);
  }

  /** Commits the gaps first: while no table has rows of the batch, its record can still be amended. */
  async #commit(record: BatchRecord, commit: () => Promise<void>): Promise<void> {
    const { lake, engine, onPoint } = this.#parts;
    await commitGaps(lake, engine, record, onPoint);
    await commit();
  }

  /**
   * Does everything before the first commit of a batch, and commits nothing. Answers how many of its rows are valid.
   * The files that it writes belong to no table.
   */
  async rehearse(record: BatchRecord, signal?: AbortSignal): Promise<number> {
    const { lake, clock } = this.#parts;
    const batch = new Batch(record, lake, clock, signal);
    const simulated = await kindOfPositions(this.#parts, readableRanges(record), signal);
    const memory = await this.#loadMemory(signal);
    await this.#keepBatch(batch, simulated ?? false);
    const { survey } = await this.#append(batch, memory, simulated);
    return survey.validRows;
  }

  /** Forgets everything that is kept, so that the next batch starts from the lake; called after any failure. */
  reset(): void {
    this.#memory = null;
    this.#nearby.reset();
  }

  async #keepBatch({ record, signal }: Batch, simulated: boolean): Promise<void> {
    const { engine, topic } = this.#parts;
    // Drop the batch before first: two at once may not fit into memory.
    await engine.forget('batch');
    await engine.keep('batch', { ...batchSelect(record, topic, simulated), signal });
  }

  /** Surveys the batch, and refuses it if it differs from the plan. */
  async #survey({ record }: Batch, memory: Memory): Promise<Survey> {
    const survey = await surveyOf(this.#parts.engine, { batch: BATCH, recent: KEPT.recent }, memory.horizon);
    const expected = rowsIn(readableRanges(record));
    if (survey.rows > expected) {
      throw new ContrailError(
        'batch-rows-differ',
        `Micro-batch ${record.batch_id} read ${survey.rows} messages, but ${expected} were planned. None of them was committed. This is a bug; please report it.`,
      );
    }
    return survey;
  }

  /** Creates the tables. From here the lake says which kind of positions it holds, if that is known yet. */
  async #ensureTables(simulated: boolean | null): Promise<void> {
    if (this.#hasTables) return;
    const { engine, lake, airports } = this.#parts;
    await ensureAirports(lake, engine, airports, simulated);
    for (const definition of BATCH_TABLES) await lake.create(definition, simulated);
    this.#hasTables = simulated !== null;
  }

  async #loadMemory(signal: AbortSignal | undefined): Promise<Memory> {
    const { engine, lake } = this.#parts;
    this.#memory ??= await Memory.load(
      engine,
      (await (await lake.table(SILVER_FLIGHTS_ML))?.snapshot()) ?? null,
      signal,
    );
    return this.#memory;
  }

  /** Keeps `duplicates`, and `earlier` if rows are late. Answers the relation of the earlier rows. */
  async #keepDuplicates({ tables, signal }: Batch, { lateBuckets }: Survey): Promise<Relation> {
    const { engine } = this.#parts;
    const ml = await tables.snapshot(SILVER_FLIGHTS_ML);
    const isAnyLate = lateBuckets.length > 0 && ml !== null;
    if (isAnyLate) await engine.keep(EARLIER.name, { ...earlierSelect(ml, lateBuckets), signal });
    const earlier: Relation = isAnyLate ? EARLIER : EMPTY_RECENT;
    await engine.keep(DUPLICATES.name, { ...duplicatesSelect(earlier), signal });
    return earlier;
  }

  /** What a batch with a committed Silver_ML needs for Gold. */
  async #readAgain(batch: Batch, memory: Memory, simulated: boolean | null): Promise<Appended> {
    const { record, tables } = batch;
    const survey = await batch.timed('survey', () => this.#survey(batch, memory));
    await this.#ensureTables(simulated);
    const rows = await tables.rowCount(SILVER_FLIGHTS_ML);
    if (survey.rows > rows && !(await tables.has(QUARANTINE_FLIGHTS)))
      throw quarantineLost(record.batch_id, survey.rows - rows, this.#parts.lake.store.url);
    return { survey, fresh: await tables.rows(SILVER_FLIGHTS_ML), commit: async () => {}, facts: null };
  }

  /**
   * Writes the rows of the batch for four tables, as many at once as the engine can. `commit` commits them one after
   * another, because recovery relies on their order. A batch whose accounts do not balance is not committed.
   */
  async #append(batch: Batch, memory: Memory, simulated: boolean | null): Promise<Appended> {
    const writeBronze = (day: Pick<WriteTarget, 'only'>) =>
      this.#write(batch, BRONZE_FLIGHTS, BRONZE_SELECT, day);
    // Needs nothing but the messages. An engine that does several things at once fills the time with it that the questions
    // before the other tables leave; DuckDB does one, and need not look for the day that the survey has seen.
    const early = this.#parts.engine.name === 'spark' ? writeBronze({}) : null;
    const others = async () => {
      const [survey] = await allSettledOrThrow([
        batch.timed('survey', () => this.#survey(batch, memory)),
        // Runs beside it, so that the tables are written without a pause and in their order.
        ...APPENDED.map((definition) => batch.tables.snapshot(definition)),
      ]);
      await this.#ensureTables(simulated);
      const [earlier] = await allSettledOrThrow([
        batch.timed('duplicates', () => this.#keepDuplicates(batch, survey)),
        batch.timed('airports', () => this.#nearby.cover(survey.airportCells)),
      ]);
      const { received, flown } = daysOf(survey);
      const { ingestDate } = survey;
      const [bronze, quarantine, silver, silverMl] = await allSettledOrThrow([
        early ?? writeBronze(ingestDate === null ? {} : { only: { ingest_date: ingestDate } }),
        this.#write(batch, QUARANTINE_FLIGHTS, QUARANTINE_SELECT, received),
        this.#write(batch, SILVER_FLIGHTS, SILVER_SELECT, flown),
        this.#write(batch, SILVER_FLIGHTS_ML, silverMlSelect(earlier), { ...flown, keepAs: FRESH.name }),
      ]);
      if (earlier.kind === 'kept') await this.#parts.engine.forget(earlier.name);
      return { survey, bronze, quarantine, silver, silverMl };
    };
    const [{ survey, bronze, quarantine, silver, silverMl }] = await allSettledOrThrow([others(), early]);
    checkAccounts(batch.record.batch_id, survey, {
      bronze: bronze.rows,
      quarantine: quarantine.rows,
      silver: silver.rows,
      silverMl: silverMl.rows,
    });
    const commit = async (): Promise<void> => {
      for (const table of [bronze, quarantine, silver, silverMl]) await table.commit();
    };
    return { survey, fresh: FRESH, commit, facts: factsOf(silverMl.files) };
  }

  /** Writes the rows of a SELECT for a table, unless the table has the batch; answers how many, and how to commit them. */
  async #write(
    batch: Batch,
    definition: TableDefinition,
    select: Select,
    more: Pick<WriteTarget, 'only' | 'keepAs'> = {},
  ): Promise<Written> {
    const { lake, engine, onPoint } = this.#parts;
    const { tables, signal } = batch;
    if (await tables.has(definition)) {
      return { rows: await tables.rowCount(definition), files: [], commit: async () => {} };
    }
    const target = {
      folder: lake.folder(definition),
      columns: definition.columns,
      partitionBy: definition.partitionColumns,
      ...more,
    };
    const files = await batch.timed(definition.name, () => engine.write({ ...select, signal }, target));
    onPoint?.(`written ${definition.name}`);
    // A commit without rows would say nothing, and only add files to the log.
    const commit = async (): Promise<void> => {
      if (files.length === 0) return;
      await batch.timed(definition.name, () => tables.commit(definition, files));
      onPoint?.(`committed ${definition.name}`);
    };
    return { rows: files.reduce((sum, { rows }) => sum + rows, 0), files, commit };
  }

  async #gold(batch: Batch, memory: Memory, facts: FreshFacts): Promise<void> {
    const { lake, engine, onPoint } = this.#parts;
    const { tables } = batch;
    if (facts.touched.length === 0) return;
    const ml = (await tables.table(SILVER_FLIGHTS_ML)).cached();
    const touched = openWindows(facts.touched, ml);
    if (touched.length === 0) return;
    const flights = await flightsOf(engine, memory, ml, touched);
    const written = GOLD.map(async ({ definition, sql, relations }) => {
      const table = await tables.table(definition);
      if (await tables.has(definition)) return async () => {};
      const select = {
        sql,
        relations: { ...relations, flights, touched: touchedRelation(touched) },
        parameters: { window_seconds: PARAMETERS.window_seconds },
      };
      const windows = await batch.timed(definition.name, () =>
        writeWindows(lake, engine, table, definition, select, touched),
      );
      onPoint?.(`written ${definition.name}`);
      return async () => {
        await batch.timed(definition.name, () => tables.commit(definition, windows.written, windows.removed));
        onPoint?.(`committed ${definition.name}`);
      };
    });
    for (const commit of await allSettledOrThrow(written)) await commit();
    await engine.forget('gold_flights');
  }
}

/** A batch whose rows are written, or were committed before. */
interface Appended {
  readonly survey: Survey;
  /** Its rows of Silver_ML. */
  readonly fresh: Relation;
  readonly commit: () => Promise<void>;
  /** What the statistics of its files say of these rows; null if the rows must be read. */
  readonly facts: FreshFacts | null;
}

/** What was written for a table, and how to make it part of the table. */
interface Written {
  readonly rows: number;
  /** Empty if the table had the batch before. */
  readonly files: readonly WrittenFile[];
  readonly commit: () => Promise<void>;
}

/** The tables that rows of a batch are appended to, in the order of their commits. */
const APPENDED = [BRONZE_FLIGHTS, QUARANTINE_FLIGHTS, SILVER_FLIGHTS, SILVER_FLIGHTS_ML] as const;
