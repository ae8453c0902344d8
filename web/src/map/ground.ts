import { basemapFor, drawBasemap, type BasemapLevel, type BasemapName } from './basemap.ts';
import type { Camera } from './camera.ts';
import { drawLabels, type Labels } from './overlay.ts';
import type { Palette } from './ramp.ts';

/** Loads one resolution of the basemap; called at most once for each, and again after a failure. */
export type LoadBasemap = (name: BasemapName) => Promise<BasemapLevel>;

/** What lies under the aircraft: sea, land, borders and names. It loads what a zoom needs when it is first drawn there. */
export class Ground {
  labels: Labels | null = null;
  readonly #load: LoadBasemap;
  readonly #onLoaded: () => void;
  readonly #levels = new Map<BasemapName, BasemapLevel | 'loading'>();

  /** `onLoaded` is called whenever a drawing would show more than before. */
  constructor(load: LoadBasemap, onLoaded: () => void) {
    this.#load = load;
    this.#onLoaded = onLoaded;
  }

  /** Draws all of it on a canvas of this size, CSS pixels. */
  draw(
    context: CanvasRenderingContext2D,
    camera: Camera,
    size: { readonly width: number; readonly height: number; readonly ratio: number },
    palette: Palette,
  ): void {
    drawBasemap(context, this.#level(camera.zoom), camera, size, palette);
    if (this.labels !== null) drawLabels(context, this.labels, camera, size, palette);
  }

  /** The best resolution for a zoom of those that are there; asks for the right one. */
  #level(zoom: number): BasemapLevel | undefined {
    const wanted = basemapFor(zoom);
    for (const name of ['110m', wanted] as const) {
      if (this.#levels.has(name)) continue;
      this.#levels.set(name, 'loading');
      this.#load(name).then(
        (level) => {
          this.#levels.set(name, level);
          this.#onLoaded();
        },
        // Without coastlines the map still shows every aircraft; the next time at this zoom it tries again.
        () => this.#levels.delete(name),
      );
    }
    for (const name of [wanted, '50m', '110m', '10m'] as const) {
      const level = this.#levels.get(name);
      if (level !== undefined && level !== 'loading') return level;
    }
    return undefined;
  }
}
