import { ContrailError } from '../errors.ts';

/** One airport: a row of the table `reference/airports`, with its column names. */
export interface Airport {
  /** OurAirports' identifier: the ICAO code if there is one, else a local code. Unique. */
  readonly ident: string;
  readonly name: string;
  readonly type: AirportType;
  readonly iata: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Degrees north, WGS 84. */
  readonly latitude: number;
  /** Degrees east, WGS 84. */
  readonly longitude: number;
  /** Metres above mean sea level, to 0.1 m. */
  readonly elevation_m: number | null;
}

/** The sizes that are used; OurAirports also has smaller fields, heliports and seaplane bases. */
export const AIRPORT_TYPES = ['large_airport', 'medium_airport'] as const;
export type AirportType = (typeof AIRPORT_TYPES)[number];

/** The columns of `lake/airports.json`, in the order of its rows. */
export const AIRPORT_COLUMNS = [
  'ident',
  'name',
  'type',
  'iata',
  'country',
  'latitude',
  'longitude',
  'elevation_m',
] as const satisfies readonly (keyof Airport)[];

/**
 * Reads the content of `lake/airports.json` (written by `tools/airports`): an object with `columns` and `rows`,
 * where a row is an array in the order of the columns. Answers the airports in the order of the file, by ident.
 *
 * @throws ContrailError `corrupt` / `airports-unreadable` when the content is not of that shape, a value is not of
 * its type or range, or two rows have one ident. It names the first row that is wrong.
 */
export function parseAirports(json: unknown): readonly Airport[] {
  const file = isRecord(json) ? json : {};
  const columns = file['columns'];
  const rows = file['rows'];
  if (!Array.isArray(columns) || columns.join() !== AIRPORT_COLUMNS.join()) {
    throw unreadable(`its columns are not ${AIRPORT_COLUMNS.join(', ')}`);
  }
  if (!Array.isArray(rows) || rows.length === 0) throw unreadable('it holds no rows');
  const idents = new Set<string>();
  return rows.map((row: unknown, index) => {
    const airport = toAirport(row);
    if (airport === null) throw unreadable(`row ${index} is not an airport: ${JSON.stringify(row)}`);
    if (idents.has(airport.ident))
      throw unreadable(`the ident ${airport.ident} occurs twice, again in row ${index}`);
    idents.add(airport.ident);
    return airport;
  });
}

function toAirport(row: unknown): Airport | null {
  if (!Array.isArray(row) || row.length !== AIRPORT_COLUMNS.length) return null;
  const [ident, name, type, iata, country, latitude, longitude, elevation_m] = row as unknown[];
  if (typeof ident !== 'string' || ident === '') return null;
  if (typeof name !== 'string' || name === '') return null;
  if (!isAirportType(type)) return null;
  if (iata !== null && typeof iata !== 'string') return null;
  if (typeof country !== 'string' || country === '') return null;
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return null;
  if (elevation_m !== null && !isWithin(elevation_m, 9000)) return null;
  return { ident, name, type, iata, country, latitude, longitude, elevation_m };
}

function isAirportType(value: unknown): value is AirportType {
  return (AIRPORT_TYPES as readonly unknown[]).includes(value);
}

function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(found: string): ContrailError {
  return new ContrailError(
    'airports-unreadable',
    `The list of airports cannot be read: ${found}. Restore app/src/lake/airports.json, or write it again with tools/airports.`,
  );
}
