import { extrapolate, type Position } from 'contrail/wire/great-circle';
import { SCALES, type Units } from '../text/format.ts';
import type { Camera, Size } from './camera.ts';
import { shiftsOf, unwrapped } from './path.ts';
import { isOver, type Taken } from './place-layer.ts';
import { worldPerMetre, worldPixels, worldX, worldY } from './projection.ts';
import type { Palette } from './ramp.ts';

/** A circle on the Earth round a place. */
export interface Ring {
  readonly radius_m: number;
  readonly label: string;
}

/** Distance rings: where their middle is, and in which units they are round. */
export interface Rings {
  readonly centre: Position;
  readonly units: Units;
}

/** Between two rings, at least; more rings are never drawn; further out the Earth is not flat enough for them to mean something. */
const LEAST_PX = 64;
const MOST = 10;
const FARTHEST_M = 5_000_000;
const CORNERS = 120;
const FONT = '500 11px "Inter Variable", sans-serif';

/** Rings at round distances, as far out as the view reaches from their middle. */
export function ringsFor({ centre, units }: Rings, camera: Camera, size: Size): Ring[] {
  const { name, per } = SCALES.distance[units];
  const world = worldPixels(camera.zoom);
  const unitPx = per * 1000 * worldPerMetre(centre.latitude) * world;
  const power = 10 ** Math.floor(Math.log10(LEAST_PX / unitPx));
  const step = power * ([1, 2, 5, 10].find((one) => one * power * unitPx >= LEAST_PX) ?? 10);
  const dx = worldX(centre.longitude) - camera.x;
  const reach = Math.hypot(
    Math.abs(dx - Math.round(dx)) * world + size.width / 2,
    Math.abs(worldY(centre.latitude) - camera.y) * world + size.height / 2,
  );
  const rings: Ring[] = [];
  for (let i = 1; i <= MOST && i * step * unitPx <= reach && i * step * per * 1000 <= FARTHEST_M; i++) {
    const distance = Number((i * step).toPrecision(6));
    rings.push({ radius_m: distance * per * 1000, label: `${distance.toLocaleString('en-GB')} ${name}` });
  }
  return rings;
}

/** Draws distance rings with their middle and their words, where nothing else is written. CSS pixels of the canvas. */
export function drawRings(
  context: CanvasRenderingContext2D,
  rings: Rings,
  camera: Camera,
  size: Size,
  palette: Palette,
  taken: Taken,
): void {
  const world = worldPixels(camera.zoom);
  const y = (latitude: number): number => size.height / 2 + (worldY(latitude) - camera.y) * world;
  const { centre } = rings;
  context.strokeStyle = palette.airport;
  context.lineWidth = 1;
  for (const shift of shiftsOf([worldX(centre.longitude)], camera, size, 0)) {
    const x = size.width / 2 + (worldX(centre.longitude) + shift - camera.x) * world;
    context.beginPath();
    context.moveTo(x - 6, y(centre.latitude));
    context.lineTo(x + 6, y(centre.latitude));
    context.moveTo(x, y(centre.latitude) - 6);
    context.lineTo(x, y(centre.latitude) + 6);
    context.stroke();
  }
  for (const ring of ringsFor(rings, camera, size)) {
    const corners = Array.from({ length: CORNERS + 1 }, (_, i) =>
      extrapolate(centre, (i / CORNERS) * 360, ring.radius_m),
    );
    const xs = unwrapped(corners);
    for (const shift of shiftsOf(xs, camera, size, 0)) {
      const at = (i: number): readonly [number, number] => [
        size.width / 2 + ((xs[i] ?? 0) + shift - camera.x) * world,
        y(corners[i]?.latitude ?? 0),
      ];
      context.globalAlpha = 0.4;
      context.beginPath();
      context.moveTo(...at(0));
      for (let i = 1; i <= CORNERS; i++) context.lineTo(...at(i));
      context.stroke();
      context.globalAlpha = 1;
      // To the north, else south, east or west of the middle.
      const places = [0, CORNERS / 2, CORNERS / 4, (3 * CORNERS) / 4].map(at);
      write(context, ring.label, places, size, palette, taken);
    }
  }
}

/** Writes words at the first place that is in sight and free. */
function write(
  context: CanvasRenderingContext2D,
  words: string,
  places: readonly (readonly [number, number])[],
  size: Size,
  palette: Palette,
  taken: Taken,
): void {
  context.font = FONT;
  const half = context.measureText(words).width / 2 + 4;
  // The canvas is half as large again as the view: words are wanted in the view.
  const seen = { x: size.width / 3 - half, y: size.height / 3 - 10 };
  for (const [x, y] of places) {
    const box = { left: x - half, top: y - 9, right: x + half, bottom: y + 9 };
    if (Math.abs(x - size.width / 2) > seen.x || Math.abs(y - size.height / 2) > seen.y) continue;
    if (taken.some((other) => isOver(box, other))) continue;
    taken.push(box);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = palette.labelHalo;
    context.strokeText(words, x, y);
    context.fillStyle = palette.airport;
    context.fillText(words, x, y);
    context.textAlign = 'start';
    context.lineWidth = 1;
    context.strokeStyle = palette.airport;
    return;
  }
}
