/** The SELECTs of a slice, with their relations and parameters. */
import type { Snapshot } from '@contrail/delta-lake';
import { MESSAGE_COLUMNS, type Relation, type Select } from '../../engine/engine.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../../lake/bronze-flights.ts';
import { dataFiles } from '../../lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import { BATCH } from '../batch-selects.ts';
import { EMPTY_RECENT } from '../memory.ts';
import { NearbyAirports } from '../nearby-airports.ts';
import { PARAMETERS, QUERIES } from '../queries.ts';
import type { Additions } from './additions.ts';
import { MERGE_QUERIES } from './merge-queries.ts';
import { filesIn, type Span } from './slices.ts';

/** Rows to add of the slice, which Bronze does not have. */
export const ADDED = { kind: 'kept', name: 'merge_added' } as const satisfies Relation;
/** The new rows of Silver of the slice. */
export const SILVER = { kind: 'kept', name: 'merge_silver' } as const satisfies Relation;
/** The new rows of Silver_ML of the slice, and in the last slice of the rows behind it that can look back into it. */
export const SILVER_ML = { kind: 'kept', name: 'merge_silver_ml' } as const satisfies Relation;
/** The last rows of each aircraft before the slice. */
export const RECENT = { kind: 'kept', name: 'merge_recent' } as const satisfies Relation;
/** What Gold adds up of {@link SILVER_ML}. */
export const FLIGHTS = { kind: 'kept', name: 'merge_flights' } as const satisfies Relation;
export const NO_ADDED: Relation = { kind: 'rows', columns: MESSAGE_COLUMNS, rows: [] };

const { earliest_seconds, max_ahead_seconds, reach_seconds, keep_rows, window_seconds } = PARAMETERS;
/** The end of the year 9999: each time of receipt in Bronze is before it, so none is replaced again. */
const NO_CLOCK = 253_402_300_799n;

const within = ({ start, end }: Span): { readonly start: bigint; readonly end: bigint } => ({
  start: BigInt(start),
  end: BigInt(end),
});

/** Rows of a table within a span. */
export function rowsWithin(rows: Relation, seconds: string, span: Span): Select {
  return {
    sql: `select * from rows_there where ${seconds} >= :start and ${seconds} < :end`,
    relations: { rows_there: rows },
    parameters: within(span),
  };
}

/** Makes {@link ADDED}. @param isFirst the first slice takes the rows that no slice has */
export function addedSelect(
  { relation }: Additions,
  bronze: Snapshot | null,
  span: Span,
  isFirst: boolean,
): Select {
  const files = new Set(filesIn(bronze, span));
  // Rows that no slice has may be in any file that has rows of archives.
  if (isFirst && bronze !== null)
    for (const file of bronze.files([{ column: 'topic_partition', min: FIRST_ARCHIVE_PARTITION }]))
      files.add(file);
  const columns = ['topic_partition', 'topic_offset'];
  return {
    sql: MERGE_QUERIES.added,
    relations: { additions: relation, bronze: dataFiles(BRONZE_FLIGHTS, bronze, { files, columns }) },
    parameters: { ...within(span), is_first: isFirst, earliest_seconds, max_ahead_seconds },
  };
}

/**
 * The present rows of Silver, of the files that may have rows of the span, with the one column of messages that Silver
 * lacks.
 */
export function silverThere(silver: Snapshot | null, span: Span): Relation {
  const rows = dataFiles(SILVER_FLIGHTS, silver, { files: filesIn(silver, span) });
  return { ...rows, columns: [...rows.columns, { name: 'sensors', type: 'array<integer>' }] };
}

/** Makes the relation `batch` of messages. */
export function batchOf(messages: Relation, simulated: boolean): Select {
  return {
    sql: QUERIES.batch,
    relations: { messages },
    parameters: { max_ahead_seconds, earliest_seconds, clock_seconds: NO_CLOCK, simulated },
  };
}

/** Everything that the slice is made of, as messages. */
export function messagesOf(bronze: Snapshot | null, silver: Relation, added: Relation, span: Span): Relation {
  return {
    kind: 'select',
    select: {
      sql: MERGE_QUERIES.messages,
      relations: {
        bronze: dataFiles(BRONZE_FLIGHTS, bronze, { files: filesIn(bronze, span) }),
        silver,
        added,
      },
      parameters: within(span),
    },
  };
}

/** Makes the relation `duplicates` of the slice. */
export const duplicatesOf = (silver: Relation, span: Span): Select => ({
  sql: MERGE_QUERIES.duplicates,
  relations: { batch: BATCH, silver },
  parameters: within(span),
});

/** Makes {@link RECENT} for a slice that begins at `start`, from the lake. */
export function recentBefore(ml: Snapshot | null, start: number): Select {
  const before = { start: start - reach_seconds, end: start };
  const files = dataFiles(SILVER_FLIGHTS_ML, ml, { files: filesIn(ml, before) });
  return recentOf(
    EMPTY_RECENT,
    { kind: 'select', select: rowsWithin(files, 'time_position', before) },
    start,
  );
}

/** Makes {@link RECENT} for the next slice, which begins at `end`. */
export const recentAfter = (end: number): Select => recentOf(RECENT, SILVER_ML, end);

const recentOf = (recent: Relation, fresh: Relation, start: number): Select => ({
  sql: QUERIES.recent,
  relations: { recent, fresh },
  parameters: { keep_rows, horizon_seconds: BigInt(start - reach_seconds) },
});

const SILVER_COLUMNS =
  'icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground, ' +
  'origin_country, category, true_track, is_stale';

/** Makes {@link SILVER_ML}. @param behind rows of Silver behind the slice whose features may reach into it */
export function silverMlOf(behind: Select | null): Select {
  const silver: Relation =
    behind === null
      ? SILVER
      : {
          kind: 'select',
          select: {
            sql: `select ${SILVER_COLUMNS} from silver_of_slice union all select ${SILVER_COLUMNS} from silver_behind`,
            relations: { silver_of_slice: SILVER, silver_behind: { kind: 'select', select: behind } },
          },
        };
  return {
    sql: QUERIES.silverMl,
    relations: {
      recent: RECENT,
      silver,
      // It says which aircraft of `recent` count: all.
      batch: {
        kind: 'select',
        select: {
          sql: 'select icao24, cast(null as string) as reason from recent',
          relations: { recent: RECENT },
        },
      },
      earlier: EMPTY_RECENT,
      airports_by_cell: NearbyAirports.relation,
    },
    parameters: PARAMETERS,
  };
}

/** Makes {@link FLIGHTS}. */
export const flightsOfSlice: Select = {
  sql: QUERIES.flights,
  relations: { fresh: SILVER_ML },
  parameters: { window_seconds, floor: 0n },
};

/** The rows of a Gold table for all windows of {@link FLIGHTS}. */
export function goldOf(sql: string, relations: Readonly<Record<string, Relation>>): Select {
  return {
    sql,
    relations: {
      ...relations,
      flights: FLIGHTS,
      touched: {
        kind: 'select',
        select: {
          sql: 'select distinct window_seconds from flights',
          relations: { flights: FLIGHTS },
        },
      },
    },
    parameters: { window_seconds },
  };
}
