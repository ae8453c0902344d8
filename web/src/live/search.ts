import type { Picture } from './picture.ts';

/** One aircraft that a search found, and which of its words matched. */
export interface Found {
  readonly slot: number;
  readonly icao24: string;
  readonly callsign: string | null;
  readonly country: string | null;
}

/**
 * Aircraft whose callsign, address or country matches the typed text, best first: equal callsign or address, then one
 * that begins with the text, then a callsign that contains it, then a country that begins with it. Equal matches are
 * sorted by callsign.
 */
export function searchAircraft(picture: Picture, typed: string, limit: number): readonly Found[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [];
  const countryFits = picture.countries.map((country) => country.toLowerCase().startsWith(wanted));
  const found: (Found & { rank: number })[] = [];
  for (let slot = 0; slot < picture.slots; slot++) {
    if (picture.used[slot] !== 1) continue;
    const callsign = picture.callsignOf(slot);
    const icao24 = picture.addressOf(slot);
    const country = picture.countryOf(slot);
    const isOfCountry = country !== null && countryFits[picture.columns.country[slot] ?? 255] === true;
    const rank = rankOf(wanted, callsign?.toLowerCase() ?? '', icao24, isOfCountry);
    if (rank !== null) found.push({ slot, icao24, callsign, country, rank });
  }
  found.sort((a, b) => a.rank - b.rank || order(a.callsign, b.callsign));
  return found.slice(0, limit);
}

/** By callsign; aircraft without one come last. */
function order(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

function rankOf(wanted: string, callsign: string, icao24: string, isOfCountry: boolean): number | null {
  if (callsign === wanted || icao24 === wanted) return 0;
  if (callsign.startsWith(wanted)) return 1;
  if (icao24.startsWith(wanted)) return 2;
  if (callsign.includes(wanted)) return 3;
  return isOfCountry ? 4 : null;
}
