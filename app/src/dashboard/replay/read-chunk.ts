import type { AddFile } from '@contrail/delta-lake';
import type { QueryEngine, Shown } from '../../engine/engine.ts';
import { dataFiles } from '../../lake/lake.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import { BESIDE_S, MAX_REPORTS, type ReplayChunk } from '../../wire/replay-chunk.ts';
import { PICTURED } from '../live/silver-rows.ts';
import type { TableSnapshot } from '../watch/lake-tables.ts';
import { ChunkBuilder, type Told } from './chunk-builder.ts';

/** Each aircraft has at most one report of each so many seconds: the first that leaves few enough. */
export const STEPS = [1, 5, 10, 30, 60, 300] as const;

/** A stretch of event time, epoch seconds, the end exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The files that may have rows of a chunk, by the partitions and statistics of the table. */
export function filesOf(snapshot: TableSnapshot, { from, to }: Stretch): readonly AddFile[] {
  const [first, last] = [from - BESIDE_S, to + BESIDE_S];
  return [
    ...snapshot.files([
      { column: 'event_date', min: dayOf(first), max: dayOf(last) },
      { column: 'time_position', min: BigInt(first), max: BigInt(last) },
    ]),
  ];
}

/** `2026-11-30` of epoch seconds. */
const dayOf = (epoch_s: number): string => new Date(epoch_s * 1000).toISOString().slice(0, 10);

/**
 * How many rows of a stretch files have, if their rows are spread evenly over their time: rows of a file without
 * statistics are not counted.
 */
export function estimatedRows(files: readonly AddFile[], { from, to }: Stretch): number {
  return files.reduce((sum, { stats }) => {
    const [min, max] = [stats?.minValues['time_position'], stats?.maxValues['time_position']].map(Number);
    if (min === undefined || max === undefined || !(max >= min)) return sum;
    const inside = Math.max(0, Math.min(to, max + 1) - Math.max(from, min));
    return sum + (stats?.numRecords ?? 0) * (inside / (max + 1 - min));
  }, 0);
}

/** What a chunk is read with. */
export interface ChunkRead extends Stretch {
  readonly snapshot: TableSnapshot;
  readonly files: readonly AddFile[];
  /** Rows that are dated later have a clock that is ahead, epoch seconds. */
  readonly now_s: number;
  readonly signal: AbortSignal;
}

/**
 * Reads a chunk. `sql` is `queries/replay.sql`. Where there are too many rows, it is read again with fewer of each aircraft.
 * @throws ContrailError `unsupported` / `table-feature` for files that no engine reads correctly; what the engine throws
 */
export async function readChunk(engine: QueryEngine, sql: string, read: ChunkRead): Promise<ReplayChunk> {
  const { snapshot, files, from, to, now_s, signal } = read;
  const relations = { silver: dataFiles(SILVER_FLIGHTS, snapshot, { files, columns: PICTURED }) };
  const estimate = estimatedRows(files, read);
  const steps = STEPS.filter((step) => step === STEPS.at(-1) || estimate / step <= MAX_REPORTS);
  const until = Math.min(to, Math.floor(now_s));
  for (const step of steps) {
    const builder = new ChunkBuilder();
    const parameters = { from: BigInt(from), to: BigInt(to), beside: BigInt(BESIDE_S), now: now_s, step };
    let isWhole = true;
    for await (const { rows } of engine.stream({ sql, relations, parameters, signal })) {
      isWhole = rows.every((row) => {
        const told = toTold(row);
        return told === null || builder.add(told);
      });
      if (!isWhole) break;
    }
    const isLast = step === steps.at(-1);
    if (isWhole || isLast) return builder.chunk({ from, to, until, step, cut: !isWhole });
  }
  throw new RangeError('there is always a last step');
}

/** A row of `queries/replay.sql`; null where it lacks what Silver promises. */
function toTold(row: readonly Shown[]): Told | null {
  const [
    icao24,
    seconds,
    longitude,
    latitude,
    altitude_m,
    geo_altitude,
    velocity,
    true_track,
    vertical_rate,
  ] = row;
  const [on_ground, squawk, category, position_source, is_stale, callsign, origin_country, feed] =
    row.slice(9);
  if (typeof icao24 !== 'string' || typeof seconds !== 'number') return null;
  if (typeof longitude !== 'number' || typeof latitude !== 'number') return null;
  return {
    icao24,
    seconds,
    longitude,
    latitude,
    altitude_m: number(altitude_m),
    geo_altitude: number(geo_altitude),
    velocity: number(velocity),
    true_track: number(true_track),
    vertical_rate: number(vertical_rate),
    on_ground: boolean(on_ground),
    squawk: text(squawk),
    category: number(category),
    position_source: number(position_source),
    is_stale: boolean(is_stale),
    callsign: text(callsign),
    origin_country: text(origin_country),
    feed: text(feed),
  };
}

const number = (value: Shown | undefined): number | null => (typeof value === 'number' ? value : null);
const text = (value: Shown | undefined): string | null => (typeof value === 'string' ? value : null);
const boolean = (value: Shown | undefined): boolean | null => (typeof value === 'boolean' ? value : null);
