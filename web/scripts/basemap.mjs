// Builds the basemap: coast and borders of Natural Earth (public domain, through the ISC-licensed `world-atlas`) as tiles.
// What zooming adds to them (water, states, cities, runways) lies in web/layers, made by tools/map-layers.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { geoArea, geoCentroid } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import { encodeTiles, wellWound } from './tiles.mjs';

const require = createRequire(import.meta.url);
const AIRPORTS = new URL('../../app/src/lake/airports.json', import.meta.url);

/** Resolution of the source, tiles per side, and units per side: 2^18 units are 153 m at the equator. */
export const LEVELS = [
  { name: '110m', grid: 1, extent: 1 << 14 },
  { name: '50m', grid: 8, extent: 1 << 16 },
  { name: '10m', grid: 32, extent: 1 << 18 },
];

const SEAS = [
  ['North Atlantic Ocean', -40, 34, 1.5],
  ['South Atlantic Ocean', -15, -25, 1.5],
  ['North Pacific Ocean', -150, 30, 1.5],
  ['South Pacific Ocean', -125, -28, 1.5],
  ['Indian Ocean', 78, -22, 1.5],
  ['Southern Ocean', 20, -60, 2],
  ['Mediterranean Sea', 18, 34.6, 3.6],
  ['North Sea', 3.2, 56.4, 4.2],
  ['Baltic Sea', 19.2, 57.6, 4.6],
  ['Black Sea', 34.5, 43.3, 4.2],
  ['Caribbean Sea', -74, 15, 3.4],
  ['Gulf of Mexico', -90.5, 25.2, 3.6],
  ['Arabian Sea', 64, 14, 3.2],
  ['Bay of Bengal', 88.5, 13.5, 3.4],
  ['South China Sea', 114, 14.5, 3.6],
  ['Sea of Japan', 135, 40, 4],
  ['Tasman Sea', 160, -38, 3],
  ['Bay of Biscay', -5.2, 45.4, 4.8],
  ['Norwegian Sea', 2, 67, 3.4],
  ['Red Sea', 38.2, 20.5, 4.6],
];

/** The bytes of one level's file. */
export function encodeBasemap(level) {
  const countries = require(`world-atlas/countries-${level.name}.json`);
  const land = wellWound(feature(countries, countries.objects.land));
  const borders = mesh(countries, countries.objects.countries, (a, b) => a !== b);
  return encodeTiles(level, land, borders);
}

/** `[name, longitude, latitude, smallest zoom]`, countries by the area of their largest part, then seas. */
function labels() {
  const countries = require('world-atlas/countries-50m.json');
  const rows = [];
  for (const country of feature(countries, countries.objects.countries).features) {
    const { geometry, properties } = country;
    if (!geometry || properties.name === 'Antarctica') continue;
    const parts = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    const polygons = parts.map((coordinates) => ({ type: 'Polygon', coordinates }));
    const areas = polygons.map((polygon) => geoArea(polygon));
    const area = Math.max(...areas);
    const [longitude, latitude] = geoCentroid(polygons[areas.indexOf(area)]);
    // A country the size of France (0.0136 sr) is named from zoom 3.6; half the width, one zoom later.
    const zoom = Math.min(8, Math.max(2.2, 3.6 + Math.log2(0.0136 / area) / 2));
    rows.push([properties.name, round(longitude), round(latitude), round(zoom)]);
  }
  rows.sort((a, b) => a[3] - b[3]);
  return { countries: rows, seas: SEAS };
}

function round(value) {
  return Math.round(value * 100) / 100;
}

/** `[ident, IATA code or null, name, longitude, latitude, is large]` of the airports that Contrail knows. */
function airports() {
  const { columns, rows } = JSON.parse(readFileSync(AIRPORTS, 'utf8'));
  const at = (row, name) => row[columns.indexOf(name)];
  return rows.map((row) => [
    at(row, 'ident'),
    at(row, 'iata'),
    at(row, 'name'),
    Math.round(at(row, 'longitude') * 1e4) / 1e4,
    Math.round(at(row, 'latitude') * 1e4) / 1e4,
    at(row, 'type') === 'large_airport',
  ]);
}

/** Writes `basemap-{110m,50m,10m}.bin`, `airports.bin` and `labels.json` into `directory`; the same bytes for the same input. */
export function buildBasemap(directory) {
  mkdirSync(directory, { recursive: true });
  const sizes = {};
  for (const level of LEVELS) {
    const bytes = encodeBasemap(level);
    sizes[level.name] = bytes.length;
    writeFileSync(new URL(`basemap-${level.name}.bin`, directory), bytes);
  }
  writeFileSync(new URL('airports.bin', directory), gzipSync(JSON.stringify(airports()), { level: 9 }));
  writeFileSync(new URL('labels.json', directory), JSON.stringify(labels()));
  return sizes;
}

/** Names what the files are made of, these scripts, the airports and the installed `world-atlas`: the same stamp, the same files. */
export function basemapStamp() {
  const hash = createHash('sha256');
  for (const file of [import.meta.url, new URL('tiles.mjs', import.meta.url), AIRPORTS])
    hash.update(readFileSync(new URL(file)));
  return `world-atlas ${require('world-atlas/package.json').version}, files ${hash.digest('hex')}`;
}
