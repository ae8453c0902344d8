import type { Scene } from './scene.ts';
import { heardPoint } from '../track/points.ts';
import { latitudeOf, longitudeOf } from './projection.ts';
import { drawTrackAt } from './track-layer.ts';
import { lineOf, type Track, type TrackPoint } from '../track/track.ts';

/**
 * The last point of a track before the newest position of the aircraft in a slot, that position, and where it is drawn
 * now; null if no line of the track leads there.
 */
export function headOf(
  track: Track,
  { placed, now, moving }: Pick<Scene, 'placed' | 'now' | 'moving'>,
  slot: number,
): readonly TrackPoint[] | null {
  const aircraft = slot < 0 ? null : placed.picture.aircraft(slot);
  if (aircraft === null) return null;
  const newest = heardPoint(aircraft);
  const end = lineOf(track, newest)?.at(-1);
  if (end === undefined) return null;
  const { x, y } = placed.locate(slot, now, moving);
  return [end, newest, { ...newest, longitude: longitudeOf(x), latitude: latitudeOf(y) }];
}

/**
 * Draws the recorded track of the chosen aircraft, and from the end of its line on to where it is now. `isPast`: what is shown is a
 * moment of the past, after which the track goes on.
 */
export function drawTrackOf(
  context: CanvasRenderingContext2D,
  scene: Scene,
  track: Track,
  isPast: boolean,
): void {
  const head = headOf(track, scene, scene.selected);
  const lines = head === null ? track.lines : [...track.lines, head];
  const at = isPast ? scene.now : null;
  drawTrackAt(context, { ...track, lines }, at, scene.camera, scene.size, scene.palette);
}
