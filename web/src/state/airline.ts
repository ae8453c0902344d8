/** The names of airlines by their three-letter designators (ICAO Doc 8585). */
export type AirlineNames = Readonly<Record<string, string>>;

/** An airline: `DLH`, Lufthansa. */
export interface Airline {
  readonly code: string;
  readonly name: string;
}

/**
 * The designator of the airline that a callsign is of; null for other callsigns, such as registrations. Three letters and then a
 * figure, as KLM511: ICAO Doc 4444, appendix 2, item 7.
 */
export function airlineCode(callsign: string | null | undefined): string | null {
  return /^([A-Z]{3})\d/.exec(callsign ?? '')?.[1] ?? null;
}

/**
 * Airlines whose designator is, or whose name fits, the typed text, best first: the designator, the same name, a name that begins
 * so, a name with a word that does; then the shorter name. Text of one character finds none.
 */
export function searchAirlines(names: AirlineNames, typed: string, limit: number): readonly Airline[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted.length < 2) return [];
  return Object.entries(names)
    .flatMap(([code, name]) => {
      const rank = rankOf(code.toLowerCase(), name.toLowerCase(), wanted);
      return rank === null ? [] : [{ code, name, rank }];
    })
    .toSorted((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.code < b.code ? -1 : 1))
    .slice(0, limit)
    .map(({ code, name }) => ({ code, name }));
}

function rankOf(code: string, name: string, wanted: string): number | null {
  if (code === wanted) return 0;
  if (name === wanted) return 1;
  if (name.startsWith(wanted)) return 2;
  return name.split(/[\s/()-]+/).some((word) => word.startsWith(wanted)) ? 3 : null;
}
