import { VALID } from 'contrail/wire/units';
import { EMERGENCY } from '../filter/visible.ts';
import { squawkOf } from '../live/emergencies.ts';
import { screenX, worldCopies } from './camera.ts';
import { drawDensity } from './density-layer.ts';
import { fadeAlpha, FAINTEST_ALPHA } from './dead-reckoning.ts';
import { worldPixels } from './projection.ts';
import { CLASS_COUNT } from '../filter/altitude-class.ts';
import type { Drawn, Scene } from './scene.ts';
import { headingColumn, NO_HEADING, type SpriteSheets } from './sprites.ts';

/** A square is of two kinds alone: as good as new, and faded from this opacity on. */
const SQUARE_FADES_AT = 0.8;

/** Draws all aircraft of the scene but the chosen one on a cleared context whose transform is the identity. */
export function drawAircraft(context: CanvasRenderingContext2D, scene: Scene, sprites: SpriteSheets): Drawn {
  const { selected, visible } = scene;
  const isDrawn = (slot: number): boolean => visible[slot] !== 0 && slot !== selected;
  if (scene.style === 'density') return drawDensity(context, scene, isDrawn);
  return draw(context, scene, sprites, { from: 0, to: scene.placed.picture.slots, isDrawn });
}

/** Draws the chosen aircraft, on the same transform: after its track, and so on top of everything. */
export function drawChosen(context: CanvasRenderingContext2D, scene: Scene, sprites: SpriteSheets): Drawn {
  const { selected, placed } = scene;
  const isDrawn = (slot: number): boolean => placed.picture.used[slot] === 1;
  return draw(context, scene, sprites, { from: Math.max(0, selected), to: selected + 1, isDrawn });
}

/** The slots from `from` to before `to` of which this is true. */
interface Some {
  readonly from: number;
  readonly to: number;
  readonly isDrawn: (slot: number) => boolean;
}

function draw(context: CanvasRenderingContext2D, scene: Scene, sprites: SpriteSheets, some: Some): Drawn {
  return scene.style === 'square'
    ? drawSquares(context, scene, some)
    : drawIcons(context, scene, sprites, some);
}

function drawSquares(context: CanvasRenderingContext2D, scene: Scene, { from, to, isDrawn }: Some): Drawn {
  const { placed, camera, size, now, visible, moving, palette } = scene;
  const { ratio } = size;
  const world = worldPixels(camera.zoom) * ratio;
  const width = size.width * ratio;
  const height = size.height * ratio;
  const edge = Math.round(2 * ratio);
  const copies = worldCopies(camera, size.width / 2);
  const originX = width / 2 - camera.x * world - edge / 2;
  const originY = height / 2 - camera.y * world - edge / 2;
  let icons = 0;
  let fastest = 0;
  // One pass per class: changing the colour is expensive, looking at a row is not.
  for (let klass = 0; klass < CLASS_COUNT; klass++) {
    for (const faded of [true, false]) {
      context.fillStyle = palette.classes[klass] ?? palette.classes[0];
      context.globalAlpha = faded ? FAINTEST_ALPHA + 0.2 : 1;
      for (let slot = from; slot < to; slot++) {
        if (placed.altitudeClass[slot] !== klass || !isDrawn(slot)) continue;
        const spot = placed.locate(slot, now, moving);
        if (opacityOf(visible[slot], spot.age_s, placed.pace_s) < SQUARE_FADES_AT !== faded) continue;
        const y = Math.round(spot.y * world + originY);
        if (y < -edge || y > height) continue;
        fastest = Math.max(fastest, spot.speed);
        const x = spot.x * world + originX;
        for (const copy of copies) {
          const px = Math.round(x + copy * world);
          if (px < -edge || px > width) continue;
          context.fillRect(px, y, edge, edge);
          icons += 1;
        }
      }
    }
  }
  context.globalAlpha = 1;
  return { icons, fastest_px_per_s: (fastest * world) / ratio };
}

/** How opaque an aircraft is drawn: the older its position the less, but an emergency never fades. */
function opacityOf(shown: number | undefined, age_s: number, pace_s: number): number {
  return ((shown ?? 0) & EMERGENCY) !== 0 ? 1 : fadeAlpha(age_s, pace_s);
}

