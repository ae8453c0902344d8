// Builds the basemap: Natural Earth (public domain, through the ISC-licensed `world-atlas`), projected to Web
// Mercator, clipped at the antimeridian and cut into tiles, so that the page neither projects nor clips.
//
// File (gzip): u32 'CTBM' | u16 version | u16 grid | u32 extent | u32 buffer | u32[grid² + 1] offsets | tiles.
// A tile: rings (land, to fill), then lines (borders, to stroke); each list is a varint count, each member a varint
// number of points and then zigzag varint dx, dy, starting at the tile's corner. World = extent × extent units,
// x east from 180° W, y south from 85.05° N. Rings reach `buffer` units over the tile so that fills leave no seam.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { geoArea, geoCentroid, geoMercator, geoStream } from 'd3-geo';
import { feature, mesh } from 'topojson-client';

const require = createRequire(import.meta.url);

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

/** Rings or lines of a geometry in plane units. Precision 0: a border along a parallel stays straight, as on maps. */
function project(geometry, extent) {
  const projection = geoMercator()
    .scale(extent / (2 * Math.PI))
    .translate([extent / 2, extent / 2])
    .clipExtent([
      [0, 0],
      [extent, extent],
    ])
    .precision(0);
  const members = [];
  let points = [];
  const sink = projection.stream({
    polygonStart() {},
    polygonEnd() {},
    lineStart() {
      points = [];
    },
    lineEnd() {
      members.push(points);
    },
    point(x, y) {
      points.push([x, y]);
    },
    sphere() {},
  });
  geoStream(geometry, sink);
  return members;
}

/**
 * Land with every ring wound the way d3 reads it: an outer ring encloses less than half the globe, a hole the rest.
 * At 1:10 million some tiny islands come quantised into a ring that runs the other way round; taken literally, such an
 * island is the whole world except itself, and all oceans become land.
 */
function wellWound(collection) {
  const halfGlobe = 2 * Math.PI;
  const polygons = collection.features
    .flatMap(({ geometry }) => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates))
    .map((rings) =>
      rings.map((ring, i) => {
        const isLarge = geoArea({ type: 'Polygon', coordinates: [ring] }) > halfGlobe;
        return isLarge === i > 0 ? ring : ring.toReversed();
      }),
    );
  return { type: 'MultiPolygon', coordinates: polygons };
}

/** One side of Sutherland–Hodgman: the part of closed rings where `sign × (coordinate − limit)` is not negative. */
function clipRings(rings, axis, limit, sign) {
  const out = [];
  for (const ring of rings) {
    const kept = [];
    for (let i = 0; i < ring.length; i++) {
      const a = ring[i];
      const b = ring[(i + 1) % ring.length];
      const insideA = sign * (a[axis] - limit) >= 0;
      const insideB = sign * (b[axis] - limit) >= 0;
      if (insideA) kept.push(a);
      if (insideA !== insideB) kept.push(cross(a, b, axis, limit));
    }
    if (kept.length > 2) out.push(kept);
  }
  return out;
}

/** The same for open lines, which fall into pieces. */
function clipLines(lines, axis, limit, sign) {
  const out = [];
  for (const line of lines) {
    let piece = [];
    for (let i = 0; i < line.length; i++) {
      const b = line[i];
      const insideB = sign * (b[axis] - limit) >= 0;
      const a = line[i - 1];
      if (a && insideB !== sign * (a[axis] - limit) >= 0) piece.push(cross(a, b, axis, limit));
      if (insideB) piece.push(b);
      else if (piece.length > 0) {
        if (piece.length > 1) out.push(piece);
        piece = [];
      }
    }
    if (piece.length > 1) out.push(piece);
  }
  return out;
}

function cross(a, b, axis, limit) {
  const t = (limit - a[axis]) / (b[axis] - a[axis]);
  const point = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  point[axis] = limit;
  return point;
}

