/**
 * Silver_ML and the Gold tables, computed from the rows of Silver by the words of the contract alone: row by row, with
 * none of the pipeline's SQL. For tests that compare the two.
 */
import type { Airport } from '../../src/flight/airports.ts';
import { CATEGORY_NAMES } from '../../src/flight/category.ts';

/** A row by column name. Whole numbers may be bigint; they are compared as numbers. */
export type TableRow = Readonly<Record<string, unknown>>;

/** The columns of Silver that features are made of. */
interface Position {
  readonly icao24: string;
  readonly time: number;
  readonly contact: number | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly altitude: number | null;
  readonly velocity: number | null;
  readonly rate: number | null;
  readonly isGrounded: boolean;
  readonly row: TableRow;
}

/** A position and up to four before it in its segment, the newest first. */
type Window = readonly [Position, ...Position[]];

const RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
const GAP_S = 600;
const WINDOW_S = 300;

const numberOf = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);

function positionOf(row: TableRow): Position {
  return {
    icao24: String(row['icao24']),
    time: Number(row['time_position']),
    contact: numberOf(row['last_contact']),
    longitude: Number(row['longitude']),
    latitude: Number(row['latitude']),
    altitude: numberOf(row['altitude_m']),
    velocity: numberOf(row['velocity_kmh']),
    rate: numberOf(row['vertical_rate']),
    isGrounded: row['on_ground'] === true,
    row,
  };
}

/** What Silver says of the age and the source of a row of Bronze. */
export function qualityOf(bronze: TableRow): TableRow {
  const [snapshot, time, contact] = ['snapshot_time', 'time_position', 'last_contact'].map((name) =>
    numberOf(bronze[name]),
  ) as [number | null, number, number | null];
  const age = snapshot === null ? null : snapshot - time;
  return {
    position_age_s: age,
    contact_age_s: snapshot === null || contact === null ? null : snapshot - contact,
    is_stale: age === null ? null : age > 15,
    source: bronze['source'] ?? null,
  };
}

/** Silver_ML of all rows of Silver. */
export function recomputedMl(silver: readonly TableRow[], airports: readonly Airport[]): TableRow[] {
  const flights = Map.groupBy(silver.map(positionOf), ({ icao24 }) => icao24);
  return [...flights.values()].flatMap((flight) => {
    const ordered = flight.toSorted(
      (a, b) => a.time - b.time || (a.contact ?? -Infinity) - (b.contact ?? -Infinity),
    );
    return ordered.map((_, at) => features(windowAt(ordered, at), airports));
  });
}

function windowAt(ordered: readonly Position[], at: number): Window {
  const window: [Position, ...Position[]] = [ordered[at] as Position];
  for (let before = at - 1; before >= 0 && window.length < 5; before -= 1) {
    const position = ordered[before] as Position;
    if ((window.at(-1) as Position).time - position.time > GAP_S) break;
    window.push(position);
  }
  return window;
}