function drawIcons(
  context: CanvasRenderingContext2D,
  scene: Scene,
  sprites: SpriteSheets,
  { from, to, isDrawn }: Some,
): Drawn {
  const { placed, camera, size, now, visible, moving } = scene;
  const { picture } = placed;
  const { ratio } = size;
  const world = worldPixels(camera.zoom) * ratio;
  const width = size.width * ratio;
  const height = size.height * ratio;
  const { cell } = sprites.heard;
  const copies = worldCopies(camera, size.width / 2 + cell);
  const originX = width / 2 - camera.x * world - cell / 2;
  const originY = height / 2 - camera.y * world - cell / 2;
  let icons = 0;
  let fastest = 0;
  let alpha = 1;
  for (let slot = from; slot < to; slot++) {
    if (!isDrawn(slot)) continue;
    const spot = placed.locate(slot, now, moving);
    const y = Math.round(spot.y * world + originY);
    if (y < -cell || y > height) continue;
    const x = spot.x * world + originX;
    const sheet = spot.isEstimated ? sprites.estimated : sprites.heard;
    for (const copy of copies) {
      // Draw at whole device pixels: an icon between pixels costs several times as much and looks blurred.
      const px = Math.round(x + copy * world);
      if (px < -cell || px > width) continue;
      const fade = opacityOf(visible[slot], spot.age_s, placed.pace_s);
      if (fade !== alpha) context.globalAlpha = alpha = fade;
      const hasTrack = ((picture.columns.validity[slot] ?? 0) & VALID.true_track) !== 0;
      const column = hasTrack ? headingColumn(picture.columns.true_track[slot] ?? 0) : NO_HEADING;
      const row = sheet.row(placed.kind[slot] ?? 0, placed.altitudeClass[slot] ?? 0);
      context.drawImage(sheet.image, column * cell, row, cell, cell, px, y, cell, cell);
      fastest = Math.max(fastest, spot.speed);
      icons += 1;
    }
  }
  context.globalAlpha = 1;
  return { icons, fastest_px_per_s: (fastest * world) / ratio };
}

/** Speed on the screen of the fastest aircraft that moves inside the canvas now, CSS pixels a second. */
export function fastestInView({ placed, camera, size, now, visible, selected, moving }: Scene): number {
  const { picture } = placed;
  const world = worldPixels(camera.zoom);
  let fastest = 0;
  for (let slot = 0; slot < picture.slots; slot++) {
    if (visible[slot] === 0 && slot !== selected) continue;
    const spot = placed.locate(slot, now, moving);
    if (!(spot.speed > fastest) || Math.abs(spot.y - camera.y) * world > size.height / 2) continue;
    if (Math.abs(screenX(camera, spot.x)) <= size.width / 2) fastest = spot.speed;
  }
  return fastest * world;
}

/** How many of the aircraft that are shown lie inside the scene's size. */
export function numberInView({ placed, camera, size, now, visible, moving }: Scene): number {
  const { picture } = placed;
  const world = worldPixels(camera.zoom);
  let number = 0;
  for (let slot = 0; slot < picture.slots; slot++) {
    if (visible[slot] === 0) continue;
    const spot = placed.locate(slot, now, moving);
    if (Math.abs(spot.y - camera.y) * world > size.height / 2) continue;
    if (Math.abs(screenX(camera, spot.x)) <= size.width / 2) number += 1;
  }
  return number;
}

/** Ring, triangle, code and name beside every aircraft that sends an emergency squawk: never colour alone, no flashing. */
export function drawEmergencies(context: CanvasRenderingContext2D, scene: Scene): void {
  const { placed, camera, size, now, palette } = scene;
  const { picture } = placed;
  const world = worldPixels(camera.zoom);
  for (let slot = 0; slot < picture.slots; slot++) {
    if (((scene.visible[slot] ?? 0) & EMERGENCY) === 0) continue;
    const words = `${squawkOf(picture.columns, slot)} ${picture.callsignOf(slot) ?? picture.addressOf(slot)}`;
    const { x: wx, y: wy } = placed.locate(slot, now, scene.moving);
    for (const copy of worldCopies(camera, size.width / 2)) {
      const x = size.width / 2 + (wx + copy - camera.x) * world;
      const y = size.height / 2 + (wy - camera.y) * world;
      context.strokeStyle = palette.emergency;
      context.fillStyle = palette.emergency;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, 13, 0, 2 * Math.PI);
      context.stroke();
      context.beginPath();
      context.moveTo(x + 21, y - 5);
      context.lineTo(x + 26, y + 4);
      context.lineTo(x + 16, y + 4);
      context.fill();
      context.font = '600 12px "Inter Variable", sans-serif';
      context.textBaseline = 'middle';
      context.lineWidth = 4;
      context.lineJoin = 'round';
      context.strokeStyle = palette.labelHalo;
      context.strokeText(words, x + 29, y);
      context.fillText(words, x + 29, y);
    }
  }
}
