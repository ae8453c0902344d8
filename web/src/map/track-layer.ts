import type { Position } from 'contrail/wire/great-circle';
import { altitudeClass } from '../filter/altitude-class.ts';
import type { Camera, Size } from './camera.ts';
import { shiftsOf, unwrapped } from './path.ts';
import { worldPixels, worldX, worldY } from './projection.ts';
import type { Palette } from './ramp.ts';
import { cutAt, type Track, type TrackPoint } from '../track/track.ts';

/** What is drawn of a track. */
export type TrackDrawing = Pick<Track, 'lines' | 'strays' | 'gaps'>;

const OUTLINE_PX = 5;
const LINE_PX = 2.5;
const DASHES_PX = [2, 6] as const;
/** Half the width of the cross at a position that is not on the track, CSS pixels. */
const CROSS_PX = 4.5;
/** Parts further than this from the canvas are not drawn, CSS pixels. */
const MARGIN_PX = 10;

/**
 * Draws a track coloured by altitude, with an outline so that it is visible on land, sea and other aircraft. Where nobody
 * heard the aircraft the line is dashed and of no altitude. A position that no aircraft can have reached gets a cross
 * and no line.
 */
export function drawTrack(
  context: CanvasRenderingContext2D,
  { lines, gaps, strays }: TrackDrawing,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  const pen = new Pen(context, camera, size);
  const dashes = (colour: string, width: number): void => {
    context.setLineDash([...DASHES_PX]);
    for (const gap of gaps) pen.line(gap, width, () => colour);
    context.setLineDash([]);
  };
  dashes(palette.labelHalo, OUTLINE_PX);
  for (const line of lines) pen.line(line, OUTLINE_PX, () => palette.labelHalo);
  dashes(palette.label, LINE_PX);
  const colourOf = ({ altitude_m, on_ground }: TrackPoint): string =>
    palette.classes[altitudeClass(altitude_m, on_ground)] ?? palette.classes[0];
  for (const line of lines) pen.line(line, LINE_PX, colourOf);
  pen.crosses(strays, OUTLINE_PX, palette.labelHalo);
  pen.crosses(strays, 2, palette.label);
}

/** How visible is what comes after the moment of a replay. */
const AHEAD_ALPHA = 0.3;

/** Draws a track as of the moment of a replay, epoch seconds: what comes after it pale; null: all of it as flown. */
export function drawTrackAt(
  context: CanvasRenderingContext2D,
  track: Track,
  at: number | null,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  if (at === null) {
    drawTrack(context, track, camera, size, palette);
    return;
  }
  const { flown, ahead } = cutAt(track, at);
  context.globalAlpha = AHEAD_ALPHA;
  drawTrack(context, ahead, camera, size, palette);
  context.globalAlpha = 1;
  drawTrack(context, flown, camera, size, palette);
}

/** Draws lines between places on every copy of the world that is in sight. */
class Pen {
  readonly #context: CanvasRenderingContext2D;
  readonly #camera: Camera;
  readonly #size: Size;
  readonly #world: number;

  constructor(context: CanvasRenderingContext2D, camera: Camera, size: Size) {
    this.#context = context;
    this.#camera = camera;
    this.#size = size;
    this.#world = worldPixels(camera.zoom);
  }

  /** A line through points; each step has the colour of its end. Steps of one colour are one stroke. */
  line(points: readonly TrackPoint[], width: number, colourOf: (to: TrackPoint) => string): void {
    const context = this.#context;
    const xs = unwrapped(points);
    const ys = points.map(({ latitude }) => this.#y(latitude));
    for (const shift of shiftsOf(xs, this.#camera, this.#size, MARGIN_PX)) {
      context.lineWidth = width;
      let colour = '';
      for (let i = 1; i < points.length; i++) {
        const to = points[i];
        if (to === undefined) continue;
        const [x0, x1] = [this.#x((xs[i - 1] ?? 0) + shift), this.#x((xs[i] ?? 0) + shift)];
        const [y0, y1] = [ys[i - 1] ?? 0, ys[i] ?? 0];
        const next = this.#isSeen(x0, y0, x1, y1) ? colourOf(to) : '';
        if (next !== colour) {
          if (colour !== '') context.stroke();
          colour = next;
          if (colour === '') continue;
          context.beginPath();
          context.strokeStyle = colour;
          context.moveTo(x0, y0);
        }
        if (colour !== '') context.lineTo(x1, y1);
      }
      if (colour !== '') context.stroke();
    }
  }

  crosses(places: readonly Position[], width: number, colour: string): void {
    const context = this.#context;
    context.lineWidth = width;
    context.strokeStyle = colour;
    for (const { longitude, latitude } of places) {
      const y = this.#y(latitude);
      for (const shift of shiftsOf([worldX(longitude)], this.#camera, this.#size, MARGIN_PX)) {
        const x = this.#x(worldX(longitude) + shift);
        context.beginPath();
        context.moveTo(x - CROSS_PX, y - CROSS_PX);
        context.lineTo(x + CROSS_PX, y + CROSS_PX);
        context.moveTo(x + CROSS_PX, y - CROSS_PX);
        context.lineTo(x - CROSS_PX, y + CROSS_PX);
        context.stroke();
      }
    }
  }

  #x(x: number): number {
    return this.#size.width / 2 + (x - this.#camera.x) * this.#world;
  }

  #y(latitude: number): number {
    return this.#size.height / 2 + (worldY(latitude) - this.#camera.y) * this.#world;
  }

  #isSeen(x0: number, y0: number, x1: number, y1: number): boolean {
    const { width, height } = this.#size;
    return (
      Math.max(x0, x1) >= -MARGIN_PX &&
      Math.min(x0, x1) <= width + MARGIN_PX &&
      Math.max(y0, y1) >= -MARGIN_PX &&
      Math.min(y0, y1) <= height + MARGIN_PX
    );
  }
}
