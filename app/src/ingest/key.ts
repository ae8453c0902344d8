/** The key of a message: the lower-case icao24. A feed may send anything, whatever the type says: only text is a key. */
export const keyOf = (icao24: unknown): string | null =>
  typeof icao24 === 'string' ? icao24.toLowerCase() : null;
