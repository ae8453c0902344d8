import type { Aircraft } from '../live/picture.ts';
import type { Identity } from '../state/identities.ts';
import { sourceTitle } from './sources.ts';
import { categoryWords } from './words.ts';

/** How positions are found, by OpenSky's numbers. */
export const POSITION_SOURCES: readonly string[] = ['ADS-B', 'ASTERIX', 'MLAT', 'FLARM'];

/** Words for a position source; one that is not known here: its number. */
export function positionSourceWords(source: number | null): string | null {
  return source === null ? null : (POSITION_SOURCES[source] ?? `source ${source}`);
}

/** What people call an aircraft: its callsign, else its registration, else its address. */
export function callName(
  icao24: string,
  callsign: string | null | undefined,
  identity: Identity | null,
): string {
  return callsign ?? identity?.registration ?? icao24;
}

/** Who an aircraft is, in the lines of its card. */
export interface WhoWords {
  readonly name: string;
  /** Airline, registration, type and operator; empty where nobody says. */
  readonly machine: string;
  /** Address, country and category. */
  readonly origin: string;
  /** How and by whom its position is known; empty where nothing says. */
  readonly source: string;
}

/** The lines for an aircraft; `aircraft` is null if it is not, or no longer, in the picture. `airline` is that of its callsign. */
export function whoWords(
  icao24: string,
  aircraft: Aircraft | null,
  identity: Identity | null,
  airline: string | null = null,
): WhoWords {
  const name = callName(icao24, aircraft?.callsign, identity);
  const kind = positionSourceWords(aircraft?.position_source ?? null);
  const feed = aircraft?.feed == null ? null : sourceTitle(aircraft.feed);
  return {
    name,
    machine: joined([
      // Mostly the operator, in other words.
      identity?.operator?.toLowerCase().includes(airline?.toLowerCase() ?? '') === true ? null : airline,
      identity?.registration === name ? null : identity?.registration,
      identity?.type_code,
      identity?.operator,
    ]),
    origin: joined([
      aircraft !== null && aircraft.callsign === null ? 'No callsign' : null,
      name === icao24 ? null : icao24,
      aircraft?.country,
      aircraft === null ? null : categoryWords(aircraft.category),
    ]),
    source: kind !== null && feed !== null ? `${kind} from ${feed}` : (kind ?? feed ?? ''),
  };
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null && part !== '').join(' · ');
}
