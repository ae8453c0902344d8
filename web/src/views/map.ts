import { MATCHES } from '../filter/visible.ts';
import type { Aircraft } from '../live/picture.ts';
import type { Camera, Size } from '../map/camera.ts';
import { cameraAround } from '../map/fit.ts';
import type { Placed } from '../map/placed.ts';
import { worldPixels } from '../map/projection.ts';
import { altitude, speed, type Units } from '../text/format.ts';

/**
 * A map of at most this width has the card of the chosen aircraft below, over this share of it (Card.svelte). CSS
 * pixels.
 */
const NARROW_PX = 640;
const SHEET_SHARE = 0.62;

/** The lines of an aircraft's label on the map; what is not known is left out. */
export function labelWords(aircraft: Aircraft | null, units: Units): readonly [string, string] {
  if (aircraft === null) return ['', ''];
  const { altitude_m, velocity_kmh, on_ground } = aircraft;
  const values = [
    on_ground === true ? 'ground' : altitude_m === null ? '' : altitude(altitude_m, units),
    velocity_kmh === null ? '' : speed(velocity_kmh, units),
  ];
  return [aircraft.callsign ?? aircraft.icao24, values.filter((value) => value !== '').join(' · ')];
}

/** The choice of an aircraft for those who hear it: `DLH9LF chosen, 10,668 m, 834 km/h`. */
export function chosenWords(icao24: string, aircraft: Aircraft | null, units: Units): string {
  if (aircraft === null) return `${icao24} chosen, not on the map now`;
  const [name, values] = labelWords(aircraft, units);
  return [`${name} chosen`, ...(values === '' ? [] : values.split(' · '))].join(', ');
}

/** The camera that shows all aircraft that the filter takes (see filter/visible.ts), or all; null without aircraft. */
export function cameraOfAll(placed: Placed, size: Size, visible: Uint8Array): Camera | null {
  const { used, slots } = placed.picture;
  const all = [...used.subarray(0, slots).keys()].filter((slot) => used[slot] === 1);
  const taken = all.filter((slot) => ((visible[slot] ?? 0) & MATCHES) !== 0);
  const seen = taken.length > 0 ? taken : all;
  const [xs, ys] = [placed.x, placed.y].map((at) => seen.map((slot) => at[slot] ?? 0));
  return cameraAround(xs ?? [], ys ?? [], size);
}

/** The camera with a place (world units) in the middle of the part that the card does not cover. */
export function cameraOver(
  place: { readonly x: number; readonly y: number },
  zoom: number,
  size: Size,
): Camera {
  const hidden = hidden_px(size);
  return {
    x: place.x,
    y: place.y + hidden / 2 / worldPixels(zoom),
    zoom,
  };
}

/** Whether the card covers a place, CSS pixels from the top of the view. */
export function isUnderCard(y: number, size: Size): boolean {
  return y > size.height - hidden_px(size);
}

function hidden_px({ width, height }: Size): number {
  return width <= NARROW_PX ? SHEET_SHARE * height : 0;
}
