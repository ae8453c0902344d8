import { EMERGENCY } from '../filter/visible.ts';
import type { LabelLevel } from './aircraft-detail.ts';
import type { Scene } from './scene.ts';
import { screenX, type Size } from './camera.ts';
import { placeLabels, type Box, type Kept, type Side, type Wanting } from './place-labels.ts';
import type { Placed } from './placed.ts';
import { worldPixels } from './projection.ts';
import { GROUND_CLASS } from '../filter/altitude-class.ts';
import type { Palette } from './ramp.ts';

/** First line (who) and second line (how high, how fast) of an aircraft; a line without text is left out. */
export type LabelWords = (slot: number) => readonly [string, string];

/** However much room there is: more than these cost time, and nobody reads them. */
const MOST_LABELS = 400;
/** Labels reach so far beyond the view: the canvas is larger, and is drawn again while it is dragged. */
const MARGIN_PX = 80;
const FONTS = ['600 11.5px "Inter Variable", sans-serif', '500 10.5px "Inter Variable", sans-serif'] as const;
const LINE_PX = 13;
const HALO_PX = 3;
/** Of the plate under a label that stands on a name of the ground. */
const PLATE_ALPHA = 0.85;
/** Half the ring round the chosen aircraft and round one that calls for help; how far the words reach that stand beside that one. */
const CHOSEN_RING_PX = 19;
const EMERGENCY_RING_PX = 14;
const EMERGENCY_WORDS_PX = 130;

/** What to label in one drawing. `half` is half an icon, CSS pixels. */
export interface LabelOrder {
  readonly level: LabelLevel;
  readonly half: number;
  /** Has both lines at every level; -1 for none. */
  readonly chosen: number;
  /** What is seen of the canvas, from its middle, CSS pixels. */
  readonly view: Size;
  /** Where the ground has names. */
  readonly written: readonly Box[];
  /** What of the canvas lies under cards. */
  readonly covered: readonly Box[];
}

/** The words of an aircraft's label, and the label as it was painted; null until it is first shown. */
interface Written {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly level: LabelLevel;
  /** The frame of the picture that last changed the row. */
  changedBy: number;
  image: HTMLCanvasElement | null;
}

/**
 * The labels of aircraft. Each is painted once and then copied until its words change, because a text with its halo
 * costs twenty times as much as a copy. Which of them are shown, and where, changes as little as possible from one
 * drawing to the next (place-labels.ts).
 */
export class AircraftLabels {
  readonly #words: LabelWords;
  #written = new Map<number, Written>();
  #kept: Kept = new Map<number, Side>();
  #look = '';

  constructor(words: LabelWords) {
    this.#words = words;
  }

  /** Everything is painted again: fonts have come, or the words have other units. */
  forget(): void {
    this.#written.clear();
  }

  /** Draws labels on a context whose transform is the identity. Answers how many were drawn. */
  draw(context: CanvasRenderingContext2D, scene: Scene, order: LabelOrder): number {
    const { ratio } = scene.size;
    const look = `${scene.palette.label} ${ratio}`;
    if (look !== this.#look) this.forget();
    this.#look = look;
    const { wanting, written, codes } = this.#wanting(context, scene, order);
    this.#written = written;
    const placedLabels = placeLabels(wanting, this.#kept, {
      most: MOST_LABELS,
      forced: order.chosen,
      written: [...order.written, ...codes],
      blocked: order.covered,
    });
    this.#kept = new Map(placedLabels.map(({ wanting: { address }, side }) => [address, side]));
    for (const { wanting: one, left, middle, isOverName } of placedLabels) {
      const label = written.get(one.address);
      if (label === undefined) continue;
      label.image ??= paint(label, scene.palette, ratio);
      // At whole device pixels: between them, text is blurred.
      const x = Math.round((left - HALO_PX) * ratio);
      const y = Math.round((middle - label.height / 2 - HALO_PX) * ratio);
      if (isOverName) {
        context.globalAlpha = PLATE_ALPHA;
        context.fillStyle = scene.palette.labelHalo;
        context.fillRect(x + ratio, y + ratio, label.image.width - 2 * ratio, label.image.height - 2 * ratio);
        context.globalAlpha = 1;
      }
      context.drawImage(label.image, x, y);
    }
    return placedLabels.length;
  }

