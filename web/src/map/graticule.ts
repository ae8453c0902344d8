import type { Camera, Size } from './camera.ts';
import { latitudeOf, worldPixels, worldX, worldY } from './projection.ts';
import type { Palette } from './ramp.ts';

/** Degrees between two lines from a zoom on. */
const STEPS = [
  [9, 0.5],
  [8, 1],
  [6.5, 2],
  [5, 5],
  [3.5, 10],
  [0, 30],
] as const;

/** Degrees between two lines of the graticule: 100 to 350 pixels along the equator. */
export function graticuleStep(zoom: number): number {
  return STEPS.find(([fromZoom]) => zoom >= fromZoom)?.[1] ?? 30;
}

/** Draws meridians and parallels over the sea; the land is drawn over them. */
export function drawGraticule(
  context: CanvasRenderingContext2D,
  camera: Camera,
  { width, height }: Size,
  palette: Palette,
): void {
  const step = graticuleStep(camera.zoom);
  const world = worldPixels(camera.zoom);
  const west = (camera.x - width / 2 / world) * 360 - 180;
  const east = (camera.x + width / 2 / world) * 360 - 180;
  const north = latitudeOf(Math.max(0, camera.y - height / 2 / world));
  const south = latitudeOf(Math.min(1, camera.y + height / 2 / world));
  context.beginPath();
  for (let longitude = Math.ceil(west / step) * step; longitude <= east; longitude += step) {
    const x = Math.round(width / 2 + (worldX(longitude) - camera.x) * world) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let latitude = Math.ceil(south / step) * step; latitude <= north; latitude += step) {
    const y = Math.round(height / 2 + (worldY(latitude) - camera.y) * world) + 0.5;
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.strokeStyle = palette.graticule;
  context.lineWidth = 1;
  context.stroke();
}
