import { distance_m, type Position } from 'contrail/wire/great-circle';

/** One recorded position of an address. */
export interface TrackPoint extends Position {
  /** Epoch seconds. */
  readonly time: number;
  readonly altitude_m: number | null;
  readonly velocity_kmh: number | null;
  /** Degrees clockwise from true north. */
  readonly true_track: number | null;
  readonly on_ground: boolean;
  /** Elevation of the ground below, metres, where it is known. */
  readonly ground_m?: number | null;
}

/** The positions of one address, sorted for drawing. */
export interface Track {
  /**
   * Lines, by their first points. Each is in order of time, has only steps that an aircraft can fly, and no long pause.
   */
  readonly lines: readonly (readonly TrackPoint[])[];
  /** Positions that no aircraft can have reached or left: they are marked and not joined. One for each place. */
  readonly strays: readonly TrackPoint[];
  /** Where nobody heard the aircraft: from the end of a line to the beginning of the one that goes on. */
  readonly gaps: readonly (readonly [TrackPoint, TrackPoint])[];
  /** The most lines at the same time: 2 if two aircraft send the same address. */
  readonly beside: number;
}

/** A pause in a track longer than this is not bridged by a line, seconds (the segments of Silver_ML). */
export const TRACK_GAP_S = 600;
/** How far a position is extrapolated to find the line of a point, seconds. */
const FORESIGHT_S = 60;
/**
 * How much a metre of altitude and a degree of turn count, compared with a metre of distance, when two lines are close.
 */
const METRES_PER_CLIMBED = 5;
const METRES_PER_TURNED = 20;

/**
 * Whether the distance from one position to the next is longer than an aircraft can fly in that time: the rule of
 * `is_jump` of silver/flights_ml. The speed is that of the two positions, and at least 360 km/h.
 */
export function isJump(from: TrackPoint, to: TrackPoint): boolean {
  const kmh = Math.max(360, from.velocity_kmh ?? 0, to.velocity_kmh ?? 0);
  const seconds = Math.abs(to.time - from.time);
  return distance_m(from, to) > ((1.3 * kmh) / 3.6) * (seconds + 2) + 500;
}

/**
 * Sorts the positions of one address into lines. Each joins the line whose end it fits best, of those that it can
 * follow; else it begins a new line. So one wrong position does not break a track, and two aircraft with one address
 * make two lines, not a zigzag. `points` are in the order of time. Pure.
 */
export function assembleTrack(points: readonly TrackPoint[]): Track {
  const lines: TrackPoint[][] = [];
  let open: TrackPoint[][] = [];
  for (const point of points) {
    open = open.filter((line) => point.time - endOf(line).time <= TRACK_GAP_S);
    const line = bestOf(open, point);
    if (line === null) {
      const begun = [point];
      lines.push(begun);
      open.push(begun);
    } else line.push(point);
  }
  const isStray = (line: readonly TrackPoint[]): boolean =>
    standsStill(line) && lines.some((other) => other !== line && isBeside(line, other));
  const strays = lines.filter(isStray);
  const kept = lines.filter((line) => !strays.includes(line));
  return { lines: kept, strays: strays.map(endOf), gaps: gapsOf(kept), beside: mostAtOnce(kept) };
}

/** A track up to a time, epoch seconds, and what came after it, joined to that. */
export function cutAt(track: Track, time: number): { readonly flown: Track; readonly ahead: Track } {
  const parts = track.lines.map((line) => {
    const flown = line.filter((point) => point.time <= time);
    return { flown, ahead: line.slice(Math.max(0, flown.length - 1)) };
  });
  const isFlown = ({ time: at }: TrackPoint): boolean => at <= time;
  return {
    flown: {
      ...track,
      lines: parts.flatMap(({ flown }) => (flown.length > 0 ? [flown] : [])),
      gaps: track.gaps.filter(([, to]) => isFlown(to)),
      strays: track.strays.filter(isFlown),
    },
    ahead: {
      ...track,
      lines: parts.flatMap(({ ahead }) => (ahead.length > 1 ? [ahead] : [])),
      gaps: track.gaps.filter(([, to]) => !isFlown(to)),
      strays: [],
    },
  };
}

