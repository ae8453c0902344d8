import { MESSAGE_COLUMNS } from '../../app/src/engine/engine.ts';
import { COLUMNS } from '../../app/src/ingest/archive/to-state-vector.ts';
import type { Column } from '../../app/src/lake/column.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../app/src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS } from '../../app/src/lake/silver-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../app/src/lake/silver-flights-ml.ts';
import { AIRPORT_CELL_COLUMNS } from '../../app/src/pipeline/nearby-airports.ts';
import { RECENT_COLUMNS } from '../../app/src/pipeline/memory.ts';
import { PARAMETERS, QUERIES } from '../../app/src/pipeline/queries.ts';

/** One SELECT of the pipeline and the relations that it reads; the first is the one of lines without `@`. */
export interface GoldenCase {
  readonly sql: string;
  readonly relations: Readonly<Record<string, readonly Column[]>>;
  readonly parameters: Readonly<Record<string, number | boolean>>;
  /** Columns that tell the rows of the answer apart. */
  readonly key: readonly string[];
  readonly timestamps: ReadonlySet<string>;
}

const BATCH: readonly Column[] = [
  ...MESSAGE_COLUMNS.filter(({ name }) => name !== 'malformed' && name !== 'unprocessable'),
  { name: 'detail', type: 'string' },
  { name: 'ingest_date', type: 'date' },
  { name: 'is_restamped', type: 'boolean' },
  { name: 'reason', type: 'string' },
];
const DUPLICATES: readonly Column[] = [
  { name: 'topic_partition', type: 'integer' },
  { name: 'topic_offset', type: 'long' },
];
const FLIGHTS: readonly Column[] = [
  { name: 'window_seconds', type: 'long' },
  { name: 'icao24', type: 'string' },
  { name: 'origin_country', type: 'string' },
  { name: 'category', type: 'integer' },
  { name: 'flight_phase', type: 'string' },
  { name: 'on_ground', type: 'boolean' },
  { name: 'is_stale', type: 'boolean' },
  { name: 'record_count', type: 'long' },
  { name: 'velocity_count', type: 'long' },
  { name: 'velocity_exact', type: 'double' },
  { name: 'velocity_wild', type: 'double' },
  { name: 'altitude_count', type: 'long' },
  { name: 'altitude_exact', type: 'double' },
  { name: 'altitude_wild', type: 'double' },
];
const TOUCHED: readonly Column[] = [{ name: 'window_seconds', type: 'long' }];
const CATEGORIES: readonly Column[] = [
  { name: 'category', type: 'integer' },
  { name: 'category_name', type: 'string' },
];
const OFFSET = ['topic_partition', 'topic_offset'];
const KEY = ['icao24', 'time_position', 'last_contact'];
const timestamps = new Set(['ingested_at', 'event_timestamp', 'window_start', 'window_end']);
/** 2026-01-01T00:00:00Z: where the batch was planned, and the floor of the windows in memory. */
const CLOCK_SECONDS = 1_767_225_600;
const parameters = {
  ...PARAMETERS,
  clock_seconds: CLOCK_SECONDS,
  horizon_seconds: 1_000_000_000,
  floor: CLOCK_SECONDS,
  simulated: false,
};

