// The file format of the map's layers, and how geometries get into it: projected to Web Mercator, clipped at the
// antimeridian and cut into tiles, so that the page neither projects nor clips.
//
// File (gzip): u32 'CTBM' | u16 version | u16 grid | u32 extent | u32 buffer | u32[grid² + 1] offsets | tiles.
// A tile: rings (areas, to fill), then lines (to stroke); each list is a varint count, each member a varint
// number of points and then zigzag varint dx, dy, starting at the tile's corner. World = extent × extent units,
// x east from 180° W, y south from 85.05° N. Rings reach `buffer` units over the tile so that fills leave no seam.
import { gzipSync } from 'node:zlib';
import { geoArea, geoMercator, geoStream } from 'd3-geo';

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
 * Areas with every ring wound the way d3 reads it: an outer ring encloses less than half the globe, a hole the rest.
 * At 1:10 million some tiny islands come quantised into a ring that runs the other way round; taken literally, such an
 * island is the whole world except itself, and all oceans become land.
 */
export function wellWound(collection) {
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

/** The bytes of one file: areas and lines as GeoJSON geometries, either of them null for none. */
export function encodeTiles({ grid, extent }, areas, lines) {
  const size = extent / grid;
  const buffer = grid === 1 ? 0 : Math.max(2, size >> 6);
  const none = { type: 'MultiLineString', coordinates: [] };
  const rings = tiles(areas === null ? [] : project(areas, extent), clipRings, grid, size, buffer);
  const strokes = tiles(project(lines ?? none, extent), clipLines, grid, size, 0);
  const body = [];
  const offsets = [];
  for (let i = 0; i < grid * grid; i++) {
    offsets.push(body.length);
    const originX = (i % grid) * size;
    const originY = Math.floor(i / grid) * size;
    writeMembers(body, rings[i], originX, originY, 3);
    writeMembers(body, strokes[i], originX, originY, 2);
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