/** The line that a point continues, or null. For the newest position of the picture, which is not recorded yet. */
export function lineOf(track: Track, point: TrackPoint): readonly TrackPoint[] | null {
  return bestOf(
    track.lines.filter((line) => Math.abs(point.time - endOf(line).time) <= TRACK_GAP_S),
    point,
  );
}

/**
 * The points of one aircraft, for a curve over time: the line with `newest`, else the longest one, and the lines before
 * and after it. Lines at the same time are left out.
 */
export function courseOf(track: Track, newest: TrackPoint | null): readonly TrackPoint[] {
  const longest = track.lines.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const own = (newest === null ? null : lineOf(track, newest)) ?? longest;
  return track.lines.filter((line) => line === own || !isAtOnce(line, own)).flat();
}

/** For each line, by its first point, the gap from the last line before it from which it can have been flown. */
function gapsOf(lines: readonly (readonly TrackPoint[])[]): (readonly [TrackPoint, TrackPoint])[] {
  const gaps: (readonly [TrackPoint, TrackPoint])[] = [];
  const left = [...lines];
  for (const line of lines) {
    const [start] = line;
    if (start === undefined) continue;
    const before = left
      .filter((other) => endOf(other).time < start.time && !isJump(endOf(other), start))
      .toSorted((a, b) => endOf(b).time - endOf(a).time)[0];
    if (before === undefined) continue;
    left.splice(left.indexOf(before), 1);
    gaps.push([endOf(before), start]);
  }
  return gaps;
}

function bestOf<Line extends readonly TrackPoint[]>(lines: readonly Line[], point: TrackPoint): Line | null {
  let best: Line | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const end = endOf(line);
    if (isJump(end, point)) continue;
    const misfit = misfit_m(end, point);
    if (misfit < least) [best, least] = [line, misfit];
  }
  return best;
}

/**
 * How badly a point fits the end of a line, metres: its distance from the extrapolated position, plus climb and turn.
 */
function misfit_m(end: TrackPoint, point: TrackPoint): number {
  const climbed =
    end.altitude_m === null || point.altitude_m === null ? 0 : point.altitude_m - end.altitude_m;
  const turned = end.true_track === null || point.true_track === null ? 0 : point.true_track - end.true_track;
  const turn = Math.abs(((((turned + 180) % 360) + 360) % 360) - 180);
  return (
    distance_m(foreseen(end, point.time), point) +
    METRES_PER_CLIMBED * Math.abs(climbed) +
    METRES_PER_TURNED * turn
  );
}

/** Where an aircraft is a little later, on a flat Earth: exact enough to distinguish two aircraft. */
function foreseen(point: TrackPoint, time: number): Position {
  const seconds = time - point.time;
  if (point.velocity_kmh === null || point.true_track === null || seconds > FORESIGHT_S) return point;
  const degrees = ((point.velocity_kmh / 3.6) * seconds) / 111_195;
  const bearing = (point.true_track * Math.PI) / 180;
  const narrow = Math.max(0.01, Math.cos((point.latitude * Math.PI) / 180));
  return {
    longitude: point.longitude + (degrees * Math.sin(bearing)) / narrow,
    latitude: point.latitude + degrees * Math.cos(bearing),
  };
}

function endOf(line: readonly TrackPoint[]): TrackPoint {
  const end = line.at(-1);
  if (end === undefined) throw new Error('a line has at least one point');
  return end;
}

/** Whether all positions of a line are the same. */
function standsStill(line: readonly TrackPoint[]): boolean {
  const { longitude, latitude } = endOf(line);
  return line.every((point) => point.longitude === longitude && point.latitude === latitude);
}

/** Whether two lines run at the same time. */
function isAtOnce(a: readonly TrackPoint[], b: readonly TrackPoint[]): boolean {
  return (a[0]?.time ?? 0) <= endOf(b).time && (b[0]?.time ?? 0) <= endOf(a).time;
}

/** Whether two lines have points less than a pause apart. */
function isBeside(a: readonly TrackPoint[], b: readonly TrackPoint[]): boolean {
  return (a[0]?.time ?? 0) - endOf(b).time <= TRACK_GAP_S && (b[0]?.time ?? 0) - endOf(a).time <= TRACK_GAP_S;
}

function mostAtOnce(lines: readonly (readonly TrackPoint[])[]): number {
  const counts = lines.map((line) => lines.filter((other) => isAtOnce(line.slice(0, 1), other)).length);
  return Math.max(0, ...counts);
}
