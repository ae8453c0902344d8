import type { CsvForm } from './state-rows.ts';
import { COLUMNS } from './to-state-vector.ts';

const NOTHING = String.raw`null|NULL|\\N|`;
const NO_NUMBER = `[nN][aA][nN]|${NOTHING}`;
const NUMBER = String.raw`(?:-?\d{1,15}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?|${NO_NUMBER})`;
const SECONDS = String.raw`\d{1,12}(?:\.\d{1,9})?`;
const TIME = `(?:${SECONDS}|NaT|${NO_NUMBER})`;
const FLAG = `(?:true|True|TRUE|false|False|FALSE|0|1|${NOTHING})`;

const CELLS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  time: SECONDS,
  icao24: `(?:~?[0-9a-fA-F]{6}|${NOTHING})`,
  lat: NUMBER,
  lon: NUMBER,
  velocity: NUMBER,
  heading: NUMBER,
  vertrate: NUMBER,
  callsign: String.raw`[^,"\x00-\x1f]*`,
  onground: FLAG,
  alert: '[^,"]*',
  spi: FLAG,
  squawk: String.raw`(?:\d{1,4}(?:\.0)?|${NO_NUMBER})`,
  baroaltitude: NUMBER,
  geoaltitude: NUMBER,
  lastposupdate: TIME,
  lastcontact: TIME,
};
const OTHER_CELL = '[^,"]*';

/**
 * The pattern of a line in the plain form: cells without quotes, of which `toStateVector` makes a vector by simple rules,
 * so that an engine can do it with the same result. Nearly all lines have this form; a line that does not match may be as
 * good, and is read by `toStateVector`.
 */
export function plainLine({ places, cells }: CsvForm): RegExp {
  const patterns = Array.from({ length: cells }, () => OTHER_CELL);
  for (const [index, name] of COLUMNS.entries()) {
    const place = places[index] ?? -1;
    if (place >= 0) patterns[place] = CELLS[name];
  }
  return new RegExp(`^${patterns.join(',')}$`);
}
