import type { CategoriesAnswer, TrafficAnswer } from 'contrail/dashboard/protocol';
import { numberOf, rowsOf, textOf } from '../api/rows.ts';
import type { Series } from '../chart/time-chart.ts';
import { NO_COUNTRY } from '../filter/fields.ts';
import { plural } from '../text/format.ts';
import { PHASES } from '../text/words.ts';

/** Windows in a chart, at most: two days. */
const MOST_WINDOWS = 576;

/** A window that ended so long ago gets no more rows worth waiting for, seconds. */
const FILLS_S = 3600;

/** Whether the newest window still fills: event time has not passed its end, and its end is not long gone. Epoch seconds. */
export function isFilling(end: number, eventTime: number, now: number): boolean {
  return eventTime < end && now - end < FILLS_S;
}

/** One country in the newest window. */
export interface CountryRow {
  readonly country: string;
  readonly flights: number;
  readonly speed_kmh: number | null;
  readonly altitude_m: number | null;
  /** Change from the window one hour earlier; null if there is no such window. */
  readonly change: number | null;
}

/** The leaderboard in the order of the answer: most flights first. */
export function countriesOf(answer: TrafficAnswer): readonly CountryRow[] {
  return rowsOf(answer.leaderboard).map((row) => {
    const flights = numberOf(row['flight_count']) ?? 0;
    const before = numberOf(row['flight_count_hour_ago']);
    return {
      country: textOf(row['origin_country']) ?? 'Unknown',
      flights,
      speed_kmh: numberOf(row['avg_velocity_kmh']),
      altitude_m: numberOf(row['avg_altitude_m']),
      change: before === null ? null : flights - before,
    };
  });
}

/**
 * How many countries the newest window has. The numbers of their aircraft are not added up: an aircraft of which feeds name different
 * countries counts in each, and those of unknown country are of none.
 */
export function countriesWords(rows: readonly CountryRow[]): string {
  const known = rows.filter(({ country }) => country !== NO_COUNTRY).length;
  const countries = plural(known, 'country', 'countries');
  return known === rows.length ? countries : `${countries}, and aircraft of unknown country`;
}

/**
 * Flights, mean speed (km/h) and mean altitude (m) of one country over all windows of the answer. If others flew and
 * the country has no row, its count is 0. A window without any row is unknown: no data was received.
 */
export function countrySeries(answer: TrafficAnswer, country: string): Series {
  const windows = new Map<number, readonly [number, number | null, number | null]>();
  const heard = new Set<number>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const row of rowsOf(answer)) {
    const start = numberOf(row['window_start']);
    if (start === null) continue;
    first = Math.min(first, start);
    last = Math.max(last, start);
    heard.add(start);
    if (row['origin_country'] !== country) continue;
    windows.set(start, [
      numberOf(row['flight_count']) ?? 0,
      numberOf(row['avg_velocity_kmh']),
      numberOf(row['avg_altitude_m']),
    ]);
  }
  const times: number[] = [];
  // A single old window, from late rows, must not make a chart with a million empty windows.
  first = Math.max(first, last - (MOST_WINDOWS - 1) * answer.window_s);
  for (let start = first; start <= last; start += answer.window_s) times.push(start);
  return [
    times,
    times.map((start) => windows.get(start)?.[0] ?? (heard.has(start) ? 0 : null)),
    times.map((start) => windows.get(start)?.[1] ?? null),
    times.map((start) => windows.get(start)?.[2] ?? null),
  ];
}

/** One cell of the category × phase matrix; a combination that did not occur has no cell. */
export interface MatrixCell {
  readonly aircraft: number;
  readonly speed_kmh: number | null;
  readonly altitude_m: number | null;
}

/** One row of the matrix: a category, with a cell for each of {@link PHASES}. */
export interface MatrixRow {
  readonly category: number;
  readonly name: string;
  readonly total: number;
  readonly cells: readonly (MatrixCell | null)[];
}

/** The matrix of an answer, busiest category first. */
export function matrixOf(answer: CategoriesAnswer): readonly MatrixRow[] {
  const byCategory = new Map<number, { name: string; cells: Map<string, MatrixCell> }>();
  for (const row of rowsOf(answer)) {
    const category = numberOf(row['category']) ?? 0;
    const entry = byCategory.get(category) ?? { name: textOf(row['category_name']) ?? '', cells: new Map() };
    byCategory.set(category, entry);
    entry.cells.set(textOf(row['flight_phase']) ?? 'UNKNOWN', {
      aircraft: numberOf(row['aircraft_count']) ?? 0,
      speed_kmh: numberOf(row['avg_velocity_kmh']),
      altitude_m: numberOf(row['avg_altitude_m']),
    });
  }
  return [...byCategory]
    .map(([category, { name, cells }]) => ({
      category,
      name,
      total: [...cells.values()].reduce((sum, cell) => sum + cell.aircraft, 0),
      cells: PHASES.map(([phase]) => cells.get(phase) ?? null),
    }))
    .toSorted((a, b) => b.total - a.total || a.category - b.category);
}

/** Which of 5 shades a value gets, 0 for none: by square root, so that small counts are still visible. */
export function shadeOf(value: number, largest: number): number {
  return value <= 0 || largest <= 0 ? 0 : Math.min(5, Math.ceil(Math.sqrt(value / largest) * 5));
}
