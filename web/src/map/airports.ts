import type { AirportRows } from './places.ts';

/** An airport, as people look for it. */
export interface Airport {
  /** ICAO code, or that of OurAirports. */
  readonly ident: string;
  readonly iata: string | null;
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly isLarge: boolean;
}

/** A place on the ground, degrees, and what it is called; empty where it has no name. */
export interface NamedPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string;
}

/** The airports of a file. */
export function airportList(rows: AirportRows): readonly Airport[] {
  return rows.map(([ident, iata, name, longitude, latitude, isLarge]) => ({
    ident,
    iata,
    name,
    longitude,
    latitude,
    isLarge,
  }));
}

/**
 * Airports whose code or name fits the typed text, best first: an equal code, a code that begins with it, a name with a word that
 * does; of equals the large ones first, then by code. Text of one character finds none.
 */
export function searchAirports(airports: readonly Airport[], typed: string, limit: number): Airport[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted.length < 2) return [];
  return airports
    .flatMap((airport) => {
      const rank = rankOf(airport, wanted);
      return rank === null ? [] : [{ airport, rank: rank * 2 + (airport.isLarge ? 0 : 1) }];
    })
    .toSorted((a, b) => a.rank - b.rank || (a.airport.ident < b.airport.ident ? -1 : 1))
    .slice(0, limit)
    .map(({ airport }) => airport);
}

/** The place of typed text: an airport by its code, or `latitude, longitude`; null for anything else. */
export function placeOfText(airports: readonly Airport[], typed: string): NamedPlace | null {
  const [, lat = '', lon = ''] = /^\s*(-?\d+(?:\.\d+)?)\s*[, ]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(typed) ?? [];
  if (lat !== '') {
    const [latitude, longitude] = [Number(lat), Number(lon)];
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude, name: '' } : null;
  }
  const code = typed.trim().toUpperCase();
  const found = airports.find(({ ident, iata }) => ident === code || iata === code);
  if (found === undefined) return null;
  return { latitude: found.latitude, longitude: found.longitude, name: found.iata ?? found.ident };
}

function rankOf({ ident, iata, name }: Airport, wanted: string): number | null {
  const codes = [ident.toLowerCase(), iata?.toLowerCase() ?? ''];
  if (codes.includes(wanted)) return 0;
  if (codes.some((code) => code.startsWith(wanted))) return 1;
  const isNamed = name
    .toLowerCase()
    .split(/[\s/()-]+/)
    .some((word) => word.startsWith(wanted));
  return isNamed || name.toLowerCase().startsWith(wanted) ? 2 : null;
}
