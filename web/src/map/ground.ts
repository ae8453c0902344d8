import { basemapFor, drawBasemap } from './basemap.ts';
import { MAX_ZOOM, type Camera, type Size } from './camera.ts';
import { drawLabels, type Labels } from './overlay.ts';
import { drawPlaces, drawRunways, RUNWAYS_FROM_ZOOM, type Taken } from './place-layer.ts';
import { inOrder, type Place, type Runway } from './places.ts';
import type { Palette } from './ramp.ts';
import { RasterTiles, type RasterSource } from './raster.ts';
import { drawRings, type Rings } from './rings.ts';
import type { TileLevel } from './tiles.ts';

/** Every file of the ground and what is in it. */
export interface GroundFiles {
  'land-110m': TileLevel;
  'land-50m': TileLevel;
  'land-10m': TileLevel;
  'water-50m': TileLevel;
  'water-10m': TileLevel;
  'states-50m': TileLevel;
  'states-10m': TileLevel;
  names: Labels;
  'cities-far': readonly Place[];
  'cities-near': readonly Place[];
  airports: readonly Place[];
  runways: readonly Runway[];
  /** The map tiles of a person; null: none. */
  raster: RasterSource | null;
}
export type GroundFile = keyof GroundFiles;

/** What lies over the ground: boxes in which nothing is to be written, and distance rings. */
export interface Over {
  readonly covered: Taken;
  readonly rings: Rings | null;
}

/** Loads one file; called once for each, and again after a failure. */
export type LoadGround = <Name extends GroundFile>(name: Name) => Promise<GroundFiles[Name]>;

/**
 * Zooms from which the files are drawn that do not follow the resolution of the coast. Fine water and states come later
 * than the fine coast: at zoom 6 all of Europe's rivers take five times as long to draw as the rest of the map.
 */
const FROM_ZOOM = {
  water: 3.2,
  water10m: 7,
  states: 3.8,
  states10m: 6.8,
  citiesFar: 3.2,
  citiesNear: 7,
  airports: 5.8,
} as const;
const PLACES: ReadonlySet<GroundFile> = new Set(['airports', 'cities-far', 'cities-near']);
const RETRY_MS = 20_000;
/** Aircraft are not known to a metre. */
const NEAREST = 17;

/**
 * What lies under the aircraft: sea, land, water, borders, runways, names. It loads a file when a zoom first needs it,
 * and draws what is there.
 */
export class Ground {
  /** Where the last drawing has names. */
  written: Taken = [];
  readonly #load: LoadGround;
  readonly #onLoaded: () => void;
  readonly #files: Partial<GroundFiles> = {};
  #places: readonly Place[] = [];
  #tiles: RasterTiles | null = null;
  /** Asked for, and not to be asked for again. */
  readonly #asked = new Set<GroundFile>();

  /** `onLoaded` is called whenever a drawing would show more than before. */
  constructor(load: LoadGround, onLoaded: () => void) {
    this.#load = load;
    this.#onLoaded = onLoaded;
  }

  /** How near one may look: nearer where a person has given tiles for it. */
  get maxZoom(): number {
    return Math.max(MAX_ZOOM, Math.min(NEAREST, (this.#files.raster?.maxZoom ?? 0) + 1));
  }

  /** Whose the map tiles are; '' without any. */
  get credit(): string {
    return this.#files.raster?.attribution ?? '';
  }

  /** Draws all of it on a canvas of this size, CSS pixels. */
  draw(
    context: CanvasRenderingContext2D,
    camera: Camera,
    size: Size & { readonly ratio: number },
    palette: Palette,
    { covered, rings }: Over,
  ): void {
    const { zoom } = camera;
    const from = <Name extends GroundFile>(fromZoom: number, name: Name): GroundFiles[Name] | undefined =>
      zoom < fromZoom ? undefined : this.#file(name);
    const land = this.#landFor(zoom);
    const water = from(FROM_ZOOM.water, zoom < FROM_ZOOM.water10m ? 'water-50m' : 'water-10m');
    const states = from(FROM_ZOOM.states, zoom < FROM_ZOOM.states10m ? 'states-50m' : 'states-10m');
    const isCovered = this.#drawTilesOr(context, camera, size, palette, () =>
      drawBasemap(context, { land, water, states }, camera, size, palette),
    );
    const runways = from(RUNWAYS_FROM_ZOOM, 'runways');
    if (runways !== undefined) drawRunways(context, runways, camera, size, palette);
    const taken: Taken = [...covered];
    if (rings !== null) drawRings(context, rings, camera, size, palette, taken);
    const names = this.#file('names');
    // Map tiles have names of their own.
    if (names !== undefined && !isCovered) drawLabels(context, names, camera, size, palette, taken);
    from(FROM_ZOOM.airports, 'airports');
    from(FROM_ZOOM.citiesFar, 'cities-far');
    from(FROM_ZOOM.citiesNear, 'cities-near');
    const places = isCovered ? this.#places.filter(({ kind }) => kind === 'airport') : this.#places;
    drawPlaces(context, places, camera, size, palette, taken);
    this.written = taken;
  }

  /** Draws the map of the page, and over it the tiles of a person. Answers whether those leave nothing of it to be seen. */
  #drawTilesOr(
    context: CanvasRenderingContext2D,
    camera: Camera,
    size: Size & { readonly ratio: number },
    palette: Palette,
    drawBase: () => void,
  ): boolean {
    const source = this.#file('raster') ?? null;
    if (source === null) {
      drawBase();
      return false;
    }
    const tiles = (this.#tiles ??= new RasterTiles(source, this.#onLoaded));
    const isCovered = tiles.covers(camera, size);
    if (isCovered) {
      context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      context.fillStyle = palette.land;
      context.fillRect(0, 0, size.width, size.height);
    } else drawBase();
    context.globalAlpha = palette.tileAlpha;
    tiles.draw(context, camera, size);
    context.globalAlpha = 1;
    return isCovered;
  }

  /** The best coast for a zoom of those that are there; asks for the right one. */
  #landFor(zoom: number): TileLevel | undefined {
    const coarse = this.#file('land-110m');
    const wanted = basemapFor(zoom);
    return this.#file(`land-${wanted}`) ?? this.#files['land-50m'] ?? coarse ?? this.#files['land-10m'];
  }

  #file<Name extends GroundFile>(name: Name): GroundFiles[Name] | undefined {
    if (!this.#asked.has(name)) {
      this.#asked.add(name);
      this.#load(name).then(
        (file) => {
          Object.assign(this.#files, { [name]: file });
          const { airports = [], 'cities-far': far = [], 'cities-near': near = [] } = this.#files;
          if (PLACES.has(name)) this.#places = inOrder([far, airports, near]);
          this.#onLoaded();
        },
        // Without it the map still shows every aircraft. It is asked for again later, when this zoom is drawn.
        () => setTimeout(() => this.#asked.delete(name), RETRY_MS),
      );
    }
    return this.#files[name];
  }
}
