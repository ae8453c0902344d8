import { screenX, type Camera } from './camera.ts';
import type { Placed } from './placed.ts';
import { worldPixels } from './projection.ts';

/**
 * The slot of the aircraft nearest to a point (CSS pixels from the view's middle) and within `radius` of it, or -1. Only
 * what is drawn is picked: what the mask of filter/visible.ts shows, and the chosen aircraft. Looks at every row: 15,000
 * rows take a seventh of a millisecond, so there is no index.
 */
export function pickNearest(
  placed: Placed,
  camera: Camera,
  now: number,
  point: { readonly x: number; readonly y: number; readonly radius: number },
  { visible, selected }: { readonly visible: Uint8Array; readonly selected: number },
  moving: boolean,
): number {
  const world = worldPixels(camera.zoom);
  const { picture } = placed;
  let best = -1;
  let bestSquare = point.radius * point.radius;
  for (let slot = 0; slot < picture.slots; slot++) {
    if (visible[slot] === 0 && slot !== selected) continue;
    const { x, y } = placed.locate(slot, now, moving);
    const dy = (y - camera.y) * world - point.y;
    if (dy * dy > bestSquare) continue;
    const dx = screenX(camera, x) - point.x;
    const square = dx * dx + dy * dy;
    if (square <= bestSquare) {
      bestSquare = square;
      best = slot;
    }
  }
  return best;
}

/** How many aircraft are shown, how many of those lie inside the view (CSS pixels), and how many are estimated. */
export function countShown(
  placed: Placed,
  camera: Camera,
  now: number,
  view: { readonly width: number; readonly height: number },
  visible: Uint8Array,
  moving: boolean,
): { readonly shown: number; readonly inView: number; readonly estimated: number } {
  const world = worldPixels(camera.zoom);
  const { picture } = placed;
  let shown = 0;
  let inView = 0;
  let estimated = 0;
  for (let slot = 0; slot < picture.slots; slot++) {
    if (visible[slot] === 0) continue;
    shown += 1;
    const spot = placed.locate(slot, now, moving);
    if (spot.isEstimated) estimated += 1;
    if (isInside(spot, camera, view, world)) inView += 1;
  }
  return { shown, inView, estimated };
}

/** Whether the place where an aircraft is drawn lies inside the view (CSS pixels). */
export function isInView(
  spot: { readonly x: number; readonly y: number },
  camera: Camera,
  view: { readonly width: number; readonly height: number },
): boolean {
  return isInside(spot, camera, view, worldPixels(camera.zoom));
}

function isInside(
  { x, y }: { readonly x: number; readonly y: number },
  camera: Camera,
  { width, height }: { readonly width: number; readonly height: number },
  world: number,
): boolean {
  return Math.abs(y - camera.y) * world <= height / 2 && Math.abs(screenX(camera, x)) <= width / 2;
}
