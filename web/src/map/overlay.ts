import { worldCopies, type Camera } from './camera.ts';
import { isOver, type Taken } from './place-layer.ts';
import { worldPixels, worldX, worldY } from './projection.ts';
import type { Palette } from './ramp.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Names on the map: `[name, longitude, latitude, smallest zoom]`. */
export interface Labels {
  readonly countries: readonly (readonly [string, number, number, number])[];
  readonly seas: readonly (readonly [string, number, number, number])[];
}

/** Draws names: countries upright, seas in wide italics, each from its own zoom on, where nothing is `taken`. */
export function drawLabels(
  context: CanvasRenderingContext2D,
  labels: Labels,
  camera: Camera,
  size: Size,
  palette: Palette,
  taken: Taken,
): void {
  const world = worldPixels(camera.zoom);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  const write = (
    rows: Labels['countries'],
    font: string,
    colour: string,
    halo: string,
    spacing: string,
  ): void => {
    context.font = font;
    context.letterSpacing = spacing;
    context.fillStyle = colour;
    context.strokeStyle = halo;
    for (const [name, longitude, latitude, fromZoom] of rows) {
      if (camera.zoom < fromZoom || camera.zoom > fromZoom + 4.5) continue;
      const y = size.height / 2 + (worldY(latitude) - camera.y) * world;
      if (y < -10 || y > size.height + 10) continue;
      for (const copy of worldCopies(camera, size.width / 2)) {
        const x = size.width / 2 + (worldX(longitude) + copy - camera.x) * world;
        const half = context.measureText(name).width / 2 + 6;
        if (x < -half || x > size.width + half) continue;
        const box = { left: x - half, top: y - 9, right: x + half, bottom: y + 9 };
        if (taken.some((other) => isOver(box, other))) continue;
        taken.push(box);
        context.strokeText(name, x, y);
        context.fillText(name, x, y);
      }
    }
  };
  const px = camera.zoom < 3 ? 10.5 : camera.zoom < 5 ? 11.5 : 12.5;
  write(
    labels.countries,
    `500 ${px}px "Inter Variable", sans-serif`,
    palette.label,
    palette.labelHalo,
    '0.2px',
  );
  write(
    labels.seas,
    `italic 400 ${px}px "Inter Variable", sans-serif`,
    palette.seaLabel,
    palette.sea,
    '1.2px',
  );
  context.letterSpacing = '0px';
  context.textAlign = 'start';
}
