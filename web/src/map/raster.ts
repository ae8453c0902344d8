import { worldCopies, type Camera, type Size } from './camera.ts';
import { worldPixels } from './projection.ts';

/** Tiles of pictures, as the file has them. */
export interface RasterSource {
  readonly minZoom: number;
  readonly maxZoom: number;
  /** Whose the tiles are, as their licence asks to say; plain text. */
  readonly attribution: string;
  /** Null where the file has no tile. */
  readonly tile: (zoom: number, x: number, y: number) => Promise<ImageBitmap | null>;
}

/** Edge of a tile, CSS pixels. */
const TILE_PX = 256;
/** Tiles that are kept, which is several views of them, and that are asked for at the same time. */
const MOST_KEPT = 240;
const MOST_ASKED = 8;
/** Where a tile has not come yet, one of so many zooms further out stands in for it. */
const STAND_INS = 4;

/** A place of a tile: its zoom, column and row. */
export interface TileAt {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** Draws tiles of pictures, and asks for those that a view needs. */
export class RasterTiles {
  readonly source: RasterSource;
  readonly #onLoaded: () => void;
  /** By place; null: there is no tile. The one that was drawn longest ago is first. */
  readonly #tiles = new Map<string, ImageBitmap | null>();
  readonly #asked = new Set<string>();

  /** `onLoaded` is called when a drawing would show more than before. */
  constructor(source: RasterSource, onLoaded: () => void) {
    this.source = source;
    this.#onLoaded = onLoaded;
  }

  /** Whether all tiles of a view are there, so that nothing below them is to be seen. */
  covers(camera: Camera, size: Size & { readonly ratio: number }): boolean {
    return tilesIn(camera, size, this.source).every(({ at }) => this.#tiles.get(keyOf(at)) != null);
  }

  /** Draws what is there, on a context in CSS pixels, and asks for what is not. */
  draw(context: CanvasRenderingContext2D, camera: Camera, size: Size & { readonly ratio: number }): void {
    for (const { at, left, top, edge } of tilesIn(camera, size, this.source)) {
      const tile = this.#tile(at);
      if (tile != null) {
        this.#put(context, tile, { x: 0, y: 0, share: 1 }, left, top, edge);
        continue;
      }
      if (tile === undefined) this.#drawStandIn(context, at, left, top, edge);
    }
  }

  #drawStandIn(context: CanvasRenderingContext2D, at: TileAt, left: number, top: number, edge: number): void {
    for (let up = 1; up <= STAND_INS && at.zoom - up >= this.source.minZoom; up++) {
      const scale = 2 ** up;
      const parent = { zoom: at.zoom - up, x: Math.floor(at.x / scale), y: Math.floor(at.y / scale) };
      const tile = this.#tiles.get(keyOf(parent));
      if (tile == null) continue;
      const part = { x: (at.x % scale) / scale, y: (at.y % scale) / scale, share: 1 / scale };
      this.#put(context, tile, part, left, top, edge);
      return;
    }
  }

  /** Draws a part of a tile into a square, whose edges are whole pixels so that no seams show. */
  #put(
    context: CanvasRenderingContext2D,
    tile: ImageBitmap,
    part: { readonly x: number; readonly y: number; readonly share: number },
    left: number,
    top: number,
    edge: number,
  ): void {
    const [x, y] = [Math.floor(left), Math.floor(top)];
    const [width, height] = [Math.ceil(left + edge) - x, Math.ceil(top + edge) - y];
    const [w, h] = [tile.width * part.share, tile.height * part.share];
    context.drawImage(tile, tile.width * part.x, tile.height * part.y, w, h, x, y, width, height);
  }

  /** The tile of a place; undefined while it has not come. */
  #tile(at: TileAt): ImageBitmap | null | undefined {
    const key = keyOf(at);
    const tile = this.#tiles.get(key);
    if (tile !== undefined) {
      this.#tiles.delete(key);
      this.#tiles.set(key, tile);
      return tile;
    }
    if (this.#asked.has(key) || this.#asked.size >= MOST_ASKED) return undefined;
    this.#asked.add(key);
    this.source.tile(at.zoom, at.x, at.y).then(
      (came) => {
        this.#asked.delete(key);
        this.#keep(key, came);
        this.#onLoaded();
      },
      // It is asked for again when a view needs it again.
      () => this.#asked.delete(key),
    );
    return undefined;
  }

  #keep(key: string, tile: ImageBitmap | null): void {
    this.#tiles.set(key, tile);
    for (const [oldest, old] of this.#tiles) {
      if (this.#tiles.size <= MOST_KEPT) break;
      old?.close();
      this.#tiles.delete(oldest);
    }
  }
}

const keyOf = ({ zoom, x, y }: TileAt): string => `${zoom}/${x}/${y}`;

/** The tiles that a view needs, from its middle outward, and where they are drawn, CSS pixels. */
export function tilesIn(
  camera: Camera,
  size: Size & { readonly ratio: number },
  { minZoom, maxZoom }: Pick<RasterSource, 'minZoom' | 'maxZoom'>,
): { readonly at: TileAt; readonly left: number; readonly top: number; readonly edge: number }[] {
  const world = worldPixels(camera.zoom);
  // Tiles as sharp as the screen: a little reduced rather than enlarged.
  const sharp = Math.round(camera.zoom + Math.log2((256 / TILE_PX) * size.ratio) + 0.2);
  const zoom = Math.min(maxZoom, Math.max(minZoom, sharp));
  const count = 2 ** zoom;
  const edge = world / count;
  const tiles: { at: TileAt; left: number; top: number; edge: number; away: number }[] = [];
  const firstRow = Math.max(0, Math.floor((camera.y - size.height / 2 / world) * count));
  const lastRow = Math.min(count - 1, Math.floor((camera.y + size.height / 2 / world) * count));
  for (const copy of worldCopies(camera, size.width / 2)) {
    const first = Math.max(0, Math.floor((camera.x - copy - size.width / 2 / world) * count));
    const last = Math.min(count - 1, Math.floor((camera.x - copy + size.width / 2 / world) * count));
    for (let y = firstRow; y <= lastRow; y++) {
      for (let x = first; x <= last; x++) {
        const left = size.width / 2 + (x / count + copy - camera.x) * world;
        const top = size.height / 2 + (y / count - camera.y) * world;
        const away = Math.hypot(left + (edge - size.width) / 2, top + (edge - size.height) / 2);
        tiles.push({ at: { zoom, x, y }, left, top, edge, away });
      }
    }
  }
  return tiles.toSorted((a, b) => a.away - b.away);
}
