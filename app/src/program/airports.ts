import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Airport, parseAirports } from '../flight/airports.ts';

/** The airports that come with the program. */
export function loadAirports(): readonly Airport[] {
  return parseAirports(JSON.parse(readFileSync(join(import.meta.dirname, '../lake/airports.json'), 'utf8')));
}