  /**
   * Aircraft of the view that are to have a label, those in the air before those on the ground; their words by
   * address; and where the words of emergencies stand, which say the callsign already.
   */
  #wanting(
    context: CanvasRenderingContext2D,
    scene: Scene,
    { level, half, chosen, view }: LabelOrder,
  ): { readonly wanting: Wanting[]; readonly written: Map<number, Written>; readonly codes: Box[] } {
    const { placed, camera, size, now, moving, visible } = scene;
    const { picture } = placed;
    const written = new Map<number, Written>();
    const codes: Box[] = [];
    const inAir: Wanting[] = [];
    const onGround: Wanting[] = [];
    const world = worldPixels(camera.zoom);
    for (let slot = 0; slot < picture.slots && (level > 0 || chosen >= 0); slot++) {
      if (slot === chosen ? picture.used[slot] !== 1 : level === 0 || visible[slot] === 0) continue;
      const spot = placed.locate(slot, now, moving);
      const x = size.width / 2 + screenX(camera, spot.x);
      const y = size.height / 2 + (spot.y - camera.y) * world;
      if (Math.abs(x - size.width / 2) > view.width / 2 + MARGIN_PX) continue;
      if (Math.abs(y - size.height / 2) > view.height / 2 + MARGIN_PX) continue;
      const isEmergency = ((visible[slot] ?? 0) & EMERGENCY) !== 0;
      if (isEmergency) {
        const [left, right] = [x + EMERGENCY_RING_PX, x + EMERGENCY_WORDS_PX];
        codes.push({ left, top: y - 9, right, bottom: y + 9 });
        if (level < 2 && slot !== chosen) continue;
      }
      const address = picture.columns.icao24[slot] ?? 0;
      const label = this.#write(context, placed, slot, address, slot === chosen ? 2 : level);
      written.set(address, label);
      const ring = slot === chosen ? CHOSEN_RING_PX : isEmergency ? EMERGENCY_RING_PX : 0;
      const { width, height } = label;
      const list = placed.altitudeClass[slot] === GROUND_CLASS ? onGround : inAir;
      list.push({ slot, address, x, y, half: Math.max(half, ring), width, height });
    }
    return { wanting: [...inAir, ...onGround], written, codes };
  }

  /** The words of a label and how large they are; those of the last drawing where nothing has changed. */
  #write(
    context: CanvasRenderingContext2D,
    placed: Placed,
    slot: number,
    address: number,
    level: LabelLevel,
  ): Written {
    const known = this.#written.get(address);
    const changedBy = placed.picture.changedBy[slot] ?? 0;
    if (known?.changedBy === changedBy && known.level === level) return known;
    const lines = this.#words(slot)
      .slice(0, level)
      .filter((line) => line !== '');
    if (known?.level === level && known.lines.join() === lines.join()) {
      known.changedBy = changedBy;
      return known;
    }
    const widths = lines.map((line, i) => {
      context.font = FONTS[i] ?? FONTS[1];
      return context.measureText(line).width;
    });
    const width = Math.ceil(Math.max(0, ...widths));
    return { lines, width, height: Math.max(1, lines.length) * LINE_PX, level, changedBy, image: null };
  }
}

/** Paints lines of text with a halo, which stands {@link HALO_PX} over their box. */
function paint({ lines, width, height }: Written, palette: Palette, ratio: number): HTMLCanvasElement {
  const image = document.createElement('canvas');
  const context = image.getContext('2d');
  if (context === null) return image;
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
  return image;
}
