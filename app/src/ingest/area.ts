import { ContrailError } from '../errors.ts';
import type { Airport } from '../flight/airports.ts';
import type { Box } from './opensky/box.ts';

/** One area, as a person gives it; see docs/feeds.md. */
export type Area =
  | { readonly kind: 'box'; readonly box: Box }
  | { readonly kind: 'country'; readonly code: string }
  | { readonly kind: 'airport'; readonly ident: string; readonly radius_km: number };

const KM_PER_DEGREE = 111.195;
/** Around the airports of a country, degrees: its borders are beyond its outermost airports. */
const MARGIN = 0.5;
/** Near a pole a circle reaches round the earth. */
const HIGHEST = 89;

/**
 * The box of an area. That of a country is the one round its large and medium airports, half a degree wider: the airports
 * are what we have of countries. It may leave out a corner without such an airport, and holds what lies between distant
 * parts. Over the date line where that is the shorter way round the earth.
 * @throws ContrailError `invalid` / `area-unknown` for a country or an airport that the list does not have
 */
export function boxOf(area: Area, airports: () => readonly Airport[]): Box {
  switch (area.kind) {
    case 'box':
      return area.box;
    case 'country': {
      const places = airports().filter(({ country }) => country === area.code);
      if (places.length === 0) throw unknown(`a large or medium airport in a country ${area.code}`);
      return around(places, MARGIN, MARGIN);
    }
    case 'airport': {
      const found = airports().filter(({ ident, iata }) => ident === area.ident || iata === area.ident);
      const airport = found.find(({ ident }) => ident === area.ident) ?? found[0];
      if (airport === undefined) throw unknown(`an airport ${area.ident}`);
      const height = area.radius_km / KM_PER_DEGREE;
      const latitude = Math.min(HIGHEST, Math.abs(airport.latitude) + height);
      return around([airport], height, height / Math.cos((latitude * Math.PI) / 180));
    }
  }
}

/** The smallest box that holds all places, wider by margins in degrees. */
function around(places: readonly Airport[], height: number, width: number): Box {
  const latitudes = places.map(({ latitude }) => latitude);
  const longitudes = places.map(({ longitude }) => longitude).toSorted((a, b) => a - b);
  // The widest gap between neighbours, round the earth, is what the box leaves out.
  let [west, east, gap] = [longitudes[0] ?? 0, longitudes.at(-1) ?? 0, -1];
  for (const [index, longitude] of longitudes.entries()) {
    const next = longitudes[index + 1];
    const toNext = next === undefined ? (longitudes[0] ?? 0) + 360 - longitude : next - longitude;
    if (toNext > gap) [west, east, gap] = [next ?? longitudes[0] ?? 0, longitude, toNext];
  }
  const isRound = gap <= 2 * width;
  return {
    lamin: round(Math.max(-90, Math.min(...latitudes) - height)),
    lomin: isRound ? -180 : round(wrapped(west - width)),
    lamax: round(Math.min(90, Math.max(...latitudes) + height)),
    lomax: isRound ? 180 : round(wrapped(east + width)),
  };
}

const wrapped = (longitude: number): number =>
  longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
/** 11 m. */
const round = (degrees: number): number => Math.round(degrees * 1e4) / 1e4;

function unknown(what: string): ContrailError {
  return new ContrailError(
    'area-unknown',
    `The list of airports does not have ${what}, so the area is unknown. AREA takes country:CH (ISO 3166, two letters), ` +
      `airport:LSZH,100 (ICAO or IATA code, and km) or lamin,lomin,lamax,lomax.`,
  );
}
