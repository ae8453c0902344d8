/** Recorded flights as messages, for tests and the bench. The records are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Message } from '../../src/topic/topic.ts';

const FOLDER = new URL('../../../../shared/data/trajectories/', import.meta.url);
export const TRAJECTORIES = ['belevingsvlucht', 'elal747', 'nice', 'noisy_landing', 'turkish_flag'] as const;

export const hasTrajectories = (): boolean => existsSync(FOLDER);

/** One row of a record: feet, knots, feet per minute; the time in epoch ms. */
export interface Fix {
  readonly timestamp: number;
  readonly icao24: string;
  readonly callsign: string | null;
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly altitude: number | null;
  readonly groundspeed: number | null;
  readonly track: number | null;
  readonly vertical_rate: number | null;
}

/** The rows of a flight that have a position, in the order of time. They come as records, or as columns by index. */
export function fixesOf(name: (typeof TRAJECTORIES)[number]): readonly Fix[] {
  const json: unknown = JSON.parse(
    gunzipSync(readFileSync(new URL(`${name}.json.gz`, FOLDER))).toString('utf8'),
  );
  const rows = Array.isArray(json)
    ? (json as Fix[])
    : rowsOf(json as Record<string, Record<string, unknown>>);
  return rows
    .filter(({ longitude, latitude }) => typeof longitude === 'number' && typeof latitude === 'number')
    .toSorted((a, b) => a.timestamp - b.timestamp);
}

const rowsOf = (columns: Record<string, Record<string, unknown>>): Fix[] =>
  Object.keys(columns['timestamp'] ?? {}).map(
    (index) =>
      Object.fromEntries(
        Object.entries(columns).map(([name, column]) => [name, column[index]]),
      ) as unknown as Fix,
  );

/** Slower than this an aeroplane is on the ground, kt. */
const GROUND_KT = 40;

/** What polls each `pace` seconds see of a flight: its newest row, once. */
export function polled(fixes: readonly Fix[], pace: number): readonly Fix[] {
  const seen: Fix[] = [];
  let poll = (fixes[0]?.timestamp ?? 0) / 1000;
  for (const [index, fix] of fixes.entries()) {
    const next = fixes[index + 1];
    if (next !== undefined && next.timestamp / 1000 <= poll) continue;
    seen.push(fix);
    while (poll < (next?.timestamp ?? 0) / 1000) poll += pace;
  }
  return seen;
}

/** The messages of a flight that is polled each `pace` seconds. */
export const flightMessages = (name: (typeof TRAJECTORIES)[number], pace: number): readonly Message[] =>
  polled(fixesOf(name), pace).map((fix): Message => {
    const time = Math.floor(fix.timestamp / 1000);
    const value = {
      icao24: fix.icao24,
      callsign: fix.callsign ?? null,
      time_position: time,
      last_contact: time,
      longitude: fix.longitude,
      latitude: fix.latitude,
      baro_altitude: metric(fix.altitude, 0.3048),
      on_ground: (fix.groundspeed ?? GROUND_KT) < GROUND_KT,
      velocity: metric(fix.groundspeed, 1.852 / 3.6),
      true_track: fix.track ?? null,
      vertical_rate: metric(fix.vertical_rate, 0.00508),
      snapshot_time: time,
      feed: 'replay',
    };
    return { key: fix.icao24, value: JSON.stringify(value), timestamp_ms: time * 1000 };
  });

const metric = (value: number | null | undefined, unit: number): number | null =>
  typeof value === 'number' ? value * unit : null;
