import { TRACK_GAP_S, type TrackPoint } from './track.ts';

/** A flight over time: lists of one length. Where nobody heard the aircraft there is an entry without a point. */
export interface Profile {
  /** Epoch seconds, ascending. */
  readonly times: readonly number[];
  readonly points: readonly (TrackPoint | null)[];
  readonly altitudes: readonly (number | null)[];
  /** Elevation of the ground where it is known. */
  readonly grounds: readonly (number | null)[];
  readonly speeds: readonly (number | null)[];
}

/** The profile of points in the order of time, with a hole in it where two lie further apart than a line of the map joins. */
export function profileOf(course: readonly TrackPoint[]): Profile {
  const points: (TrackPoint | null)[] = [];
  const times: number[] = [];
  let last: number | null = null;
  for (const point of course) {
    // Of two positions of one moment the first is enough: a time is a place on the axis.
    if (last !== null && point.time <= last) continue;
    if (last !== null && point.time - last > TRACK_GAP_S) {
      points.push(null);
      times.push(last + 1);
    }
    points.push(point);
    times.push(point.time);
    last = point.time;
  }
  const list = (value: (point: TrackPoint) => number | null): (number | null)[] =>
    points.map((point) => (point === null ? null : value(point)));
  return {
    times,
    points,
    // Feeds leave out the altitude of an aircraft on the ground, where it is known.
    altitudes: list((point) => point.altitude_m ?? (point.on_ground ? (point.ground_m ?? null) : null)),
    grounds: list(({ ground_m }) => ground_m ?? null),
    speeds: list(({ velocity_kmh }) => velocity_kmh),
  };
}

/** Where a key moves along a profile of so many entries; null for a key that does not. `from` null: nowhere yet. */
export function moveAlong(key: string, from: number | null, length: number): number | null {
  const step = Math.max(1, Math.round(length / 100));
  const at = from ?? length - 1;
  const to = {
    ArrowLeft: at - step,
    ArrowRight: from === null ? at : at + step,
    PageUp: at - 10 * step,
    PageDown: at + 10 * step,
    Home: 0,
    End: length - 1,
  }[key];
  return to === undefined || length === 0 ? null : Math.min(length - 1, Math.max(0, to));
}