function features(window: Window, airports: readonly Airport[]): TableRow {
  const [now, before] = window;
  const { row } = now;
  const seconds = before === undefined ? null : now.time - before.time;
  const altitudeChange = before === undefined ? null : difference(now.altitude, before.altitude);
  const { airport, km } = nearest(now, airports);
  const phase = phaseOf(window, altitudeChange, seconds, km <= 5 ? (airport.elevation_m ?? 0) : 0);
  const altitudes = window.map(({ altitude }) => altitude);
  const velocities = window.map(({ velocity }) => velocity);
  const distance = before === undefined ? null : greatCircleM(now, before);
  const isFlying = !now.isGrounded;
  return {
    ...pick(row, [
      'icao24',
      'time_position',
      'last_contact',
      'event_timestamp',
      'event_date',
      'origin_country',
      'category',
      'longitude',
      'latitude',
      'altitude_m',
      'velocity_kmh',
      'vertical_rate',
      'true_track',
      'on_ground',
      'is_stale',
    ]),
    seconds_since_previous: seconds,
    altitude_change: altitudeChange,
    velocity_change: before === undefined ? null : difference(now.velocity, before.velocity),
    altitude_mean_5: mean(altitudes),
    altitude_std_5: deviation(altitudes),
    velocity_mean_5: mean(velocities),
    velocity_std_5: deviation(velocities),
    vertical_rate_mean_5: mean(window.map(({ rate }) => rate)),
    window_size: window.length,
    nearest_airport: airport.ident,
    nearest_airport_km: km,
    near_airport: km <= 15,
    ...phase,
    window_seconds: now.time - (window.at(-1) as Position).time,
    distance_m: distance,
    implied_speed_kmh: distance === null || !seconds ? null : (distance / seconds) * 3.6,
    is_repeat: before === undefined ? null : isSamePlace(now, before),
    is_jump:
      distance === null || seconds === null
        ? null
        : distance >
          (1.3 * Math.max(now.velocity ?? 0, before?.velocity ?? 0, 360) * (seconds + 2)) / 3.6 + 500,
    is_altitude_jump:
      seconds === null
        ? null
        : altitudeChange !== null && Math.abs(altitudeChange) > 61 * (seconds + 2) + 150,
    is_speed_conflict: isFlying && (now.altitude ?? 0) > 7620 && (now.velocity ?? Infinity) < 185,
    is_frozen:
      window.length >= 3 &&
      window.every((position) => isSamePlace(now, position)) &&
      (now.velocity ?? 0) > 110 &&
      isFlying,
    height_above_airport_m: difference(now.altitude, airport.elevation_m),
  };
}

/** By rule 2. `elevation` of the ground below, metres. */
function phaseOf(
  window: Window,
  altitudeChange: number | null,
  seconds: number | null,
  elevation: number,
): TableRow {
  const [now] = window;
  if (now.isGrounded) return { flight_phase: 'GROUND', phase_confidence: 1 };
  const end = window.findIndex(
    (position) => now.time - position.time > 30 || position.isGrounded !== now.isGrounded,
  );
  const rows = end < 0 ? window : window.slice(0, end);
  const standIn =
    altitudeChange !== null && seconds !== null && seconds > 0 && seconds <= 120
      ? altitudeChange / seconds
      : null;
  const feet = scaled(mean(rows.map(({ altitude }) => altitude)), 0.3048);
  const knots = scaled(mean(rows.map(({ velocity }) => velocity)), 1.852);
  const rate = scaled(mean(rows.map((position) => position.rate)) ?? standIn, 0.00508);
  const unknown = { flight_phase: 'UNKNOWN', phase_confidence: null };
  if (feet === null || knots === null || rate === null) return unknown;
  const h = clamped(feet, 0, 39_999);
  const g = clamped(feet - elevation / 0.3048, 0, 39_999);
  const v = clamped(knots, 0, 599);
  const r = clamped(rate, -4000, 4000);
  const strengths = [
    ['GROUND', Math.min(zmf(g, 0, 200), gauss(r, 0, 100), gauss(v, 0, 50))],
    ['CLIMB', Math.min(gauss(h, 10_000, 10_000), smf(r, 10, 1000), gauss(v, 300, 100))],
    ['DESCENT', Math.min(gauss(h, 10_000, 10_000), zmf(r, -1000, -10), gauss(v, 300, 100))],
    ['CRUISE', Math.min(gauss(h, 35_000, 20_000), gauss(r, 0, 100), gauss(v, 600, 100))],
    ['LEVEL', Math.min(gauss(h, 10_000, 10_000), gauss(r, 0, 100), gauss(v, 300, 100))],
  ] as const;
  const winner = strengths.reduce((best, each) => (each[1] >= best[1] ? each : best));
  if (winner[1] < 0.0000037) return unknown;
  const runnerUp = Math.max(...strengths.filter((each) => each !== winner).map(([, strength]) => strength));
  return { flight_phase: winner[0], phase_confidence: winner[1] - runnerUp };
}

