import { drawAircraft, drawChosen, drawEmergencies } from './aircraft-layer.ts';
import type { Drawn, Scene } from './scene.ts';
import type { SpriteSheets } from './sprites.ts';

/** What is drawn between the aircraft: `track` in CSS pixels of the canvas, `labels` in device pixels. */
export interface Between {
  readonly track: () => void;
  readonly labels: () => void;
}

/**
 * Draws all that moves on a canvas, from below: all other aircraft, the track of the chosen one, the names, the marks of
 * emergencies, and on top the chosen aircraft itself. Answers the sum of what was drawn.
 */
export function drawPicture(
  context: CanvasRenderingContext2D,
  scene: Scene,
  sprites: SpriteSheets,
  { track, labels }: Between,
): Drawn {
  const { width, height, ratio } = scene.size;
  const inPixelsOf = (scale: number): void => context.setTransform(scale, 0, 0, scale, 0, 0);
  inPixelsOf(1);
  context.clearRect(0, 0, Math.ceil(width * ratio), Math.ceil(height * ratio));
  const others = drawAircraft(context, scene, sprites);
  inPixelsOf(ratio);
  track();
  inPixelsOf(1);
  labels();
  inPixelsOf(ratio);
  drawEmergencies(context, scene);
  inPixelsOf(1);
  const chosen = drawChosen(context, scene, sprites);
  return {
    icons: others.icons + chosen.icons,
    fastest_px_per_s: Math.max(others.fastest_px_per_s, chosen.fastest_px_per_s),
  };
}
