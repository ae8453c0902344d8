import { worldX, worldY } from './projection.ts';

/** Cities as the file has them: `[name, longitude, latitude, smallest zoom]`, by that zoom. */
export type CityRows = readonly (readonly [string, number, number, number])[];

/** Airports as the file has them: `[ident, IATA code or null, name, longitude, latitude, is large]`. */
export type AirportRows = readonly (readonly [string, string | null, string, number, number, boolean])[];

/** The two ends of a runway in degrees, and its width in metres. */
export type RunwayRow = readonly [number, number, number, number, number];

/** A city or an airport, placed. World units (projection.ts). */
export interface Place {
  readonly kind: 'city' | 'airport';
  readonly x: number;
  readonly y: number;
  readonly fromZoom: number;
  /** What it is called at a zoom. */
  readonly name: (zoom: number) => string;
  readonly isLarge: boolean;
}

/** A runway as a line in world units, and its width in metres. */
export interface Runway {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  readonly width_m: number;
}

/** From these zooms on a large and a smaller airport have their code, and then their name: after cities of half a million. */
const LARGE_FROM = 5.8;
const MEDIUM_FROM = 8;
const NAMES_FROM = 9;
/** A city of at least this rank (smallest zoom) is written larger. */
const LARGE_CITY = 4.5;

/** Cities of a file. */
export function citiesOf(rows: CityRows): Place[] {
  return rows.map(([name, longitude, latitude, fromZoom]) => ({
    kind: 'city',
    x: worldX(longitude),
    y: worldY(latitude),
    fromZoom,
    name: () => name,
    isLarge: fromZoom < LARGE_CITY,
  }));
}

/** Airports of a file. */
export function airportsOf(rows: AirportRows): Place[] {
  return rows.map(([ident, iata, name, longitude, latitude, isLarge]) => {
    const code = iata ?? ident;
    const full = `${code} ${shortName(name)}`;
    return {
      kind: 'airport',
      x: worldX(longitude),
      y: worldY(latitude),
      fromZoom: isLarge ? LARGE_FROM : MEDIUM_FROM,
      name: (zoom) => (zoom < NAMES_FROM ? code : full),
      isLarge,
    };
  });
}

/** All places in the order of their zoom, which is that of their importance. */
export function inOrder(lists: readonly (readonly Place[])[]): Place[] {
  return lists.flat().toSorted((a, b) => a.fromZoom - b.fromZoom);
}

/** Runways of a file. */
export function runwaysOf(rows: Readonly<Record<string, readonly RunwayRow[]>>): Runway[] {
  return Object.values(rows)
    .flat()
    .map(([fromLongitude, fromLatitude, toLongitude, toLatitude, width_m]) => ({
      fromX: worldX(fromLongitude),
      fromY: worldY(fromLatitude),
      toX: worldX(toLongitude),
      toY: worldY(toLatitude),
      width_m,
    }));
}

/** The name of an airport without the words that say that it is one. */
export function shortName(name: string): string {
  const short = name
    .replace(/\s*\b(International|Regional|Municipal)?\s*(Airport|Airfield|Aerodrome)\b/gi, '')
    .trim();
  return short === '' ? name : short;
}
