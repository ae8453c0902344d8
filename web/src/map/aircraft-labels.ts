import { EMERGENCY } from '../filter/visible.ts';
import type { LabelLevel } from './aircraft-detail.ts';
import type { Scene } from './aircraft-layer.ts';
import { screenX } from './camera.ts';
import { placeLabels, type Box, type Kept, type Side, type Wanting } from './place-labels.ts';
import { worldPixels } from './projection.ts';
import { GROUND_CLASS } from '../filter/altitude-class.ts';
import type { Palette } from './ramp.ts';

/** First line (who) and second line (how high, how fast) of an aircraft; a line without text is left out. */
export type LabelWords = (slot: number) => readonly [string, string];

/** However much room there is: more than these cost time, and nobody reads them. */
const MOST_LABELS = 250;
const FONTS = ['600 11.5px "Inter Variable", sans-serif', '500 10.5px "Inter Variable", sans-serif'] as const;
const LINE_PX = 13;
const HALO_PX = 3;
/** Half of the ring round the chosen aircraft (base.css), with some air. */
const RING_PX = 19;

/** What to label in one drawing. `half` is half an icon, CSS pixels. */
export interface LabelOrder {
  readonly level: LabelLevel;
  readonly half: number;
  /** Has both lines at every level; -1 for none. */
  readonly chosen: number;
  /** Where the ground has names. */
  readonly written: readonly Box[];
}

/** A label as it was painted, and what it was painted from. */
interface Painted {
  readonly image: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  readonly level: LabelLevel;
  readonly text: string;
  /** The frame of the picture that last changed the row. */
  readonly changedBy: number;
}

/**
 * The labels of aircraft. Each is painted once and then copied until its words change, because a text with its halo
 * costs twenty times as much as a copy. Which of them are shown, and where, changes as little as possible from one
 * drawing to the next (place-labels.ts).
 */
export class AircraftLabels {
  readonly #words: LabelWords;
  #painted = new Map<number, Painted>();
  #kept: Kept = new Map<number, Side>();
  #look = '';

  constructor(words: LabelWords) {
    this.#words = words;
  }

  /** Everything is painted again: fonts have come, or the words have other units. */
  forget(): void {
    this.#painted.clear();
  }

  /** Draws labels on a context whose transform is the identity. Answers how many were drawn. */
  draw(
    context: CanvasRenderingContext2D,
    scene: Scene,
    { level, half, chosen, written }: LabelOrder,
  ): number {
    const look = `${scene.palette.label} ${scene.size.ratio}`;
    if (look !== this.#look) this.forget();
    this.#look = look;
    const before = this.#painted;
    this.#painted = new Map();
    const { size } = scene;
    const placedLabels = placeLabels(this.#wanting(scene, level, half, chosen, before), this.#kept, {
      most: MOST_LABELS,
      forced: chosen,
      written,
    });
    this.#kept = new Map(placedLabels.map(({ wanting, side }) => [wanting.address, side]));
    for (const { wanting, left, middle } of placedLabels) {
      const painted = this.#painted.get(wanting.address);
      if (painted === undefined) continue;
      // At whole device pixels: between them, text is blurred.
      const x = Math.round((left - HALO_PX) * size.ratio);
      const y = Math.round((middle - painted.height / 2 - HALO_PX) * size.ratio);
      context.drawImage(painted.image, x, y);
    }
    return placedLabels.length;
  }

  /** Aircraft of the canvas that are to have a label: those in the air before those on the ground. */
  #wanting(
    scene: Scene,
    level: LabelLevel,
    half: number,
    chosen: number,
    before: ReadonlyMap<number, Painted>,
  ): Wanting[] {
    const { placed, camera, size, now, moving, visible } = scene;
    const { picture } = placed;
    if (level === 0 && chosen < 0) return [];
    const world = worldPixels(camera.zoom);
    const inAir: Wanting[] = [];
    const onGround: Wanting[] = [];
    for (let slot = 0; slot < picture.slots; slot++) {
      if (slot === chosen ? picture.used[slot] !== 1 : level === 0 || visible[slot] === 0) continue;
      // Its name stands with its mark.
      if (((visible[slot] ?? 0) & EMERGENCY) !== 0) continue;
      const spot = placed.locate(slot, now, moving);
      const x = size.width / 2 + screenX(camera, spot.x);
      const y = size.height / 2 + (spot.y - camera.y) * world;
      if (x < 0 || x > size.width || y < 0 || y > size.height) continue;
      const address = picture.columns.icao24[slot] ?? 0;
      const { width, height } = this.#paint(scene, slot, address, slot === chosen ? 2 : level, before);
      (placed.altitudeClass[slot] === GROUND_CLASS ? onGround : inAir).push({
        slot,
        address,
        x,
        y,
        half: slot === chosen ? RING_PX : half,
        width,
        height,
      });
    }
    return [...inAir, ...onGround];
  }

  #paint(
    { placed, palette, size }: Scene,
    slot: number,
    address: number,
    level: LabelLevel,
    before: ReadonlyMap<number, Painted>,
  ): Painted {
    const known = before.get(address);
    const changedBy = placed.picture.changedBy[slot] ?? 0;
    if (known?.changedBy === changedBy && known.level === level) {
      this.#painted.set(address, known);
      return known;
    }
    const lines = this.#words(slot)
      .slice(0, level)
      .filter((line) => line !== '');
    const text = lines.join('\n');
    const painted: Painted =
      known?.text === text && known.level === level
        ? { ...known, changedBy }
        : { ...paint(lines, palette, size.ratio), level, text, changedBy };
    this.#painted.set(address, painted);
    return painted;
  }
}

/** Paints lines of text with a halo, which stands {@link HALO_PX} over the box of this width and height. */
function paint(
  lines: readonly string[],
  palette: Palette,
  ratio: number,
): Pick<Painted, 'image' | 'width' | 'height'> {
  const image = document.createElement('canvas');
  const context = image.getContext('2d');
  const height = Math.max(1, lines.length) * LINE_PX;
  if (context === null) return { image, width: 0, height };
  const widths = lines.map((line, i) => {
    context.font = FONTS[i] ?? FONTS[1];
    return context.measureText(line).width;
  });
  const width = Math.ceil(Math.max(0, ...widths));
  image.width = Math.max(1, Math.ceil((width + 2 * HALO_PX) * ratio));
  image.height = Math.ceil((height + 2 * HALO_PX) * ratio);
  context.setTransform(ratio, 0, 0, ratio, HALO_PX * ratio, HALO_PX * ratio);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = HALO_PX;
  context.strokeStyle = palette.labelHalo;
  for (const [i, line] of lines.entries()) {
    context.font = FONTS[i] ?? FONTS[1];
    const y = (i + 0.5) * LINE_PX;
    context.strokeText(line, 0, y);
    context.fillStyle = i === 0 ? palette.callsign : palette.label;
    context.fillText(line, 0, y);
  }
  return { image, width, height };
}
