import type { Position } from 'contrail/wire/great-circle';
import type { LabelWords } from './aircraft-labels.ts';
import type { Camera } from './camera.ts';
import type { LoadGround } from './ground.ts';
import type { Box } from './place-labels.ts';
import type { Placed } from './placed.ts';
import type { Rings } from './rings.ts';

/** What the map needs from outside. */
export interface MapPorts {
  readonly placed: Placed;
  /** What is shown, by slot: see filter/visible.ts. It changes in place; then call `invalidate`. */
  readonly visible: Uint8Array;
  /** The server's time now, epoch seconds. */
  readonly serverNow: () => number;
  /** A clock that never goes back, ms. */
  readonly clock: () => number;
  readonly loadGround: LoadGround;
  /** `beside`: it is compared with what is chosen, instead of being chosen. */
  readonly onSelect: (slot: number, beside: boolean) => void;
  readonly onCancel: () => void;
  /** The aircraft under the pointer and where it is in the view, or -1. */
  readonly onHover: (slot: number, x: number, y: number) => void;
  /** What lies over the map, CSS pixels from its top left corner: nothing is written there. */
  readonly covered: () => readonly Box[];
  /** Distance rings, or none; when they change, call `invalidateView`. */
  readonly rings: () => Rings | null;
  /** A person has chosen a place, as by a right click. */
  readonly onPlace: (position: Position) => void;
  /** The lines of an aircraft's label. */
  readonly words: LabelWords;
  /** A person has moved the map: it follows nobody. Zooming in and out leaves it where it looks. */
  readonly onMovedByHand: () => void;
  /** Where the map has to look to follow an aircraft, at its present zoom; null: it follows nobody. */
  readonly followed: () => Camera | null;
  /** Called after every full drawing that followed a movement of the camera. */
  readonly onCamera: (camera: Camera) => void;
}
