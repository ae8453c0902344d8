import type { AircraftStyle } from './aircraft-detail.ts';
import type { Camera } from './camera.ts';
import type { Placed } from './placed.ts';
import type { Palette } from './ramp.ts';

/** The result of one drawing. */
export interface Drawn {
  /** Aircraft drawn inside the canvas, each counted once per copy of the world. */
  readonly icons: number;
  /** Speed on the screen of the fastest aircraft that still moves, CSS pixels per second. */
  readonly fastest_px_per_s: number;
}

/** Everything that one drawing depends on. `size` is the canvas in CSS pixels; `now` the server's epoch seconds. */
export interface Scene {
  readonly placed: Placed;
  readonly camera: Camera;
  readonly size: { readonly width: number; readonly height: number; readonly ratio: number };
  readonly now: number;
  /** What is shown, by slot: see filter/visible.ts. */
  readonly visible: Uint8Array;
  /** The slot of the chosen aircraft, which is shown whatever the filter says, over all others; -1: none. */
  readonly selected: number;
  /** False under prefers-reduced-motion: aircraft stay at their last position. */
  readonly moving: boolean;
  readonly style: AircraftStyle;
  readonly palette: Palette;
}
