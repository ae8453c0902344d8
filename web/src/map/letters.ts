import { worldCopies } from './camera.ts';
import type { Scene } from './scene.ts';
import { worldPixels } from './projection.ts';

/** An aircraft that is marked on the map: its slot, and the letter beside it. */
export interface Letter {
  readonly slot: number;
  readonly letter: string;
}

const RING_PX = 14;
const BADGE_PX = 8;
/** Outside the ring of the chosen aircraft, which may be marked too. */
const BADGE_AT_PX = 17;

/** Draws a ring round each marked aircraft, hidden by the filter or not, and its letter, in CSS pixels of the canvas. */
export function drawLetters(
  context: CanvasRenderingContext2D,
  scene: Scene,
  letters: readonly Letter[],
): void {
  const { placed, camera, size, now, moving, palette } = scene;
  const world = worldPixels(camera.zoom);
  for (const { slot, letter } of letters) {
    if (slot < 0 || placed.picture.used[slot] !== 1) continue;
    const spot = placed.locate(slot, now, moving);
    const [worldX, worldY] = [spot.x, spot.y];
    const y = size.height / 2 + (worldY - camera.y) * world;
    for (const copy of worldCopies(camera, size.width / 2)) {
      const x = size.width / 2 + (worldX + copy - camera.x) * world;
      context.lineWidth = 4;
      context.strokeStyle = palette.labelHalo;
      circle(context, x, y, RING_PX);
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = palette.selection;
      circle(context, x, y, RING_PX);
      context.stroke();
      context.fillStyle = palette.selection;
      circle(context, x - BADGE_AT_PX, y - BADGE_AT_PX, BADGE_PX);
      context.fill();
      context.fillStyle = palette.labelHalo;
      context.font = '680 11px "Inter Variable", sans-serif';
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(letter, x - BADGE_AT_PX, y - BADGE_AT_PX + 0.5);
      context.textAlign = 'start';
    }
  }
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}
