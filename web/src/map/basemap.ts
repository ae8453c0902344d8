import type { Camera } from './camera.ts';
import type { Palette } from './ramp.ts';

const MAGIC = 0x4d425443; // 'CTBM', little-endian

/** One resolution of the basemap: tiles of land and borders, decoded when they first come into view. */
export interface BasemapLevel {
  readonly grid: number;
  /** World units per side in the file. */
  readonly extent: number;
  readonly buffer: number;
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  readonly tiles: (TilePaths | undefined)[];
}

interface TilePaths {
  readonly land: Path2D;
  readonly coast: Path2D;
  readonly borders: Path2D;
}

/** Points of one ring or line, in file units from the tile's corner: x, y, x, y, … */
export type Points = Int32Array;

/**
 * Opens an unpacked basemap file (layout: scripts/basemap.mjs).
 * @throws RangeError when the bytes are not one.
 */
export function openBasemap(file: ArrayBuffer): BasemapLevel {
  const view = new DataView(file);
  if (file.byteLength < 16 || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== 1) {
    throw new RangeError('not a basemap file of version 1');
  }
  const grid = view.getUint16(6, true);
  const offsets = new Uint32Array(file, 16, grid * grid + 1);
  return {
    grid,
    extent: view.getUint32(8, true),
    buffer: view.getUint32(12, true),
    bytes: new Uint8Array(file, 16 + offsets.byteLength),
    offsets,
    tiles: [],
  };
}

/** Rings (land) and lines (borders) of one tile. */
export function readTile(level: BasemapLevel, index: number): { rings: Points[]; lines: Points[] } {
  let at = level.offsets[index] ?? 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = level.bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const members = (): Points[] =>
    Array.from({ length: varint() }, () => {
      const points = new Int32Array(varint() * 2);
      let x = 0;
      let y = 0;
      for (let i = 0; i < points.length; i += 2) {
        const dx = varint();
        const dy = varint();
        points[i] = x += (dx >>> 1) ^ -(dx & 1);
        points[i + 1] = y += (dy >>> 1) ^ -(dy & 1);
      }
      return points;
    });
  return { rings: members(), lines: members() };
}

/** Zoom from which each resolution is drawn; of those that are loaded the finest is used. */
export const BASEMAP_LEVELS = [
  { name: '110m', fromZoom: 0 },
  { name: '50m', fromZoom: 3.2 },
  { name: '10m', fromZoom: 5.8 },
] as const;
export type BasemapName = (typeof BASEMAP_LEVELS)[number]['name'];

/** The resolution for a zoom. */
export function basemapFor(zoom: number): BasemapName {
  let name: BasemapName = '110m';
  for (const level of BASEMAP_LEVELS) if (zoom >= level.fromZoom) name = level.name;
  return name;
}

/** Fills sea and land and strokes coast and borders of what the canvas (of this size in CSS pixels) shows. */
export function drawBasemap(
  context: CanvasRenderingContext2D,
  level: BasemapLevel | undefined,
  camera: Camera,
  size: { readonly width: number; readonly height: number; readonly ratio: number },
  palette: Palette,
): void {
  const { width, height, ratio } = size;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.sea;
  context.fillRect(0, 0, width, height);
  if (level === undefined) return;
  const world = 256 * 2 ** camera.zoom;
  const tilePx = world / level.grid;
  const left = camera.x - width / 2 / world;
  const top = camera.y - height / 2 / world;
  const unitPx = world / level.extent;
  const visible: { paths: TilePaths; x: number; y: number }[] = [];
  for (let row = Math.max(0, Math.floor(top * level.grid)); row < level.grid; row++) {
    const y = (row / level.grid - top) * world;
    if (y > height) break;
    for (let column = Math.floor(left * level.grid); ; column++) {
      const x = (column / level.grid - left) * world;
      if (x > width) break;
      const wrapped = ((column % level.grid) + level.grid) % level.grid;
      visible.push({ paths: tilePaths(level, row * level.grid + wrapped), x, y });
    }
  }
  const place = (x: number, y: number): void =>
    context.setTransform(ratio * unitPx, 0, 0, ratio * unitPx, ratio * x, ratio * y);
  context.fillStyle = palette.land;
  for (const { paths, x, y } of visible) {
    place(x, y);
    context.fill(paths.land);
  }
  context.lineJoin = 'round';
  context.lineWidth = 0.8 / unitPx;
  context.strokeStyle = palette.border;
  for (const { paths, x, y } of visible) {
    place(x, y);
    context.stroke(paths.borders);
  }
  // At world scale a coastline would blur the islands: the difference of the two fills is enough.
  if (tilePx > 0 && camera.zoom >= 2.2) {
    context.strokeStyle = palette.coast;
    context.lineWidth = 0.75 / unitPx;
    for (const { paths, x, y } of visible) {
      place(x, y);
      context.stroke(paths.coast);
    }
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function tilePaths(level: BasemapLevel, index: number): TilePaths {
  const known = level.tiles[index];
  if (known) return known;
  const { rings, lines } = readTile(level, index);
  const tile = level.extent / level.grid;
  const low = -level.buffer;
  const high = tile + level.buffer;
  const paths: TilePaths = { land: new Path2D(), coast: new Path2D(), borders: new Path2D() };
  for (const ring of rings) {
    trace(paths.land, ring, true);
    traceCoast(paths.coast, ring, low, high, tile);
  }
  for (const line of lines) trace(paths.borders, line, false);
  level.tiles[index] = paths;
  return paths;
}

function trace(path: Path2D, points: Points, closed: boolean): void {
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] ?? 0;
    const y = points[i + 1] ?? 0;
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  if (closed) path.closePath();
}

/** Traces the ring without the edges along tile borders and the antimeridian. */
function traceCoast(path: Path2D, ring: Points, low: number, high: number, tile: number): void {
  const onCut = (a: number, b: number): boolean =>
    a === b && (a <= low || a >= high || (low === 0 && (a === 0 || a === tile)));
  let drawing = false;
  for (let i = 0; i <= ring.length; i += 2) {
    const here = i % ring.length;
    const x = ring[here] ?? 0;
    const y = ring[here + 1] ?? 0;
    if (i > 0 && !onCut(ring[i - 2] ?? 0, x) && !onCut(ring[i - 1] ?? 0, y)) {
      if (!drawing) path.moveTo(ring[i - 2] ?? 0, ring[i - 1] ?? 0);
      path.lineTo(x, y);
      drawing = true;
    } else {
      drawing = false;
    }
  }
}
