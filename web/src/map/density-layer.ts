import type { Drawn, Scene } from './scene.ts';
import { worldCopies } from './camera.ts';
import { worldPixels } from './projection.ts';

/** The least number of aircraft in a square of each class. */
export const DENSITY_FROM = [1, 2, 4, 8, 16, 32] as const;
/** The smallest edge of a square's cell, CSS pixels; the largest is below twice that. */
const CELL_PX = 5;
/** Share of the cell that a square of each class fills: more is larger, not only another colour. */
export const DENSITY_PARTS = [0.4, 0.5, 0.65, 0.8, 0.9, 1] as const;

/** The numbers of a class: `5–9`, `20+`. */
export function densityWords(klass: number): string {
  const from = DENSITY_FROM[klass];
  const next = DENSITY_FROM[klass + 1];
  if (from === undefined) return '';
  if (next === undefined) return `${from}+`;
  return next === from + 1 ? String(from) : `${from}–${next - 1}`;
}

/** The class of a number of aircraft, an index of {@link DENSITY_FROM}. */
export function densityClass(number: number): number {
  return DENSITY_FROM.findLastIndex((from) => number >= from);
}

/**
 * Draws how many aircraft there are in each cell of a grid, for views in which single ones cannot be told apart. The grid lies
 * on the world: dragging the map moves it along. `isDrawn` says which slots count.
 */
export function drawDensity(
  context: CanvasRenderingContext2D,
  scene: Scene,
  isDrawn: (slot: number) => boolean,
): Drawn {
  const { placed, camera, size, now, moving, palette } = scene;
  const { ratio } = size;
  const world = worldPixels(camera.zoom) * ratio;
  const columns = 2 ** Math.floor(Math.log2(world / (CELL_PX * ratio)));
  const cell = world / columns;
  const counts = new Map<number, number>();
  let icons = 0;
  for (let slot = 0; slot < placed.picture.slots; slot++) {
    if (!isDrawn(slot)) continue;
    const { x, y } = placed.locate(slot, now, moving);
    const key = Math.floor(y * columns) * columns + Math.floor((x - Math.floor(x)) * columns);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    icons += 1;
  }
  const [width, height] = [size.width * ratio, size.height * ratio];
  const copies = worldCopies(camera, size.width / 2 + CELL_PX);
  const classes = DENSITY_FROM.map(() => [] as number[]);
  for (const [key, number] of counts) classes[densityClass(number)]?.push(key);
  for (const [klass, keys] of classes.entries()) {
    const edge = Math.max(2 * ratio, Math.round(cell * (DENSITY_PARTS[klass] ?? 1)));
    context.fillStyle = palette.density[klass] ?? palette.density[0];
    for (const key of keys) {
      const row = Math.floor(key / columns);
      const y = Math.round(height / 2 + ((row + 0.5) / columns) * world - camera.y * world - edge / 2);
      if (y < -edge || y > height) continue;
      for (const copy of copies) {
        const middle = (((key % columns) + 0.5) / columns + copy - camera.x) * world;
        const x = Math.round(width / 2 + middle - edge / 2);
        if (x >= -edge && x <= width) context.fillRect(x, y, edge, edge);
      }
    }
  }
  // Nothing of it moves visibly within the longest rest.
  return { icons, fastest_px_per_s: 0 };
}
