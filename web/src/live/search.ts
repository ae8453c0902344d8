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
  readonly registration: string | null;
  readonly type_code: string | null;
}

/** Who has an address, as the columns of the picture have it; null: nobody says. */
export type IdentityOf = (
  address: number,
) => { readonly registration: string | null; readonly type_code: string | null } | null;

/**
 * Aircraft whose callsign, registration, address, squawk, type or country matches the typed text, best first: equal callsign,
 * registration or address, then an equal squawk, then one that begins with the text, then a callsign that contains it, then an equal
 * type, then a country that begins with it. Registrations are compared without hyphens. Equal matches are sorted by callsign.
 */
export function searchAircraft(
  picture: Picture,
  typed: string,
  limit: number,
  identityOf: IdentityOf = () => null,
): readonly Found[] {
  const wanted = typed.trim().toLowerCase();
  const bare = wanted.replaceAll('-', '');
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
    const { registration, type_code } = identityOf(columns.icao24[slot] ?? 0) ?? NOBODY;
    const rank = rankOf(wanted, bare, {
      callsign: callsign?.toLowerCase() ?? '',
      registration: registration?.toLowerCase().replaceAll('-', '') ?? '',
      type_code: type_code?.toLowerCase() ?? '',
      icao24,
      isSquawk,
      isOfCountry,
    });
    const squawk = isSquawk ? wanted : null;
    if (rank !== null) found.push({ slot, icao24, callsign, country, squawk, registration, type_code, rank });
  }
  found.sort((a, b) => a.rank - b.rank || order(a.callsign, b.callsign));
  return found.slice(0, limit);
}

const NOBODY = { registration: null, type_code: null };

/** By callsign; aircraft without one come last. */
function order(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

/** What of an aircraft is compared with the typed text. */
interface Compared {
  readonly callsign: string;
  readonly registration: string;
  readonly type_code: string;
  readonly icao24: string;
  readonly isSquawk: boolean;
  readonly isOfCountry: boolean;
}

function rankOf(wanted: string, bare: string, one: Compared): number | null {
  const { callsign, registration, icao24 } = one;
  if (callsign === wanted || icao24 === wanted || (bare !== '' && registration === bare)) return 0;
  if (one.isSquawk) return 1;
  if (callsign.startsWith(wanted)) return 2;
  if (icao24.startsWith(wanted) || (bare !== '' && registration.startsWith(bare))) return 3;
  if (callsign.includes(wanted)) return 4;
  if (one.type_code === wanted) return 5;
  return one.isOfCountry ? 6 : null;
}
