import type { Position } from 'contrail/wire/great-circle';
import type { Camera, Size } from './camera.ts';
import { worldPixels, worldX } from './projection.ts';

/** World x of each place, the nearer way round the world from the one before: a line over the antimeridian goes on there. */
export function unwrapped(places: readonly Position[]): number[] {
  const xs: number[] = [];
  let last: number | null = null;
  for (const { longitude } of places) {
    const x = worldX(longitude);
    last = last === null ? x : x - Math.round(x - last);
    xs.push(last);
  }
  return xs;
}

/** The shifts by whole worlds at which some of these world x can be in sight, or `margin` CSS pixels beside. */
export function shiftsOf(xs: readonly number[], camera: Camera, size: Size, margin: number): number[] {
  const reach = (size.width / 2 + margin) / worldPixels(camera.zoom);
  let [west, east] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of xs) [west, east] = [Math.min(west, x), Math.max(east, x)];
  const shifts: number[] = [];
  const last = Math.floor(camera.x + reach - west);
  for (let k = Math.ceil(camera.x - reach - east); k <= last; k++) shifts.push(k);
  return shifts;
}
