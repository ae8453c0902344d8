import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { distance_m, extrapolate } from '../../app/src/wire/great-circle.ts';
import { believable_s, boundOf, turnRate } from '../src/map/dead-reckoning.ts';

/** Recorded flights, which are no part of the project: beside it, or absent. */
export const TRAJECTORIES = '../shared/data/trajectories';

/** Seconds after a position. */
export const HORIZONS = [10, 30, 60, 90, 120] as const;

interface Fix {
  readonly time: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly speed_m_s: number;
  readonly track: number;
  readonly climb_m_s: number;
}

/** How far an aircraft is from where it is drawn, metres, over all fixes in the air: carried on, and left standing. */
export interface Errors {
  readonly horizon_s: number;
  readonly fixes: number;
  readonly carried: { readonly p50: number; readonly p95: number };
  readonly standing: { readonly p50: number; readonly p95: number };
}

const KNOT = 1852 / 3600;
const FOOT_A_MINUTE = 0.3048 / 60;
/** Slower than this it taxis. */
const FLIES_M_S = 30;
const LONGEST_GAP_S = 15;

/** The recorded flights by name; none where they are absent. */
export function readFlights(): ReadonlyMap<string, readonly Fix[]> {
  if (!existsSync(TRAJECTORIES)) return new Map();
  const files = readdirSync(TRAJECTORIES).filter((name) => name.endsWith('.json.gz'));
  return new Map(files.map((name) => [name.replace('.json.gz', ''), fixesOf(`${TRAJECTORIES}/${name}`)]));
}

/** A list of records, or columns of `{index: value}`; feet, knots, epoch ms. */
function fixesOf(file: string): readonly Fix[] {
  const json: unknown = JSON.parse(gunzipSync(readFileSync(file)).toString());
  const columns = json as Record<string, Record<string, unknown>>;
  const records: Record<string, unknown>[] = Array.isArray(json)
    ? json
    : Object.keys(columns['timestamp'] ?? {}).map((i) =>
        Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])),
      );
  const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
  return records
    .map((one) => ({
      time: number(one['timestamp']) / 1000,
      longitude: number(one['longitude']),
      latitude: number(one['latitude']),
      speed_m_s: number(one['groundspeed']) * KNOT,
      track: number(one['track']),
      climb_m_s: number(one['vertical_rate'] ?? 0) * FOOT_A_MINUTE,
    }))
    .filter((fix) => Object.values(fix).every(Number.isFinite))
    .toSorted((a, b) => a.time - b.time);
}

/** The errors over all flights when their positions come at this pace. */
export function errorsAt(pace_s: number, flights: Iterable<readonly Fix[]>): readonly Errors[] {
  const found = HORIZONS.map(() => ({ carried: [] as number[], standing: [] as number[] }));
  for (const flight of flights) {
    let before = 0;
    for (const [i, fix] of flight.entries()) {
      while (before < i - 1 && (flight[before + 1]?.time ?? 0) <= fix.time - pace_s) before += 1;
      const last = flight[before];
      if (last === undefined || last.time > fix.time - pace_s || fix.speed_m_s < FLIES_M_S) continue;
      const turn = turnRate(last.track, fix.track, fix.time - last.time);
      const most_s = Math.min(believable_s(turn, fix.climb_m_s, false), boundOf(pace_s));
      for (const [h, horizon_s] of HORIZONS.entries()) {
        const truth = positionAt(flight, i, fix.time + horizon_s);
        if (truth === null) continue;
        const drawn = extrapolate(fix, fix.track, fix.speed_m_s * Math.min(horizon_s, most_s));
        found[h]?.carried.push(distance_m(drawn, truth));
        found[h]?.standing.push(distance_m(fix, truth));
      }
    }
  }
  return found.map(({ carried, standing }, h) => ({
    horizon_s: HORIZONS[h] ?? 0,
    fixes: carried.length,
    carried: percentiles(carried),
    standing: percentiles(standing),
  }));
}

function positionAt(flight: readonly Fix[], from: number, time: number): Fix | null {
  for (let i = from; i + 1 < flight.length; i++) {
    const [a, b] = [flight[i], flight[i + 1]];
    if (a === undefined || b === undefined || b.time < time) continue;
    if (b.time - a.time > LONGEST_GAP_S) return null;
    const share = (time - a.time) / Math.max(1e-9, b.time - a.time);
    const mix = (name: 'longitude' | 'latitude'): number => a[name] + (b[name] - a[name]) * share;
    return { ...a, time, longitude: mix('longitude'), latitude: mix('latitude') };
  }
  return null;
}

function percentiles(values: readonly number[]): { readonly p50: number; readonly p95: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

if (import.meta.main) {
  const flights = readFlights();
  for (const pace_s of [1, 10, 86]) {
    for (const { horizon_s, fixes, carried, standing } of errorsAt(pace_s, flights.values())) {
      const [c50, c95, s50, s95] = [carried.p50, carried.p95, standing.p50, standing.p95].map(Math.round);
      process.stdout.write(
        `pace ${pace_s} s, after ${horizon_s} s: carried p50 ${c50} p95 ${c95}, standing p50 ${s50} p95 ${s95} m (${fixes})\n`,
      );
    }
  }
}
