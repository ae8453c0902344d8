import { worldCopies, type Camera, type Size } from './camera.ts';
import type { Box } from './place-labels.ts';
import type { Place, Runway } from './places.ts';
import { latitudeOf, worldPerMetre, worldPixels } from './projection.ts';
import type { Palette } from './ramp.ts';

/** What is written on the ground already, so that nothing is written over it. */
export type Taken = Box[];

/** Runways are seen as lines from here on. */
export const RUNWAYS_FROM_ZOOM = 8.5;
/** More names are not read, and cost time while the map is dragged. */
const MOST_NAMES = 140;
const RUNWAY_LEAST_PX = 1.6;
const DOT_PX = 1.8;
const FONTS = {
  airport: '600 11px "Inter Variable", sans-serif',
  large: '600 12px "Inter Variable", sans-serif',
  small: '500 11px "Inter Variable", sans-serif',
} as const;

/** Draws runways to scale, on a canvas of this size in CSS pixels. */
export function drawRunways(
  context: CanvasRenderingContext2D,
  runways: readonly Runway[],
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  if (camera.zoom < RUNWAYS_FROM_ZOOM) return;
  const world = worldPixels(camera.zoom);
  context.strokeStyle = palette.runway;
  context.lineCap = 'butt';
  const metre = worldPerMetre(latitudeOf(camera.y)) * world;
  for (const copy of worldCopies(camera, size.width / 2)) {
    for (const { fromX, fromY, toX, toY, width_m } of runways) {
      const x = size.width / 2 + (fromX + copy - camera.x) * world;
      const y = size.height / 2 + (fromY - camera.y) * world;
      if (x < -100 || x > size.width + 100 || y < -100 || y > size.height + 100) continue;
      context.lineWidth = Math.max(RUNWAY_LEAST_PX, width_m * metre);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + (toX - fromX) * world, y + (toY - fromY) * world);
      context.stroke();
    }
  }
}

/** Draws cities and airports with their names where nothing else is written. `places` are in the order of their zoom. */
export function drawPlaces(
  context: CanvasRenderingContext2D,
  places: readonly Place[],
  camera: Camera,
  size: Size,
  palette: Palette,
  taken: Taken,
): void {
  const world = worldPixels(camera.zoom);
  context.textBaseline = 'middle';
  context.textAlign = 'start';
  context.lineJoin = 'round';
  let left = MOST_NAMES;
  for (const copy of worldCopies(camera, size.width / 2)) {
    for (const place of places) {
      if (place.fromZoom > camera.zoom || left === 0) break;
      const x = size.width / 2 + (place.x + copy - camera.x) * world;
      const y = size.height / 2 + (place.y - camera.y) * world;
      if (x < 0 || x > size.width || y < 0 || y > size.height) continue;
      if (drawPlace(context, place, x, y, camera.zoom, palette, taken)) left -= 1;
    }
  }
}

function drawPlace(
  context: CanvasRenderingContext2D,
  place: Place,
  x: number,
  y: number,
  zoom: number,
  palette: Palette,
  taken: Taken,
): boolean {
  const name = place.name(zoom);
  const isAirport = place.kind === 'airport';
  const font = isAirport ? FONTS.airport : place.isLarge ? FONTS.large : FONTS.small;
  const width = widthOf(context, name, font);
  const gap = isAirport ? 7 : 5;
  const [top, bottom] = [y - 8, y + 8];
  const right: Box = { left: x - gap, top, right: x + gap + width + 3, bottom };
  const leftward: Box = { left: x - gap - width - 3, top, right: x + gap, bottom };
  const box = [right, leftward].find((one) => !taken.some((other) => isOver(one, other)));
  if (box === undefined) return false;
  taken.push(box);
  const at = box === right ? x + gap : x - gap - width;
  context.font = font;
  context.lineWidth = 3;
  context.strokeStyle = palette.labelHalo;
  context.strokeText(name, at, y);
  context.fillStyle = isAirport ? palette.airport : palette.label;
  context.fillText(name, at, y);
  context.beginPath();
  context.arc(x, y, isAirport ? 3 : DOT_PX, 0, 2 * Math.PI);
  if (isAirport) {
    context.lineWidth = 1.5;
    context.strokeStyle = palette.airport;
    if (zoom < RUNWAYS_FROM_ZOOM) context.stroke();
  } else {
    context.fill();
  }
  return true;
}

const widths = new Map<string, number>();

/** Measured once for each name and font. */
function widthOf(context: CanvasRenderingContext2D, name: string, font: string): number {
  const key = `${font} ${name}`;
  let width = widths.get(key);
  if (width === undefined) {
    context.font = font;
    width = context.measureText(name).width;
    widths.set(key, width);
  }
  return width;
}

/** Whether two boxes overlap. */
export function isOver(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
