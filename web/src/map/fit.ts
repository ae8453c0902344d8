import { clampCamera, minZoom, type Camera, type Size } from './camera.ts';
import { worldPixels } from './projection.ts';

/** Share of the view that is filled; the rest is margin. */
const FILLED = 0.84;
/** Closer than this the first view never is. */
const CLOSEST = 8;
/** Of the positions on each side, those that do not count, because of strays. */
const STRAYS = 0.02;
/** A view that holds so many of the aircraft holds them all. */
const ALMOST_ALL = 0.9;

/**
 * The camera that shows where these world points are: all of them with a margin, the nearer way round the world. Where
 * a narrow view cannot hold them, as a phone with traffic of the whole world, it shows their latitudes in the height of
 * the view, and sideways the part of the world with the most of them. Null without points.
 */
export function cameraAround(xs: readonly number[], ys: readonly number[], size: Size): Camera | null {
  if (xs.length === 0 || xs.length !== ys.length) return null;
  const around = xs.map((x) => x - Math.floor(x)).toSorted((a, b) => a - b);
  const [north, south] = middle(ys);
  const zoomOf = (span: number, px: number): number =>
    Math.min(CLOSEST, Math.log2((px * FILLED) / Math.max(span, 1e-6) / 256));
  const all = densest(around, Math.ceil(around.length * (1 - 2 * STRAYS)));
  const tall = zoomOf(south - north, size.height);
  const zoom = Math.min(zoomOf(all.to - all.from, size.width), tall);
  const least = minZoom(size);
  const y = (north + south) / 2;
  const held = Math.max(zoom, least);
  if (zoom >= least || fullest(around, size.width / worldPixels(least)).share >= ALMOST_ALL)
    return clampCamera({ x: (all.from + all.to) / 2, y, zoom: held }, size);
  const close = Math.max(tall, least);
  const best = fullest(around, (size.width * FILLED) / worldPixels(close));
  return clampCamera({ x: (best.from + best.to) / 2, y, zoom: close }, size);
}

interface Arc {
  readonly from: number;
  readonly to: number;
}

/** The shortest arc round the world with so many of these points (ascending, 0..1); its end may be above 1. */
function densest(around: readonly number[], number: number): Arc {
  let best: Arc = { from: 0, to: 1 };
  for (let i = 0; i < around.length; i++) {
    const from = around[i] ?? 0;
    const last = i + number - 1;
    const to = (around[last % around.length] ?? 0) + Math.floor(last / around.length);
    if (to - from < best.to - best.from) best = { from, to };
  }
  return best;
}

/** The arc of this length that holds the most of these points, from the first to the last of them, and their share. */
function fullest(around: readonly number[], length: number): Arc & { readonly share: number } {
  let best = { from: 0, to: 1, share: 0 };
  let last = 0;
  const at = (index: number): number =>
    (around[index % around.length] ?? 0) + Math.floor(index / around.length);
  for (let i = 0; i < around.length; i++) {
    last = Math.max(last, i);
    while (last + 1 < i + around.length && at(last + 1) - at(i) <= length) last += 1;
    const share = (last - i + 1) / around.length;
    if (share > best.share) best = { from: at(i), to: at(last), share };
  }
  return best;
}

function middle(values: readonly number[]): readonly [number, number] {
  const sorted = Float64Array.from(values).toSorted();
  const cut = Math.floor(sorted.length * STRAYS);
  return [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0];
}
