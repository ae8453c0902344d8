import type { AddFile } from '@contrail/delta-lake';
import type { Engine, Row } from '../../engine/engine.ts';
import { dataFiles } from '../../lake/lake.ts';
import { newestTimePosition } from '../../lake/newest-time-position.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableSnapshot } from '../watch/lake-tables.ts';
import { CONTACT_LOST_S } from './heard.ts';
import type { Sighting } from './picture.ts';
import { oldestOf, recordedUntil } from './recording.ts';

/** How much of Silver a starting dashboard reads, in seconds of event time: enough for all aircraft of the picture. */
export const START_WINDOW_S = 900;

/** What the picture of a moment shows of each aircraft, now or replayed. */
export const PICTURED: readonly string[] = [
  'icao24',
  'callsign',
  'origin_country',
  'time_position',
  'last_contact',
  'longitude',
  'latitude',
  'altitude_m',
  'geo_altitude',
  'velocity',
  'true_track',
  'vertical_rate',
  'on_ground',
  'squawk',
  'category',
  'position_source',
  'is_stale',
  'feed',
  'source',
];

const COLUMNS = [...PICTURED, 'ingested_at', 'topic_offset', 'registration', 'type_code'];

/** Which rows to read. */
export interface SightingsRead {
  readonly snapshot: TableSnapshot;
  readonly files: readonly AddFile[];
  /** Rows older than this are left out, epoch seconds: a file may be a whole day that was compacted. */
  readonly since: number;
  /** Rows newer than this are of a later recording, epoch seconds; null: there is no such. */
  readonly until: number | null;
  /** Rows dated after this have a clock that is ahead. Epoch seconds. */
  readonly now_s: number;
  readonly signal: AbortSignal;
}

/**
 * The newest row of each aircraft in some files of Silver, in no order. `sql` is `queries/newest-sightings.sql`.
 * @throws ContrailError `unsupported` / `table-feature` for files that no engine reads correctly; what the engine
 * throws
 */
export async function readSightings(
  engine: Engine,
  sql: string,
  read: SightingsRead,
): Promise<readonly Sighting[]> {
  const { snapshot, files, since, until, now_s, signal } = read;
  if (files.length === 0) return [];
  const relations = { silver: dataFiles(SILVER_FLIGHTS, snapshot, { files, columns: COLUMNS }) };
  const rows = await engine.rows({
    sql,
    relations,
    parameters: { since: BigInt(Math.floor(since)), now: now_s, contact_lost: CONTACT_LOST_S },
    signal,
  });
  const sightings = rows.flatMap((row) => toSighting(row) ?? []);
  return until === null ? sightings : sightings.filter(({ time_position }) => time_position <= until);
}

/**
 * What a starting dashboard reads: the files that may hold rows of the newest {@link START_WINDOW_S}, by their
 * statistics. A file without statistics is chosen.
 */
export function startingRead(
  snapshot: TableSnapshot,
  now_s: number,
): Pick<SightingsRead, 'files' | 'since' | 'until'> {
  const until = recordedUntil(snapshot.files(), now_s);
  const since = newestSecond(snapshot, now_s, START_WINDOW_S) - START_WINDOW_S;
  const files = snapshot.files([{ column: 'time_position', min: BigInt(Math.floor(since)) }]);
  return {
    since,
    until,
    files: files.filter((file) => until === null || (oldestOf(file) ?? until) <= until),
  };
}

/**
 * The newest event time of a table by the statistics of its files, epoch seconds, at most now, or the
 * end of what a table of recordings shows (`recording.ts`); `otherwise` if no file says.
 */
export function newestSecond(snapshot: TableSnapshot | null, now_s: number, otherwise: number): number {
  if (snapshot === null) return otherwise;
  const newest = recordedUntil(snapshot.files(), now_s) ?? newestTimePosition(snapshot);
  return newest === null ? otherwise : Math.min(Number(newest), now_s);
}

function toSighting(row: Row): Sighting | null {
  const icao24 = text(row['icao24']);
  const time_position = number(row['time_position']);
  const longitude = number(row['longitude']);
  const latitude = number(row['latitude']);
  const ingested_us = number(row['ingested_at']);
  // Silver promises all four, but a table that another program wrote may lack them.
  if (icao24 === null || time_position === null || longitude === null || latitude === null) return null;
  return {
    icao24,
    time_position,
    longitude,
    latitude,
    callsign: text(row['callsign']),
    origin_country: text(row['origin_country']),
    last_contact: number(row['last_contact']),
    altitude_m: number(row['altitude_m']),
    geo_altitude: number(row['geo_altitude']),
    velocity: number(row['velocity']),
    true_track: number(row['true_track']),
    vertical_rate: number(row['vertical_rate']),
    on_ground: boolean(row['on_ground']),
    squawk: text(row['squawk']),
    category: number(row['category']),
    position_source: number(row['position_source']),
    is_stale: boolean(row['is_stale']),
    feed: text(row['feed']),
    source: text(row['source']),
    ingested_at: ingested_us === null ? null : ingested_us / 1e6,
    topic_offset: number(row['topic_offset']),
    registration: text(row['registration']),
    type_code: text(row['type_code']),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function boolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}
