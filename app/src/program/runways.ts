import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRunways, type Runway } from '../flight/runways.ts';
import { indexRunways, type RunwayIndex } from '../flights/runway-index.ts';
import { loadAirports } from './airports.ts';

/** The runways that come with the program. */
export function loadRunways(): readonly Runway[] {
  return parseRunways(JSON.parse(readFileSync(join(import.meta.dirname, '../lake/runways.json'), 'utf8')));
}

/** The runways and airports that come with the program, found by place. */
export const loadRunwayIndex = (): RunwayIndex => indexRunways(loadAirports(), loadRunways());
