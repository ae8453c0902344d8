import type { Palette } from './ramp.ts';

/** What is photographed: the map's canvases, which are larger than the view by `oversize`, and the view in CSS pixels. */
export interface Photographed {
  readonly layers: readonly HTMLCanvasElement[];
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly oversize: number;
  /** Where the chosen aircraft is in the view; null: nobody is chosen. */
  readonly chosen: { readonly x: number; readonly y: number } | null;
  readonly palette: Palette;
}

/** What stands below a picture of the map. */
export interface Caption {
  /** What it shows and of when. */
  readonly left: readonly string[];
  /** Whose work it stands on. */
  readonly right: string;
  /** A word for each altitude class. */
  readonly classes: readonly string[];
}

const BAR_PX = 64;
const PADDING_PX = 16;
const SWATCH_PX = 40;
const RING_PX = 16;

/** A picture of the map as it is seen, with a bar below that says of what, of when, and by whom. */
export function photograph(seen: Photographed, caption: Caption): HTMLCanvasElement {
  const { layers, width, height, ratio, oversize, chosen, palette } = seen;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((height + BAR_PX) * ratio);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const margin = (oversize - 1) / 2;
  for (const layer of layers)
    context.drawImage(layer, -Math.round(width * margin * ratio), -Math.round(height * margin * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (chosen !== null) {
    context.lineWidth = 2;
    context.strokeStyle = palette.selection;
    context.beginPath();
    context.arc(chosen.x, chosen.y, RING_PX, 0, 2 * Math.PI);
    context.stroke();
  }
  context.fillStyle = palette.labelHalo;
  context.fillRect(0, height, width, BAR_PX);
  drawCaption(context, caption, { width, height, palette });
  return canvas;
}

function drawCaption(
  context: CanvasRenderingContext2D,
  { left, right, classes }: Caption,
  { width, height, palette }: Pick<Photographed, 'width' | 'height' | 'palette'>,
): void {
  const write = (text: string, x: number, y: number, most: number, font: string, colour: string): void => {
    context.font = `${font} "Inter Variable", sans-serif`;
    context.fillStyle = colour;
    context.fillText(text, x, y, most);
  };
  context.textBaseline = 'middle';
  const rampWidth = classes.length * SWATCH_PX;
  const most = width - 2 * PADDING_PX;
  const isWide = width > 2 * rampWidth + 300;
  for (const [i, line] of left.entries())
    write(
      line,
      PADDING_PX,
      height + 22 + 20 * i,
      isWide ? most - rampWidth - PADDING_PX : most,
      i === 0 ? '640 14px' : '450 12px',
      palette.callsign,
    );
  context.textAlign = 'end';
  if (isWide) write(right, width - PADDING_PX, height + 46, most / 2, '450 11px', palette.label);
  context.textAlign = 'start';
  if (!isWide) {
    // A narrow picture has no room for the colours: what it must say is whose work it is.
    write(right, PADDING_PX, height + 58, most, '450 9px', palette.label);
    return;
  }
  const from = width - PADDING_PX - rampWidth;
  for (const [i, words] of classes.entries()) {
    context.fillStyle = palette.classes[i] ?? palette.label;
    context.fillRect(from + i * SWATCH_PX, height + 10, SWATCH_PX - 2, 8);
    write(words, from + i * SWATCH_PX, height + 27, SWATCH_PX - 2, '450 10px', palette.label);
  }
}
