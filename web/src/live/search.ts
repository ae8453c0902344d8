import { VALID } from 'contrail/wire/units';
import type { Picture } from './picture.ts';

/** One aircraft that a search found, and which of its words matched. */
export interface Found {
  readonly slot: number;
  readonly icao24: string;
  readonly callsign: string | null;
  readonly country: string | null;
  /** Its squawk where that is what was searched for, else null. */
  readonly squawk: string | null;
}

/**
 * Aircraft whose callsign, address, squawk or country matches the typed text, best first: equal callsign or address,
 * then an equal squawk, then one that begins with the text, then a callsign that contains it, then a country that begins
 * with it. Equal matches are sorted by callsign.
 */
export function searchAircraft(picture: Picture, typed: string, limit: number): readonly Found[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [];
  const countryFits = picture.countries.map((country) => country.toLowerCase().startsWith(wanted));
  const code = /^[0-7]{4}$/.test(wanted) ? Number.parseInt(wanted, 8) : null;
  const { columns } = picture;
  const found: (Found & { rank: number })[] = [];
  for (let slot = 0; slot < picture.slots; slot++) {
    if (picture.used[slot] !== 1) continue;
    const callsign = picture.callsignOf(slot);
    const icao24 = picture.addressOf(slot);
    const country = picture.countryOf(slot);
    const isOfCountry = country !== null && countryFits[columns.country[slot] ?? 255] === true;
    const isSquawk = code === columns.squawk[slot] && ((columns.validity[slot] ?? 0) & VALID.squawk) !== 0;
    const rank = rankOf(wanted, { callsign: callsign?.toLowerCase() ?? '', icao24, isSquawk, isOfCountry });
    const squawk = isSquawk ? wanted : null;
    if (rank !== null) found.push({ slot, icao24, callsign, country, squawk, rank });
  }
  found.sort((a, b) => a.rank - b.rank || order(a.callsign, b.callsign));
  return found.slice(0, limit);
}

/** By callsign; aircraft without one come last. */
function order(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

/** What of an aircraft is compared with the typed text. */
interface Compared {
  readonly callsign: string;
  readonly icao24: string;
  readonly isSquawk: boolean;
  readonly isOfCountry: boolean;
}

function rankOf(wanted: string, { callsign, icao24, isSquawk, isOfCountry }: Compared): number | null {
  if (callsign === wanted || icao24 === wanted) return 0;
  if (isSquawk) return 1;
  if (callsign.startsWith(wanted)) return 2;
  if (icao24.startsWith(wanted)) return 3;
  if (callsign.includes(wanted)) return 4;
  return isOfCountry ? 5 : null;
}
