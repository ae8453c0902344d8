import { ContrailError } from '../errors.ts';

/** One runway of `lake/runways.json`, with both of its ends. */
export interface Runway {
  /** OurAirports' ident of its airport. */
  readonly airport: string;
  readonly type: 'large_airport' | 'medium_airport' | 'small_airport';
  /** Of the airport, metres above mean sea level. */
  readonly elevation_m: number | null;
  /** The end with the lower number, as `04L`, and the other one. */
  readonly low_ident: string;
  readonly high_ident: string;
  readonly low_latitude: number;
  readonly low_longitude: number;
  readonly high_latitude: number;
  readonly high_longitude: number;
  readonly length_m: number;
  readonly width_m: number | null;
  readonly surface: string | null;
  readonly closed: boolean;
}

/** The columns of `lake/runways.json`, in the order of its rows. */
export const RUNWAY_COLUMNS = [
  'airport',
  'type',
  'elevation_m',
  'low_ident',
  'high_ident',
  'low_latitude',
  'low_longitude',
  'high_latitude',
  'high_longitude',
  'length_m',
  'width_m',
  'surface',
  'closed',
] as const satisfies readonly (keyof Runway)[];

/**
 * Reads the content of `lake/runways.json` (written by `tools/runways`).
 * @throws ContrailError `corrupt` / `airports-unreadable` when it is not of that shape.
 */
export function parseRunways(json: unknown): readonly Runway[] {
  const file = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const { columns, rows } = file;
  if (!Array.isArray(columns) || columns.join() !== RUNWAY_COLUMNS.join() || !Array.isArray(rows))
    throw unreadable(`its columns are not ${RUNWAY_COLUMNS.join(', ')}`);
  return rows.map((row: unknown, index) => {
    const runway = Array.isArray(row) ? fromRow(row) : null;
    if (runway === null) throw unreadable(`row ${index} is not a runway: ${JSON.stringify(row)}`);
    return runway;
  });
}

function fromRow(row: readonly unknown[]): Runway | null {
  if (row.length !== RUNWAY_COLUMNS.length) return null;
  const texts = [0, 1, 3, 4].every((at) => typeof row[at] === 'string' && row[at] !== '');
  const numbers = [5, 6, 7, 8, 9].every((at) => Number.isFinite(row[at]));
  if (!texts || !numbers) return null;
  return Object.fromEntries(RUNWAY_COLUMNS.map((name, at) => [name, row[at]])) as unknown as Runway;
}

function unreadable(found: string): ContrailError {
  return new ContrailError(
    'airports-unreadable',
    `The list of runways cannot be read: ${found}. Restore app/src/lake/runways.json, or write it again with tools/runways.`,
  );
}
