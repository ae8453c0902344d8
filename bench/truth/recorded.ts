import type { FlightRow } from '../../app/src/flights/records.ts';
import { Dice } from '../../app/src/ingest/simulator/random.ts';
import { type Fix, fixesOf, TRAJECTORIES } from '../../app/test/pipeline/trajectories.ts';

export type Trajectory = (typeof TRAJECTORIES)[number];

/** How a record is seen: polled each `pace` seconds, the first time `offset` seconds after its first row. */
export interface Look {
  readonly pace: number;
  readonly offset: number;
  /** Share of polls that miss the aircraft, and that show the row before again with a newer contact. */
  readonly missing?: number;
  readonly repeated?: number;
  /** A feed without the ground flag. */
  readonly withoutFlag?: boolean;
}

/** Slower than this the record's rows are taken for rows on the ground, kt, as other programs read these records. */
const GROUND_KT = 40;
const cache = new Map<Trajectory, readonly Fix[]>();

/** The rows of a record as polls see it: each poll its newest row. */
export function rowsOf(name: Trajectory, look: Look): readonly FlightRow[] {
  const fixes = cache.get(name) ?? fixesOf(name);
  cache.set(name, fixes);
  const first = (fixes[0]?.timestamp ?? 0) / 1000;
  const last = (fixes.at(-1)?.timestamp ?? 0) / 1000;
  const dice = new Dice(look.offset * 7919 + look.pace);
  const rows: FlightRow[] = [];
  let at = 0;
  for (let poll = first + look.offset; poll < last + look.pace; poll += look.pace) {
    const isMissing = dice.chance(look.missing ?? 0);
    const isRepeated = dice.chance(look.repeated ?? 0);
    while (at + 1 < fixes.length && (fixes[at + 1] as Fix).timestamp / 1000 <= poll) at += 1;
    const before = rows.at(-1);
    if (isRepeated && before !== undefined) rows.push({ ...before, last_contact: Math.floor(poll) });
    if (isMissing || isRepeated) continue;
    const row = toRow(fixes[at] as Fix, look.withoutFlag === true);
    if (before === undefined || row.time_position > before.time_position) rows.push(row);
  }
  return rows;
}

function toRow(
  fix: Fix & { readonly geoaltitude?: unknown; readonly squawk?: unknown },
  withoutFlag: boolean,
): FlightRow {
  const time = Math.floor(fix.timestamp / 1000);
  return {
    icao24: fix.icao24,
    callsign: typeof fix.callsign === 'string' && fix.callsign !== '' ? fix.callsign : null,
    time_position: time,
    last_contact: time,
    longitude: fix.longitude as number,
    latitude: fix.latitude as number,
    baro_altitude: metric(fix.altitude, 0.3048),
    geo_altitude: metric(fix.geoaltitude, 0.3048),
    on_ground: withoutFlag ? null : (fix.groundspeed ?? GROUND_KT) < GROUND_KT,
    velocity: metric(fix.groundspeed, 1852 / 3600),
    true_track: fix.track ?? null,
    vertical_rate: metric(fix.vertical_rate, 0.00508),
    squawk: typeof fix.squawk === 'string' ? fix.squawk : null,
    category: null,
  };
}

const metric = (value: unknown, unit: number): number | null =>
  typeof value === 'number' ? value * unit : null;
