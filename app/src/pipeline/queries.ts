import { readFileSync } from 'node:fs';
import { GOLD_WINDOW_S } from '../lake/gold-window.ts';

const read = (name: string): string => readFileSync(new URL(`sql/${name}.sql`, import.meta.url), 'utf8');

/** The SELECTs of the pipeline, by what they make. Each file says its grain, key and inputs. */
export const QUERIES = {
  archiveStates: read('0_archive_states'),
  batch: read('0_batch'),
  survey: read('0_survey'),
  bronze: read('1_bronze_flights'),
  earlier: read('2_earlier'),
  duplicates: read('2_duplicates'),
  quarantine: read('2_quarantine_flights'),
  silver: read('2_silver_flights'),
  silverMl: read('3_silver_flights_ml'),
  airportsByCell: read('3_airports_by_cell'),
  recent: read('3_recent'),
  flights: read('4_flights'),
  openFlights: read('4_open_flights'),
  touchedWindows: read('4_touched_windows'),
  touchedFlights: read('4_touched_flights'),
  otherWindows: read('4_other_windows'),
  traffic: read('4_gold_traffic_by_country'),
  metrics: read('4_gold_metrics_by_category'),
} as const;

/** The thresholds and lengths of the contract, as parameters of the SELECTs. */
export const PARAMETERS = {
  /** A position may be this far ahead of its receipt, and a record's stamp of the clock, seconds. */
  max_ahead_seconds: 600,
  /** 2000-01-01T00:00:00Z: no position and no receipt is older. */
  earliest_seconds: 946_684_800,
  /** A position that is older than this in its feed's answer is stale, seconds. */
  stale_seconds: 15,
  /** A longer pause of an aircraft starts a new segment, seconds. */
  gap_seconds: 600,
  near_airport_km: 15,
  /** Rows that decide a flight phase are at most this much older, seconds. */
  phase_seconds: 30,
  /** A change of altitude over at most this time stands in for the vertical rate of a phase, seconds. */
  stand_in_seconds: 120,
  /** Within this distance, the airport's elevation is taken for that of the ground below. */
  at_airport_km: 5,
  window_seconds: GOLD_WINDOW_S,
  /** Rows of an aircraft that the next batch needs. */
  keep_rows: 4,
  /** 4 rows with gaps of at most 600 s: no feature reaches further back. */
  reach_seconds: 2400,
  /** Late rows are counted per this many seconds, to choose the files to look into. */
  bucket_seconds: 600,
} as const;

/** Aircraft without a message for this long, compared with the newest event time, are dropped from memory. */
export const HORIZON_SECONDS = 6 * 3600;

/** Gold windows whose rows are kept in memory; older ones are read from the lake when a late row touches them. */
export const OPEN_WINDOWS = 3;
