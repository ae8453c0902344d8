import type { Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation, Select } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import type { Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { BATCH, DUPLICATES, SILVER_SELECT } from '../batch-selects.ts';
import { GOLD } from '../gold.ts';
import { EMPTY_RECENT } from '../memory.ts';
import type { NearbyAirports } from '../nearby-airports.ts';
import { PARAMETERS, QUERIES } from '../queries.ts';
import { surveyOf } from '../survey.ts';
import type { Additions } from './additions.ts';
import { countRows } from './count-rows.ts';
import { forgetQuarantine, quarantineChange, type QuarantineChange } from './quarantine-change.ts';
import { BY_POSITION, BY_WINDOW, type TimeOrder } from './replacement.ts';
import {
  ADDED,
  addedSelect,
  batchOf,
  duplicatesOf,
  FLIGHTS,
  flightsOfSlice,
  goldOf,
  messagesOf,
  NO_ADDED,
  RECENT,
  recentAfter,
  recentBefore,
  rowsWithin,
  SILVER,
  SILVER_ML,
  silverMlOf,
  silverThere,
} from './slice-selects.ts';
import type { Span } from './slices.ts';

/** What slices are computed with. */
export interface SliceParts {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly nearby: NearbyAirports;
  readonly simulated: boolean;
  readonly additions?: Additions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A slice in its merge. */
export interface SlicePlace extends Span {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Ends of the slices to come. */
  readonly borders: readonly number[];
  /** Whether the rows before it are remembered from the slice before; else they are read from the lake. */
  readonly isNext: boolean;
}

/** The new rows of a table for a span of its time, in place of those that it has. */
export interface NewRows {
  readonly definition: TableDefinition;
  readonly snapshot: Snapshot | null;
  readonly order: TimeOrder;
  readonly span: Span;
  readonly borders: readonly number[];
  readonly rows: Select;
}

/** What becomes of the rows of a slice: they are written for the tables, or compared with them. */
export interface SliceSink {
  bronze(rows: Select): Promise<void>;
  quarantine(change: QuarantineChange): Promise<void>;
  replace(rows: NewRows): Promise<void>;
}

/**
 * Computes a slice as one large batch.
 *
 *     bronze ───┐
 *     added ────┼─> messages ─> batch ─> duplicates ─> quarantine, silver ─> silver_ml ─> gold
 *     silver ───┘ (rows without their row in Bronze)      recent ─────────────┘
 *
 * The last slice computes Silver_ML and Gold of the rows behind it too, which can look back into it.
 * @throws ContrailError `internal` / `merge-accounts-differ`
 */
export async function computeSlice(parts: SliceParts, place: SlicePlace, sink: SliceSink): Promise<void> {
  const { lake, engine, nearby, additions, simulated, signal } = parts;
  const span: Span = { start: place.start, end: place.end };
  const snapshots = new Map<string, Snapshot | null>();
  for (const definition of BATCH_TABLES)
    snapshots.set(definition.name, (await (await lake.table(definition))?.snapshot()) ?? null);
  const snapshotOf = ({ name }: TableDefinition): Snapshot | null => snapshots.get(name) ?? null;
  const keep = (relation: Relation & { readonly kind: 'kept' }, select: Select): Promise<void> =>
    engine.keep(relation.name, { ...select, signal });
  const forget = async (...relations: readonly (Relation & { readonly kind: 'kept' })[]): Promise<void> => {
    for (const { name } of relations) await engine.forget(name);
  };
  if (!place.isNext) await keep(RECENT, recentBefore(snapshotOf(SILVER_FLIGHTS_ML), span.start));
  const bronze = snapshotOf(BRONZE_FLIGHTS);
  const silver = silverThere(snapshotOf(SILVER_FLIGHTS), span);
  if (additions !== undefined) await keep(ADDED, addedSelect(additions, bronze, span, place.isFirst));
  const added = additions === undefined ? NO_ADDED : ADDED;
  await keep(BATCH, batchOf(messagesOf(bronze, silver, added, span), simulated));
  if (additions !== undefined) {
    const batch: Relation = { kind: 'select', select: batchOf(ADDED, simulated) };
    await sink.bronze({ sql: QUERIES.bronze, relations: { batch }, signal });
    await forget(ADDED);
  }
  const survey = await surveyOf(engine, { batch: BATCH, recent: EMPTY_RECENT }, 0n);
  await keep(DUPLICATES, duplicatesOf(silver, span));
  const quarantine = await quarantineChange(
    { engine, lake, signal },
    snapshotOf(QUARANTINE_FLIGHTS),
    await timeOfReceipt(engine, signal),
  );
  await sink.quarantine(quarantine);
  await forgetQuarantine(engine);

  await keep(SILVER, SILVER_SELECT);
  await forget(BATCH, DUPLICATES);
  await sink.replace({
    definition: SILVER_FLIGHTS,
    snapshot: snapshotOf(SILVER_FLIGHTS),
    order: BY_POSITION,
    span,
    borders: place.borders,
    rows: { sql: 'select * from silver', relations: { silver: SILVER }, signal },
  });

  const reach = place.isLast ? PARAMETERS.reach_seconds : 0;
  const reached: Span = { start: span.start, end: span.end + reach };
  const reachedBorders = [
    ...place.borders,
    ...place.borders.slice(-1).map((end) => end + PARAMETERS.reach_seconds),
  ];
  const after: Span = { start: span.end, end: reached.end };
  const behind = place.isLast
    ? rowsWithin(silverThere(snapshotOf(SILVER_FLIGHTS), after), 'time_position', after)
    : null;
  const cells = behind === null ? [] : await cellsOf(engine, behind, signal);
  await nearby.cover([...new Set([...survey.airportCells, ...cells])]);
  await keep(SILVER_ML, silverMlOf(behind));
  const silverBehind: Relation = behind === null ? EMPTY_RECENT : { kind: 'select', select: behind };
  const counts = await countRows(
    engine,
    { silver: 'silver', behind: 'behind', silver_ml: 'silver_ml' },
    { silver: SILVER, behind: silverBehind, silver_ml: SILVER_ML },
    signal,
  );
  await forget(SILVER);
  if (
    counts.silver + quarantine.refused !== survey.rows ||
    counts.silver_ml !== counts.silver + counts.behind
  )
    throw new ContrailError(
      'merge-accounts-differ',
      `The slice from ${span.start} to ${span.end} does not balance: of ${survey.rows} messages ${counts.silver} reach Silver and ${quarantine.refused} do not; ` +
        `Silver_ML has ${counts.silver_ml} rows for these and ${counts.behind} behind the slice. Nothing of it was committed. This is a bug; please report it.`,
    );
  await sink.replace({
    definition: SILVER_FLIGHTS_ML,
    snapshot: snapshotOf(SILVER_FLIGHTS_ML),
    order: BY_POSITION,
    span: reached,
    borders: reachedBorders,
    rows: { sql: 'select * from silver_ml', relations: { silver_ml: SILVER_ML }, signal },
  });

  await keep(FLIGHTS, flightsOfSlice);
  if (!place.isLast) await keep(RECENT, recentAfter(span.end));
  await forget(SILVER_ML);
  for (const { definition, sql, relations } of GOLD)
    await sink.replace({
      definition,
      snapshot: snapshotOf(definition),
      order: BY_WINDOW,
      span: reached,
      borders: reachedBorders,
      rows: { ...goldOf(sql, relations), signal },
    });
  await forget(FLIGHTS);
}

/** The first and the last time of receipt of the slice. */
async function timeOfReceipt(engine: Engine, signal: AbortSignal | undefined) {
  const [row] = await engine.rows({
    sql: 'select min(ingested_at) as oldest, max(ingested_at) as newest from batch',
    relations: { batch: BATCH },
    signal,
  });
  return [row?.['oldest'] ?? null, row?.['newest'] ?? null] as const;
}

/** Cells of the globe with rows. */
async function cellsOf(
  engine: Engine,
  rows: Select,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const found = await engine.rows({
    sql: 'select distinct airport_cell(latitude, longitude) as cell from rows_behind',
    relations: { rows_behind: { kind: 'select', select: rows } },
    signal,
  });
  return found.map(({ cell }) => Number(cell));
}
