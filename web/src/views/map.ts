import { MATCHES } from '../filter/visible.ts';
import type { Aircraft } from '../live/picture.ts';
import type { Camera, Size } from '../map/camera.ts';
import { cameraAround } from '../map/fit.ts';
import type { Placed } from '../map/placed.ts';
import { worldPixels } from '../map/projection.ts';
import type { Identity } from '../state/identities.ts';
import { altitude, speed, type Units } from '../text/format.ts';
import { callName } from '../text/who.ts';

/** A map of at most this width has the card of the chosen aircraft below, else at its right. CSS pixels, as in Card.svelte. */
const NARROW_PX = 640;
const SHEET_SHARE = 0.62;
const CARD_PX = 372;

/** The lines of an aircraft's label on the map; what is not known is left out. */
export function labelWords(
  aircraft: Aircraft | null,
  units: Units,
  identity: Identity | null = null,
): readonly [string, string] {
  if (aircraft === null) return ['', ''];
  const { altitude_m, velocity_kmh, on_ground } = aircraft;
  const values = [
    on_ground === true ? 'ground' : altitude_m === null ? '' : altitude(altitude_m, units),
    velocity_kmh === null ? '' : speed(velocity_kmh, units),
  ];
  return [
    callName(aircraft.icao24, aircraft.callsign, identity),
    values.filter((value) => value !== '').join(' · '),
  ];
}

/** The choice of an aircraft for those who hear it: `DLH9LF chosen, 10,668 m, 834 km/h`. */
export function chosenWords(
  icao24: string,
  aircraft: Aircraft | null,
  units: Units,
  identity: Identity | null = null,
): string {
  if (aircraft === null) return `${callName(icao24, null, identity)} chosen, not on the map now`;
  const [name, values] = labelWords(aircraft, units, identity);
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
  const { right, below } = coveredByCard(size);
  const world = worldPixels(zoom);
  return { x: place.x + right / 2 / world, y: place.y + below / 2 / world, zoom };
}

/** Whether the card covers a place, CSS pixels from the top left corner of the view. */
export function isUnderCard({ x, y }: { readonly x: number; readonly y: number }, size: Size): boolean {
  const { right, below } = coveredByCard(size);
  return y > size.height - below || x > size.width - right;
}

/** What of a view the card takes at its right or from below, CSS pixels. */
export function coveredByCard({ width, height }: Size): { readonly right: number; readonly below: number } {
  return width <= NARROW_PX ? { right: 0, below: SHEET_SHARE * height } : { right: CARD_PX, below: 0 };
}
