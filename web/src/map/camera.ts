import { latitudeOf, longitudeOf, worldPixels, worldX, worldY } from './projection.ts';

/** Where the map looks: the world point in the middle, and the zoom (world = 256 × 2^zoom CSS pixels). */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Size of the visible map in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Beyond this zoom, where there are no map tiles of a person, the 1:10 million coastline is too coarse; here a long runway is 150 pixels. */
export const MAX_ZOOM = 12;

/** The smallest zoom at which the world still covers the view, so that there is no empty space above or beside it. */
export function minZoom(size: Size): number {
  return Math.log2(Math.max(size.width, size.height, 256) / 256);
}

/** Keeps zoom and latitude inside the world; x is free, because the world repeats sideways. */
export function clampCamera(camera: Camera, size: Size, maxZoom: number = MAX_ZOOM): Camera {
  const zoom = Math.min(maxZoom, Math.max(minZoom(size), camera.zoom));
  const half = size.height / 2 / worldPixels(zoom);
  const y = half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, camera.y));
  return { x: camera.x, y, zoom };
}

/** The camera after the view was dragged by these CSS pixels. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  const scale = worldPixels(camera.zoom);
  return { ...camera, x: camera.x - dx / scale, y: camera.y - dy / scale };
}

/** The camera after zooming so that the world point under (`px`, `py`), pixels from the view's middle, stays there. */
export function zoomAround(camera: Camera, zoom: number, px: number, py: number): Camera {
  const before = worldPixels(camera.zoom);
  const after = worldPixels(zoom);
  return { x: camera.x + px / before - px / after, y: camera.y + py / before - py / after, zoom };
}

/** Screen x in CSS pixels from the view's middle of the copy of the world point that is nearest to the middle. */
export function screenX(camera: Camera, x: number): number {
  const d = x - camera.x;
  return (d - Math.round(d)) * worldPixels(camera.zoom);
}

/** The whole-world shifts (…, -1, 0, 1, …) at which something of the world lies within `halfWidth` pixels of the middle. */
export function worldCopies(camera: Camera, halfWidth: number): readonly number[] {
  const reach = halfWidth / worldPixels(camera.zoom);
  const copies: number[] = [];
  for (let k = Math.floor(camera.x - reach); k <= Math.floor(camera.x + reach); k++) copies.push(k);
  return copies;
}

/** `lat,lon,zoom` for the address bar, precise to a pixel. */
export function formatCamera(camera: Camera): string {
  const digits = Math.max(1, Math.round(camera.zoom / 3));
  return [
    latitudeOf(camera.y).toFixed(digits),
    longitudeOf(camera.x).toFixed(digits),
    camera.zoom.toFixed(2),
  ].join(',');
}

/** The camera of `lat,lon,zoom`, or null for any other text. */
export function parseCamera(text: string | null): Camera | null {
  const parts = (text ?? '').split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [latitude, longitude, zoom] = parts;
  if (parts.length !== 3 || latitude === undefined || longitude === undefined || zoom === undefined)
    return null;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && zoom >= 0 && zoom <= 24)) return null;
  return { x: worldX(longitude), y: worldY(latitude), zoom };
}