/** Calls `visit(index, members)` for each of `count` slices of one axis, halving so that each point is seen log times. */
function slice(members, clip, axis, size, buffer, first, count, visit) {
  if (count === 1) return visit(first, members);
  const half = count >> 1;
  const limit = (first + half) * size;
  slice(clip(members, axis, limit + buffer, -1), clip, axis, size, buffer, first, half, visit);
  slice(clip(members, axis, limit - buffer, 1), clip, axis, size, buffer, first + half, count - half, visit);
}

function tiles(members, clip, grid, size, buffer) {
  const cells = Array.from({ length: grid * grid }, () => []);
  slice(members, clip, 0, size, buffer, 0, grid, (column, strip) =>
    slice(strip, clip, 1, size, buffer, 0, grid, (row, cell) => {
      cells[row * grid + column] = cell;
    }),
  );
  return cells;
}

function varint(bytes, value) {
  while (value > 127) {
    bytes.push((value & 127) | 128);
    value >>>= 7;
  }
  bytes.push(value);
}

function writeMembers(bytes, members, originX, originY, fewest) {
  const kept = [];
  for (const member of members) {
    const points = [];
    for (const [x, y] of member) {
      const point = [Math.round(x) - originX, Math.round(y) - originY];
      const last = points.at(-1);
      if (!last || last[0] !== point[0] || last[1] !== point[1]) points.push(point);
    }
    if (points.length >= fewest) kept.push(points);
  }
  varint(bytes, kept.length);
  for (const points of kept) {
    varint(bytes, points.length);
    let x = 0;
    let y = 0;
    for (const point of points) {
      for (const d of [point[0] - x, point[1] - y]) varint(bytes, (d << 1) ^ (d >> 31));
      [x, y] = point;
    }
  }
}

/** The bytes of one level's file. */
export function encodeBasemap({ name, grid, extent }) {
  const countries = require(`world-atlas/countries-${name}.json`);
  const size = extent / grid;
  const buffer = grid === 1 ? 0 : Math.max(2, size >> 6);
  const land = tiles(
    project(wellWound(feature(countries, countries.objects.land)), extent),
    clipRings,
    grid,
    size,
    buffer,
  );
  const borderMesh = mesh(countries, countries.objects.countries, (a, b) => a !== b);
  const borders = tiles(project(borderMesh, extent), clipLines, grid, size, 0);
  const body = [];
  const offsets = [];
  for (let i = 0; i < grid * grid; i++) {
    offsets.push(body.length);
    const originX = (i % grid) * size;
    const originY = Math.floor(i / grid) * size;
    writeMembers(body, land[i], originX, originY, 3);
    writeMembers(body, borders[i], originX, originY, 2);
  }
  offsets.push(body.length);
  const head = Buffer.alloc(16 + offsets.length * 4);
  head.write('CTBM', 0, 'latin1');
  head.writeUInt16LE(1, 4);
  head.writeUInt16LE(grid, 6);
  head.writeUInt32LE(extent, 8);
  head.writeUInt32LE(buffer, 12);
  for (const [i, offset] of offsets.entries()) head.writeUInt32LE(offset, 16 + i * 4);
  return gzipSync(Buffer.concat([head, Buffer.from(body)]), { level: 9 });
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

/** Writes `basemap-{110m,50m,10m}.bin` and `labels.json` into `directory`; the same bytes for the same packages. */
export function buildBasemap(directory) {
  mkdirSync(directory, { recursive: true });
  const sizes = {};
  for (const level of LEVELS) {
    const bytes = encodeBasemap(level);
    sizes[level.name] = bytes.length;
    writeFileSync(new URL(`basemap-${level.name}.bin`, directory), bytes);
  }
  writeFileSync(new URL('labels.json', directory), JSON.stringify(labels()));
  return sizes;
}

/** Names what the files are made of, this script and the installed `world-atlas`: the same stamp, the same files. */
export function basemapStamp() {
  const script = createHash('sha256')
    .update(readFileSync(new URL(import.meta.url)))
    .digest('hex');
  return `world-atlas ${require('world-atlas/package.json').version}, script ${script}`;
}
