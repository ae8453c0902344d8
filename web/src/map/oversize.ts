import type { Size } from './camera.ts';
import type { Box } from './place-labels.ts';

/** The canvases are this much larger than the view, so that a pan shows no empty edge before the next drawing. */
export const OVERSIZE = 1.5;

/** Boxes of a view of this size on its canvas. */
export function onCanvas(boxes: readonly Box[], { width, height }: Size): Box[] {
  const [dx, dy] = [(width * (OVERSIZE - 1)) / 2, (height * (OVERSIZE - 1)) / 2];
  return boxes.map(({ left, top, right, bottom }) => ({
    left: left + dx,
    top: top + dy,
    right: right + dx,
    bottom: bottom + dy,
  }));
}