/** By the name of the SQL file, which is the name of the folder. */
export const CASES: Readonly<Record<string, GoldenCase>> = {
  '0_archive_states': {
    sql: QUERIES.archiveStates,
    relations: {
      lines: [
        { name: 'topic_offset', type: 'long' },
        { name: 'line', type: 'string' },
      ],
      countries: [
        { name: 'prefix', type: 'string' },
        { name: 'country', type: 'string' },
      ],
    },
    key: ['topic_offset'],
    // OpenSky's order; a file without baroaltitude has it behind the last one.
    parameters: {
      ...Object.fromEntries(COLUMNS.map((name, index) => [name, index + 1])),
      baroaltitude: COLUMNS.length + 1,
    },
    timestamps,
  },
  '0_batch': {
    sql: QUERIES.batch,
    relations: { messages: MESSAGE_COLUMNS },
    key: OFFSET,
    parameters,
    timestamps,
  },
  '1_bronze_flights': {
    sql: QUERIES.bronze,
    relations: { batch: BATCH },
    key: OFFSET,
    parameters,
    timestamps,
  },
  '0_survey': {
    sql: QUERIES.survey,
    relations: { batch: BATCH, recent: RECENT_COLUMNS },
    key: ['reason', 'cell', 'late_bucket', 'feed'],
    parameters,
    timestamps,
  },
  '2_earlier': {
    sql: QUERIES.earlier,
    relations: { batch: BATCH, recent: RECENT_COLUMNS, lake: SILVER_FLIGHTS_ML.columns },
    key: KEY,
    parameters,
    timestamps,
  },
  '2_duplicates': {
    sql: QUERIES.duplicates,
    relations: { batch: BATCH, recent: RECENT_COLUMNS, earlier: RECENT_COLUMNS },
    key: OFFSET,
    parameters,
    timestamps,
  },
  '2_quarantine_flights': {
    sql: QUERIES.quarantine,
    relations: { batch: BATCH, duplicates: DUPLICATES },
    key: OFFSET,
    parameters,
    timestamps,
  },
  '2_silver_flights': {
    sql: QUERIES.silver,
    relations: { batch: BATCH, duplicates: DUPLICATES },
    key: OFFSET,
    parameters,
    timestamps,
  },
  '3_silver_flights_ml': {
    sql: QUERIES.silverMl,
    relations: {
      silver: SILVER_FLIGHTS.columns,
      batch: BATCH,
      recent: RECENT_COLUMNS,
      earlier: RECENT_COLUMNS,
      airports_by_cell: AIRPORT_CELL_COLUMNS,
    },
    key: KEY,
    parameters,
    timestamps,
  },
  '3_airports_by_cell': {
    // Lists of structures are not for golden files: shows which of a cell's airports is the nearest to (1, 0, 0).
    sql: `select cell, airport.ident as nearest, airport.elevation_m as elevation_m from (
      select cell, airport_at(airports, squared_chords(airports, 1e0, 0e0, 0e0), smallest(squared_chords(airports, 1e0, 0e0, 0e0))) as airport
      from (${QUERIES.airportsByCell}) as by_cell) as nearby`,
    relations: { airport_cells: AIRPORT_CELL_COLUMNS },
    key: ['cell'],
    parameters,
    timestamps,
  },
  '3_recent': {
    sql: QUERIES.recent,
    relations: { fresh: SILVER_FLIGHTS_ML.columns, recent: RECENT_COLUMNS },
    key: KEY,
    parameters,
    timestamps,
  },
  '4_flights': {
    sql: QUERIES.flights,
    relations: { fresh: SILVER_FLIGHTS_ML.columns },
    key: ['icao24', 'flight_phase', 'on_ground', 'is_stale'],
    parameters,
    timestamps,
  },
  '4_open_flights': {
    sql: QUERIES.openFlights,
    relations: { flights: FLIGHTS },
    key: ['icao24', 'on_ground'],
    parameters,
    timestamps,
  },
  '4_touched_flights': {
    sql: QUERIES.touchedFlights,
    relations: { flights: FLIGHTS, older: FLIGHTS, touched: TOUCHED },
    key: ['icao24'],
    parameters,
    timestamps,
  },
  '4_touched_windows': {
    sql: QUERIES.touchedWindows,
    relations: { fresh: SILVER_FLIGHTS_ML.columns },
    key: ['window_seconds'],
    parameters,
    timestamps,
  },
  '4_other_windows': {
    sql: QUERIES.otherWindows,
    relations: { old: GOLD_TRAFFIC_BY_COUNTRY.columns, touched: TOUCHED },
    key: ['window_start', 'origin_country'],
    parameters,
    timestamps,
  },
  '4_gold_traffic_by_country': {
    sql: QUERIES.traffic,
    relations: { flights: FLIGHTS, touched: TOUCHED },
    key: ['window_start', 'origin_country'],
    parameters,
    timestamps,
  },
  '4_gold_metrics_by_category': {
    sql: QUERIES.metrics,
    relations: { flights: FLIGHTS, touched: TOUCHED, categories: CATEGORIES },
    key: ['window_start', 'category', 'flight_phase'],
    parameters,
    timestamps,
  },
};
