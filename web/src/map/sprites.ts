import { KINDS, type Kind } from './glyph.ts';
import { CLASS_COUNT } from '../filter/altitude-class.ts';
import { PALETTES, type Palette, type Theme } from './ramp.ts';

/** Steps of 5 degrees; the extra column after them is the glyph for an unknown track. */
export const HEADINGS = 72;

/** Column of the glyph without a direction. */
export const NO_HEADING = HEADINGS;

/** The column of a track in hundredths of a degree. */
export function headingColumn(track_cdeg: number): number {
  return Math.round(track_cdeg / 500) % HEADINGS;
}

/** Edge of an icon in CSS pixels at a zoom: small when there are many, large when there are few. */
export function iconPixels(zoom: number, isSmall: boolean): number {
  if (isSmall) return 10;
  if (zoom < 4.6) return 12;
  if (zoom < 6.2) return 15;
  return zoom < 7.6 ? 19 : 24;
}

/** Outlines in a box of -12..12, nose to the north. */
export const GLYPHS: Readonly<Record<Kind, string>> = {
  jet: 'M0-11C1.1-11 1.7-9.3 1.7-7.5V-3L10.5 3.2V5.2L1.7 2.6V7.2L4.4 9.4V11L0 9.8L-4.4 11V9.4L-1.7 7.2V2.6L-10.5 5.2V3.2L-1.7-3V-7.5C-1.7-9.3-1.1-11 0-11Z',
  light:
    'M0-8.5C1-8.5 1.5-7.6 1.5-6V-3.6H10V-0.8L1.5 0.2L1 6H4V8.2L0 8.6L-4 8.2V6H-1L-1.5 0.2L-10-0.8V-3.6H-1.5V-6C-1.5-7.6-1-8.5 0-8.5Z',
  rotor:
    'M0-5.5L6.2-9.6L7.6-8.2L3.4-2.2L7.6 3.8L6.2 5.2L1.2 1.8V7H3.4V9H-3.4V7H-1.2V1.8L-6.2 5.2L-7.6 3.8L-3.4-2.2L-7.6-8.2L-6.2-9.6Z',
  glider:
    'M0-7C0.8-7 1.1-6 1.1-4.6V-2.6L11.5-1.6V0.2L1.1-0.2L0.8 6H3V7.6H-3V6H-0.8L-1.1-0.2L-11.5 0.2V-1.6L-1.1-2.6V-4.6C-1.1-6-0.8-7 0-7Z',
  ground: 'M0-7L4.6-1V6.5H-4.6V-1Z',
};

/** The line of an icon in outline, in the units of the glyphs; half of it lies outside of the shape. */
const OUTLINE = 3;

const UNKNOWN_HEADING = 'M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z';

/**
 * All icons of one palette and size, painted row by row when first needed, so that the first picture does not have to
 * wait.
 */
export interface SpriteSheet {
  readonly image: HTMLCanvasElement;
  /** Edge of one cell in device pixels. */
  readonly cell: number;
  /** Paints the row of this glyph and altitude class if it is missing, and answers its y in the sheet. */
  row(kind: number, altitudeClass: number): number;
}

/** The same icons twice: full for what was heard just now, and in outline for what is estimated. */
export interface SpriteSheets {
  readonly heard: SpriteSheet;
  readonly estimated: SpriteSheet;
}

/** Empty sheets for icons of `px` CSS pixels at `ratio` device pixels each; the second is made when it is first asked for. */
export function createSprites(palette: Palette, px: number, ratio: number): SpriteSheets {
  const heard = createSheet(palette, px, ratio, false);
  let estimated: SpriteSheet | null = null;
  return {
    heard,
    get estimated() {
      return (estimated ??= createSheet(palette, px, ratio, true));
    },
  };
}

/** The icons of the last look, which are painted again when it changes. */
export class Sprites {
  #key = '';
  #sheets: SpriteSheets | null = null;

  /** Icons of `px` CSS pixels at `ratio` device pixels each. */
  sheets(theme: Theme, px: number, ratio: number): SpriteSheets {
    const key = `${theme} ${px} ${ratio}`;
    if (this.#sheets === null || key !== this.#key) this.#sheets = createSprites(PALETTES[theme], px, ratio);
    this.#key = key;
    return this.#sheets;
  }
}

function createSheet(palette: Palette, px: number, ratio: number, isOutline: boolean): SpriteSheet {
  const cell = Math.ceil((px + 3) * ratio);
  const image = document.createElement('canvas');
  image.width = cell * (HEADINGS + 1);
  image.height = cell * CLASS_COUNT * KINDS.length;
  const context = image.getContext('2d');
  const painted = new Uint8Array(CLASS_COUNT * KINDS.length);
  const paths = KINDS.map((kind) => new Path2D(GLYPHS[kind]));
  const dot = new Path2D(UNKNOWN_HEADING);
  const scale = (px * ratio) / 24;
  return {
    image,
    cell,
    row(kind, altitudeClass) {
      const index = kind * CLASS_COUNT + altitudeClass;
      const path = paths[kind];
      if (painted[index] === 1 || context === null || path === undefined) return index * cell;
      painted[index] = 1;
      const colour = palette.classes[altitudeClass] ?? palette.classes[0];
      context.fillStyle = isOutline ? palette.land : colour;
      context.lineJoin = 'round';
      for (let column = 0; column <= HEADINGS; column++) {
        context.setTransform(scale, 0, 0, scale, (column + 0.5) * cell, (index + 0.5) * cell);
        if (column < HEADINGS) context.rotate((column * 2 * Math.PI) / HEADINGS);
        const shape = column === NO_HEADING ? dot : path;
        context.strokeStyle = palette.outline;
        context.lineWidth = isOutline ? OUTLINE + 2.6 : 2.6;
        context.stroke(shape);
        if (isOutline) {
          context.strokeStyle = colour;
          context.lineWidth = OUTLINE;
          context.stroke(shape);
        }
        context.fill(shape);
      }
      return index * cell;
    },
  };
}
