import { open, stat } from 'node:fs/promises';
import { ContrailError } from '../errors.ts';
import type { BasemapAnswer } from './protocol.ts';

/** A file of map tiles that a person has given, read in parts. */
export interface Basemap {
  readonly facts: NonNullable<BasemapAnswer>;
  readonly size: number;
  /** Bytes from `start` to before `end`, both within the file. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A part of the file, both bytes included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More bytes are not read for one request: directories and tiles are far smaller. */
export const MAX_PART = 4_000_000;

/** Offsets in the header. Source: PMTiles specification, version 3, section 3. */
const HEADER_BYTES = 127;
const VERSION_AT = 7;
const TILE_TYPE_AT = 99;
const MIN_ZOOM_AT = 100;
const MAX_ZOOM_AT = 101;
const MAGIC = 'PMTiles';
/** What a tile is, by its number; 1 is vector tiles. */
const PICTURES: Readonly<Record<number, string>> = { 2: 'png', 3: 'jpeg', 4: 'webp', 5: 'avif' };

/**
 * Opens a PMTiles file of pictures.
 * @throws ContrailError `invalid` / `basemap-unreadable` where it cannot be read or holds no pictures
 */
export async function openBasemap(path: string): Promise<Basemap> {
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, String(cause), cause);
  });
  const read: Basemap['read'] = (start, end) => readPart(path, start, end);
  if (size < HEADER_BYTES) throw unreadable(path, `It has ${size} bytes, fewer than a header`);
  const header = await read(0, HEADER_BYTES).catch((cause: unknown) => {
    throw unreadable(path, String(cause), cause);
  });
  const magic = new TextDecoder().decode(header.subarray(0, MAGIC.length));
  const version = header[VERSION_AT];
  if (magic !== MAGIC || version !== 3)
    throw unreadable(
      path,
      magic === MAGIC ? `It is of PMTiles version ${version}, not 3` : 'It is no PMTiles file',
    );
  const picture = PICTURES[header[TILE_TYPE_AT] ?? 0];
  if (picture === undefined)
    throw unreadable(
      path,
      'It holds vector tiles or tiles of an unknown kind, and the map draws pictures only',
    );
  const facts = {
    tile_type: picture,
    min_zoom: header[MIN_ZOOM_AT] ?? 0,
    max_zoom: header[MAX_ZOOM_AT] ?? 0,
    tag: `${Math.floor(mtimeMs)}-${size}`,
  };
  return { facts, size, read };
}

/**
 * The part that a `Range` header asks for: one range with a beginning, at most {@link MAX_PART} bytes; null for any other.
 * Source: RFC 9110, section 14.1.2.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null {
  const [, from, to] = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(header ?? '') ?? [];
  if (from === undefined) return null;
  const start = Number(from);
  const end = Math.min(size - 1, to === undefined ? size - 1 : Number(to));
  return start <= end && end - start < MAX_PART ? { start, end } : null;
}

async function readPart(path: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await open(path);
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function unreadable(path: string, found: string, cause?: unknown): ContrailError {
  return new ContrailError(
    'basemap-unreadable',
    `The map tiles of BASEMAP cannot be used: ${path}. ${found}. Give a PMTiles file of version 3 with png, jpeg, webp or avif tiles, or leave BASEMAP out.`,
    { cause },
  );
}
