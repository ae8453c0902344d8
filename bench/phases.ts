import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import type { Row } from '../app/src/engine/engine.ts';
import type { Airport } from '../app/src/flight/airports.ts';
import { SILVER_FLIGHTS } from '../app/src/lake/silver-flights.ts';
import { EMPTY_RECENT } from '../app/src/pipeline/memory.ts';
import { NearbyAirports } from '../app/src/pipeline/nearby-airports.ts';
import { PARAMETERS, QUERIES } from '../app/src/pipeline/queries.ts';
import { airports } from '../app/test/ingest/airports.ts';
import { fixesOf, flightMessages, hasTrajectories, TRAJECTORIES } from '../app/test/pipeline/trajectories.ts';
import { round } from './child.ts';

/** Seconds between two polls: a receiver, the simulator, a minute, and OpenSky with a free account. */
const PACES = [1, 10, 60, 86] as const;
/** The altitude's slope is that of a line through the rows so many seconds before and after. */
const SLOPE_S = 20;
/** Steeper is a climb or a descent, ft/min. */
const LEVEL_FPM = 300;
/** Slower an aeroplane does not fly, kt. */
const AIRBORNE_KT = 60;

const SAYS: Readonly<Record<string, string>> = {
  CLIMB: 'climb',
  DESCENT: 'descent',
  CRUISE: 'level',
  LEVEL: 'level',
};

/**
 * How often the flight phase of Silver_ML agrees with what the altitude does, on recorded flights at several paces: climb,
 * descent or level by the slope of the altitude in the whole record, of rows in the air.
 */
export async function* phases(): AsyncGenerator<Readonly<Record<string, unknown>>> {
  if (!hasTrajectories()) {
    process.stderr.write('phases: skipped, ../shared/data is absent\n');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  try {
    await using engine = await DuckdbEngine.open({
      memoryLimit: '512MB',
      threads: 1,
      temporaryFolder: folder,
    });
    for (const pace of PACES) {
      const shares: Record<string, number> = {};
      for (const name of TRAJECTORIES) {
        const truth = slopes(name);
        const rows = (await phasesOf(engine, name, pace)).filter(({ time_position }) =>
          truth.has(Number(time_position)),
        );
        const right = rows.filter(
          ({ time_position, flight_phase }) =>
            SAYS[String(flight_phase)] === truth.get(Number(time_position)),
        );
        shares[name] = round(right.length / rows.length, 3);
      }
      const mean = Object.values(shares).reduce((sum, share) => sum + share, 0) / TRAJECTORIES.length;
      yield { case: 'phases', pace_s: pace, mean: round(mean, 3), ...shares };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const ICAO24 = SILVER_FLIGHTS.columns.slice(0, 1);

/** Silver_ML of one flight, polled at a pace. */
async function phasesOf(
  engine: DuckdbEngine,
  name: (typeof TRAJECTORIES)[number],
  pace: number,
): Promise<readonly Row[]> {
  const silver = flightMessages(name, pace).map(({ value }): Row => {
    const vector = JSON.parse(value as string) as Record<string, number | null>;
    return {
      ...(vector as Row),
      velocity_kmh: typeof vector['velocity'] === 'number' ? vector['velocity'] * 3.6 : null,
      altitude_m: vector['baro_altitude'] ?? null,
      category: 0,
    };
  });
  const nearby = new NearbyAirports(engine, airports as readonly Airport[]);
  await nearby.cover([...new Set(silver.map(cellOf))]);
  return engine.rows({
    sql: `select time_position, flight_phase from (${QUERIES.silverMl}) as ml`,
    relations: {
      silver: { kind: 'rows', columns: SILVER_FLIGHTS.columns, rows: silver },
      batch: { kind: 'rows', columns: [...ICAO24, { name: 'reason', type: 'string' }], rows: [] },
      recent: EMPTY_RECENT,
      earlier: EMPTY_RECENT,
      airports_by_cell: NearbyAirports.relation,
    },
    parameters: PARAMETERS,
  });
}

const cellOf = ({ latitude, longitude }: Row): number =>
  Math.floor(Number(latitude) + 90) * 360 + Math.floor(Number(longitude) + 180);

/** What the altitude does at each second of a record that is in the air: a line through the rows around it says. */
function slopes(name: (typeof TRAJECTORIES)[number]): ReadonlyMap<number, string> {
  const fixes = fixesOf(name).filter(({ altitude }) => typeof altitude === 'number');
  const said = new Map<number, string>();
  let first = 0;
  for (const { timestamp, groundspeed } of fixes) {
    if ((groundspeed ?? 0) < AIRBORNE_KT) continue;
    while ((fixes[first]?.timestamp ?? 0) < timestamp - SLOPE_S * 1000) first += 1;
    const points: (readonly [minutes: number, feet: number])[] = [];
    for (let index = first; index < fixes.length; index += 1) {
      const other = fixes[index];
      if (other === undefined || other.timestamp > timestamp + SLOPE_S * 1000) break;
      points.push([(other.timestamp - timestamp) / 60_000, other.altitude as number]);
    }
    if (points.length < 3) continue;
    const slope = slopeOf(points);
    said.set(
      Math.floor(timestamp / 1000),
      Math.abs(slope) <= LEVEL_FPM ? 'level' : slope > 0 ? 'climb' : 'descent',
    );
  }
  return said;
}

/** Of the line that fits best, by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const [covariance, variance] = points.reduce<readonly [number, number]>(
    ([xy, xx], point) => [xy + (point[0] - x) * (point[1] - y), xx + (point[0] - x) ** 2],
    [0, 0],
  );
  return covariance / variance;
}
