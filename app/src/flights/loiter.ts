import { metresBetween, METRES_PER_DEGREE, wrapDegrees } from './geometry.ts';
import type { Motion } from './motion.ts';
import type { FlightRow } from './records.ts';
import { RULES } from './rules.ts';
import type { AircraftState, Loiter } from './state.ts';

/**
 * Follows level flight within a circle. Answers a loiter that has ended and was a holding or an orbit; the one that is
 * open stays in the state.
 *
 *     straight - leaves the circle, or its level: begins again there
 *     turning  - one and a half laps in one sense, longer than wide: holding; one lap and back: orbit
 */
export function loiter(
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  altitude: number | null,
): Loiter | null {
  const open = state.loiter;
  if (altitude === null || !motion.moved) return null;
  const t = row.time_position;
  const { loiter: rules } = RULES;
  if (open !== null) turn(open, motion);
  if (
    open === null ||
    Math.abs(altitude - open.altitude) > rules.level_m ||
    motion.dt > 300 ||
    isStraight(open, row) ||
    metresBetween(open.latitude, open.longitude, row.latitude, row.longitude) > rules.radius_m
  ) {
    state.loiter = begin(row, altitude, motion.course);
    return open !== null && open.kind !== null ? open : null;
  }
  const way = metresBetween(state.beforeLatitude, state.beforeLongitude, row.latitude, row.longitude);
  open.way += motion.dt > 20 ? Math.max(way, (row.velocity ?? 0) * motion.dt) : way;
  const seconds = Math.min(120, motion.dt);
  const y = (row.latitude - open.latitude) * METRES_PER_DEGREE;
  const x =
    wrapDegrees(row.longitude - open.longitude) *
    METRES_PER_DEGREE *
    Math.cos((open.latitude * Math.PI) / 180);
  open.weight += seconds;
  open.x += x * seconds;
  open.y += y * seconds;
  open.xx += x * x * seconds;
  open.yy += y * y * seconds;
  open.xy += x * y * seconds;
  // The way out is straight: it is not judged, and does not make a circle long.
  if (Math.abs(open.turn) < open.judged + rules.judge_deg) return null;
  open.judged = Math.abs(open.turn);
  const kind = kindOf(open, t);
  if (kind !== null && (open.kind !== 'holding' || kind === 'holding')) {
    open.kind = kind;
    open.to = t;
    open.laps = Math.abs(open.turn) / 360;
    open.middle = [
      open.latitude + open.y / open.weight / METRES_PER_DEGREE,
      open.longitude + open.x / open.weight / METRES_PER_DEGREE / Math.cos((open.latitude * Math.PI) / 180),
    ];
  }
  return null;
}

/** The way in is not part of it: it begins with the first turn. */
const isStraight = (open: Loiter, row: FlightRow): boolean =>
  Math.abs(open.turn) < RULES.loiter.straight_deg &&
  metresBetween(open.latitude, open.longitude, row.latitude, row.longitude) > RULES.loiter.straight_m;

const begin = (row: FlightRow, altitude: number, course: number | null): Loiter => ({
  from: row.time_position,
  latitude: row.latitude,
  longitude: row.longitude,
  altitude,
  way: 0,
  turn: 0,
  judged: 0,
  course,
  weight: 0,
  x: 0,
  y: 0,
  xx: 0,
  yy: 0,
  xy: 0,
  kind: null,
  to: row.time_position,
  laps: 0,
  middle: null,
});

/** Adds the turn since the course before. Courses come from places, so a turn of more than 180 degrees is not seen. */
function turn(open: Loiter, { course }: Motion): void {
  if (course === null) return;
  if (open.course !== null) open.turn += wrapDegrees(course - open.course);
  open.course = course;
}

function kindOf(open: Loiter, t: number): 'holding' | 'orbit' | null {
  const { loiter: rules } = RULES;
  const turned = Math.abs(open.turn);
  const seconds = t - open.from;
  if (turned < rules.orbitTurn_deg || seconds < 60) return null;
  const [longer, spread] = shape(open);
  // Once around such a shape, if it were a circle.
  const lap = (seconds * 360) / turned;
  const [shortest, longest] = rules.lap_s;
  const isHolding =
    turned >= rules.holdingTurn_deg &&
    seconds >= rules.shortest_s &&
    lap >= shortest &&
    lap <= longest &&
    longer >= rules.longer &&
    open.way > 10 * spread;
  if (isHolding) return 'holding';
  return seconds <= 600 && spread <= rules.back_m ? 'orbit' : null;
}

/** How much longer than wide, and the standard deviation along the length, of the places by time. */
function shape({ weight, x, y, xx, yy, xy }: Loiter): readonly [longer: number, spread: number] {
  const a = xx / weight - (x / weight) ** 2;
  const b = yy / weight - (y / weight) ** 2;
  const c = xy / weight - (x * y) / weight ** 2;
  const middle = (a + b) / 2;
  const apart = Math.hypot((a - b) / 2, c);
  return [Math.sqrt((middle + apart) / Math.max(1, middle - apart)), Math.sqrt(middle + apart)];
}