/** `gold/traffic_by_country`, from Silver. */
export function recomputedTraffic(silver: readonly TableRow[]): TableRow[] {
  const groups = Map.groupBy(
    silver,
    (row) => `${windowOf(row)} ${(row['origin_country'] as string | null) ?? 'Unknown'}`,
  );
  return [...groups.values()].map((rows) => {
    const [{ origin_country } = {} as TableRow] = rows;
    const { aircraft_count: flight_count, ...aggregates } = aggregatesOf(rows);
    return {
      ...windowColumns(rows),
      origin_country: origin_country ?? 'Unknown',
      flight_count,
      ...aggregates,
    };
  });
}

/** `gold/metrics_by_category`, from Silver_ML. */
export function recomputedMetrics(ml: readonly TableRow[]): TableRow[] {
  const groups = Map.groupBy(
    ml,
    (row) => `${windowOf(row)} ${String(row['category'])} ${String(row['flight_phase'])}`,
  );
  return [...groups.values()].map((rows) => {
    const [{ category, flight_phase } = {} as TableRow] = rows;
    const category_name = CATEGORY_NAMES[Number(category)];
    return { ...windowColumns(rows), category, category_name, flight_phase, ...aggregatesOf(rows) };
  });
}

function aggregatesOf(rows: readonly TableRow[]): TableRow {
  const flying = rows.filter((row) => row['on_ground'] !== true && row['is_stale'] !== true);
  const aircraft = [...Map.groupBy(flying, ({ icao24 }) => icao24).values()];
  const own = (name: string): number | null =>
    mean(aircraft.map((each) => mean(each.map((row) => numberOf(row[name])))));
  const all = (name: string): number | null => mean(rows.map((row) => numberOf(row[name])));
  return {
    aircraft_count: new Set(rows.map(({ icao24 }) => icao24)).size,
    record_count: rows.length,
    avg_velocity_kmh: all('velocity_kmh'),
    avg_altitude_m: all('altitude_m'),
    airborne_count: aircraft.length,
    aircraft_avg_velocity_kmh: own('velocity_kmh'),
    aircraft_avg_altitude_m: own('altitude_m'),
    stale_count: rows.filter(({ is_stale }) => is_stale === true).length,
  };
}

const windowOf = (row: TableRow): number => Math.floor(Number(row['time_position']) / WINDOW_S) * WINDOW_S;

function windowColumns(rows: readonly TableRow[]): TableRow {
  const start = windowOf(rows[0] as TableRow);
  return { window_start: start * 1e6, window_end: (start + WINDOW_S) * 1e6 };
}

function pick(row: TableRow, names: readonly string[]): TableRow {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function nearest(position: Position, airports: readonly Airport[]): { airport: Airport; km: number } {
  const distances = airports.map((airport) => greatCircleM(position, airport));
  const least = distances.reduce((best, metres, at) => (metres < (distances[best] as number) ? at : best), 0);
  return { airport: airports[least] as Airport, km: (distances[least] as number) / 1000 };
}

interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

const isSamePlace = (a: Place, b: Place): boolean => a.longitude === b.longitude && a.latitude === b.latitude;

function greatCircleM(a: Place, b: Place): number {
  const [north, east] = [(b.latitude - a.latitude) * RADIANS, (b.longitude - a.longitude) * RADIANS];
  const haversine =
    Math.sin(north / 2) ** 2 +
    Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * Math.sin(east / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(haversine)));
}

const difference = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a - b;
const scaled = (value: number | null, unit: number): number | null => (value === null ? null : value / unit);
const clamped = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function mean(values: readonly (number | null)[]): number | null {
  const numbers = known(values);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function deviation(values: readonly (number | null)[]): number | null {
  const numbers = known(values);
  const middle = mean(numbers);
  if (middle === null || numbers.length < 2) return null;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (numbers.length - 1));
}

const gauss = (x: number, m: number, s: number): number => Math.exp(-((x - m) ** 2) / (2 * s ** 2));
function smf(x: number, a: number, b: number): number {
  if (x <= a) return 0;
  if (x >= b) return 1;
  return x <= (a + b) / 2 ? 2 * ((x - a) / (b - a)) ** 2 : 1 - 2 * ((x - b) / (b - a)) ** 2;
}
const zmf = (x: number, a: number, b: number): number => 1 - smf(x, a, b);
