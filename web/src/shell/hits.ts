import type { Found } from '../live/search.ts';
import type { Airport } from '../map/airports.ts';

/** One line of the list below the search. */
export type Hit =
  | { readonly kind: 'aircraft'; readonly key: string; readonly icao24: string; readonly words: HitWords }
  | { readonly kind: 'airport'; readonly key: string; readonly airport: Airport; readonly words: HitWords };

type HitWords = readonly [name: string, beside: string, note: string];

/** An aircraft of a search and its airports share the list: at most so many lines are of airports. */
const MOST_AIRPORTS = 3;

/** The lines for what a search found: an airport whose code was typed first, then aircraft, then other airports. */
export function hitsOf(
  typed: string,
  aircraft: readonly Found[],
  airports: readonly Airport[],
  limit: number,
): readonly Hit[] {
  const code = typed.trim().toUpperCase();
  const places = airports.slice(0, MOST_AIRPORTS).map(airportHit);
  const isMeant = (hit: Hit): boolean =>
    hit.kind === 'airport' && (hit.airport.ident === code || hit.airport.iata === code);
  const flying = aircraft.slice(0, limit - places.length).map(aircraftHit);
  return [...places.filter(isMeant), ...flying, ...places.filter((hit) => !isMeant(hit))];
}

function aircraftHit({ icao24, callsign, registration, type_code, country, squawk }: Found): Hit {
  const name = callsign ?? registration ?? icao24;
  const beside = registration === null || registration === name ? icao24 : registration;
  const note = squawk === null ? [type_code, country].filter(Boolean).join(' · ') : `Squawk ${squawk}`;
  return { kind: 'aircraft', key: icao24, icao24, words: [name, beside, note] };
}

function airportHit(airport: Airport): Hit {
  const { ident, iata, name } = airport;
  return {
    kind: 'airport',
    key: `airport ${ident}`,
    airport,
    words: [iata ?? ident, iata === null ? '' : ident, name],
  };
}
