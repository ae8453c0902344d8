import type { Camera, Size } from './camera.ts';
import { worldPixels } from './projection.ts';

const MAGIC = 0x4d425443; // 'CTBM', little-endian

/** One file of areas and lines in tiles, which are decoded when they first come into view. */
export interface TileLevel {
  readonly grid: number;
  /** World units per side in the file. */
  readonly extent: number;
  readonly buffer: number;
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  readonly tiles: (TilePaths | undefined)[];
}

/** What is in a tile, in file units from its corner. */
export interface TilePaths {
  readonly areas: Path2D;
  /** The outlines of the areas, without the edges along which they were cut. */
  readonly shores: Path2D;
  readonly lines: Path2D;
}

/** Points of one ring or line, in file units from the tile's corner: x, y, x, y, … */
export type Points = Int32Array;

/**
 * Opens an unpacked file of tiles (layout: scripts/tiles.mjs).
 * @throws RangeError when the bytes are not one.
 */
export function openTiles(file: ArrayBuffer): TileLevel {
  const view = new DataView(file);
  if (file.byteLength < 16 || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== 1) {
    throw new RangeError('not a file of tiles of version 1');
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

/** Rings (of areas) and lines of one tile. */
export function readTile(level: TileLevel, index: number): { rings: Points[]; lines: Points[] } {
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

/** A tile in view and where its corner is, CSS pixels from the canvas's. */
export interface PlacedTile {
  readonly paths: TilePaths;
  readonly x: number;
  readonly y: number;
}

/** The tiles that a canvas of this size (CSS pixels) shows, and how many CSS pixels a unit of the file is there. */
export function tilesInView(
  level: TileLevel,
  camera: Camera,
  { width, height }: Size,
): { readonly tiles: readonly PlacedTile[]; readonly unitPx: number } {
  const world = worldPixels(camera.zoom);
  const left = camera.x - width / 2 / world;
  const top = camera.y - height / 2 / world;
  const tiles: PlacedTile[] = [];
  for (let row = Math.max(0, Math.floor(top * level.grid)); row < level.grid; row++) {
    const y = (row / level.grid - top) * world;
    if (y > height) break;
    for (let column = Math.floor(left * level.grid); ; column++) {
      const x = (column / level.grid - left) * world;
      if (x > width) break;
      const wrapped = ((column % level.grid) + level.grid) % level.grid;
      tiles.push({ paths: tilePaths(level, row * level.grid + wrapped), x, y });
    }
  }
  return { tiles, unitPx: world / level.extent };
}

function tilePaths(level: TileLevel, index: number): TilePaths {
  const known = level.tiles[index];
  if (known) return known;
  const { rings, lines } = readTile(level, index);
  const tile = level.extent / level.grid;
  const low = -level.buffer;
  const high = tile + level.buffer;
  const paths: TilePaths = { areas: new Path2D(), shores: new Path2D(), lines: new Path2D() };
  for (const ring of rings) {
    trace(paths.areas, ring, true);
    traceShore(paths.shores, ring, low, high, tile);
  }
  for (const line of lines) trace(paths.lines, line, false);
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
function traceShore(path: Path2D, ring: Points, low: number, high: number, tile: number): void {
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
