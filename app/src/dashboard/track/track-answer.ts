import type { Row } from '../../engine/engine.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import { cell, select, type AnswerSources } from '../answers.ts';
import { newestSecond } from '../live/silver-rows.ts';
import { TRACK_COLUMNS, type Cell, type TrackAnswer } from '../protocol.ts';
import type { FindAirport } from './airports.ts';
import { flightAt, SILENCE_S, type Sighted } from './flight.ts';
import { thin, type Thinned } from './thin.ts';

/** The most positions of an answer. */
export const TRACK_POINTS = 1500;
/**
 * How far a flight is looked for from its moment on, seconds: first as far as most begin, then further while its beginning or end
 * is not there. Longer flights are cut.
 */
const REACHES_S = [6 * 3600, 14 * 3600, 26 * 3600] as const;
/** A look reads at most twice as many rows. */
const STEPS = 12_500;
/** The ground below is that of an airport no further than this, km. */
const GROUND_KM = 30;

interface TrackRow extends Sighted, Thinned {
  readonly row: Row;
  readonly rowCount: number;
}

/**
 * The flight of an aircraft now, or at a moment (epoch seconds): from its stop before to its next one, oldest first, thinned to
 * {@link TRACK_POINTS}. No rows if the table does not have it.
 */
export async function trackAnswer(
  sources: AnswerSources,
  airportOf: FindAirport,
  icao24: string,
  at: number | null,
): Promise<TrackAnswer> {
  const { name } = SILVER_FLIGHTS_ML;
  const version = sources.tables.version(name);
  const now = sources.clock() / 1000;
  const newest = newestSecond(sources.tables.get(name), now, SILENCE_S);
  const moment = Math.min(at ?? newest, newest);
  const found = await flightRows(sources, icao24, moment, newest);
  const { rows, within_m } = thin(found.rows, TRACK_POINTS);
  const first = rows[0];
  const idents = new Set(rows.map(({ row }) => row['nearest_airport']));
  const names = [...idents].flatMap((ident) => {
    const airport = typeof ident === 'string' ? airportOf(ident) : null;
    return airport === null ? [] : [[ident as string, airport.name] as const];
  });
  return {
    ...version,
    icao24,
    columns: TRACK_COLUMNS,
    rows: rows.map((row) => cellsOf(row, airportOf)),
    flight:
      first === undefined
        ? null
        : {
            from: first.time,
            to: rows.at(-1)?.time ?? first.time,
            begins_before: found.isCut,
            rows: found.rows.reduce((sum, { rowCount }) => sum + rowCount, 0),
            within_m,
          },
    airports: Object.fromEntries(names),
  };
}

/** All rows of the flight. `isCut`: it began before what was read. */
async function flightRows(
  sources: AnswerSources,
  icao24: string,
  moment: number,
  newest: number,
): Promise<{ readonly rows: readonly TrackRow[]; readonly isCut: boolean }> {
  for (const reach of REACHES_S) {
    const since = Math.floor(moment - reach);
    const until = Math.ceil(Math.min(newest, moment + reach));
    const step = Math.max(1, Math.ceil((until - since) / STEPS));
    const read = await select(
      sources,
      SILVER_FLIGHTS_ML,
      'track',
      'flights',
      { icao24, since: BigInt(since), until: BigInt(until), step },
      [
        { column: 'icao24', in: [icao24] },
        { column: 'time_position', min: BigInt(since), max: BigInt(until) },
      ],
    );
    const { rows, isFirst, isLast } = flightAt(read.map(trackRow), moment);
    // Nothing for a whole silence before it: then it begins here.
    const beginsBefore = isFirst && (rows[0]?.time ?? Infinity) - since < SILENCE_S;
    const endsAfter = isLast && until < newest && until - (rows.at(-1)?.time ?? -Infinity) < SILENCE_S;
    if ((!beginsBefore && !endsAfter) || reach === REACHES_S.at(-1)) return { rows, isCut: beginsBefore };
  }
  return { rows: [], isCut: false };
}

function trackRow(row: Row): TrackRow {
  const number = (name: string): number | null => {
    const value = cell(row[name]);
    return typeof value === 'number' ? value : null;
  };
  return {
    row,
    time: number('time_position') ?? 0,
    longitude: number('longitude') ?? 0,
    latitude: number('latitude') ?? 0,
    altitude_m: number('altitude_m'),
    on_ground: row['on_ground'] === true || row['flight_phase'] === 'GROUND',
    isJump: row['is_jump'] === true,
    rowCount: number('row_count') ?? 0,
  };
}

/** Flags of Silver_ML and the words for them in an answer. */
const DOUBTS = [
  ['is_jump', 'jump'],
  ['is_altitude_jump', 'altitude_jump'],
  ['is_speed_conflict', 'speed_conflict'],
  ['is_frozen', 'frozen'],
  ['is_stale', 'stale'],
] as const;

function cellsOf({ row, on_ground }: TrackRow, airportOf: FindAirport): Cell[] {
  const doubts = DOUBTS.filter(([column]) => row[column] === true).map(([, word]) => word);
  const km = cell(row['nearest_airport_km']);
  const ident = row['nearest_airport'];
  const near =
    typeof ident === 'string' && typeof km === 'number' && km <= GROUND_KM ? airportOf(ident) : null;
  const made: Readonly<Record<string, Cell>> = {
    on_ground,
    ground_m: near?.elevation_m ?? null,
    doubts: doubts.length === 0 ? null : doubts.join(' '),
  };
  return TRACK_COLUMNS.map((name) => made[name] ?? (name in made ? null : rounded(name, cell(row[name]))));
}

/** Digits after the point that mean something: the rest of a double is weight. */
const DIGITS: Readonly<Record<string, number>> = {
  longitude: 5,
  latitude: 5,
  altitude_m: 1,
  velocity_kmh: 1,
  vertical_rate: 2,
  true_track: 2,
  phase_confidence: 3,
  nearest_airport_km: 2,
};

function rounded(name: string, value: Cell): Cell {
  const digits = DIGITS[name];
  return digits === undefined || typeof value !== 'number' ? value : Number(value.toFixed(digits));
}
