import { readFileSync } from 'node:fs';
import { type Airport, parseAirports } from '../../src/flight/airports.ts';

/** The airports that are shipped. */
export const airports: readonly Airport[] = parseAirports(
  JSON.parse(readFileSync(new URL('../../src/lake/airports.json', import.meta.url), 'utf8')),
);
