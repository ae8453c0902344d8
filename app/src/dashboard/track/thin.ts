import { type Position } from '../../wire/great-circle.ts';

/** What decides which rows of a track are kept. */
export interface Thinned extends Position {
  /** Epoch seconds. */
  readonly time: number;
  readonly altitude_m: number | null;
  readonly on_ground: boolean;
  /** The step to this row is none that an aircraft can fly. */
  readonly isJump: boolean;
}

const METRES_PER_DEGREE = 111_195;
/** How much a metre of altitude counts, compared with one on the map. */
const METRES_PER_CLIMBED = 5;
/** The first try, metres. */
const FINEST_M = 8;
/** A longer pause is kept with both its ends, seconds. */
const PAUSE_S = 600;

/**
 * At most `most` rows of a track (rows in the order of time), so that none that is left out lies further than `within_m` from
 * where the line between its neighbours is at its time; a metre of altitude counts as five. Ends of pauses and jumps,
 * take-off and landing are kept. Where even those are too many, as of two aircraft with one address, the newest rows are
 * answered, and `within_m` is null. The line is kept, not every so manyth row, because a curve needs more rows than a cruise.
 */
export function thin<Row extends Thinned>(
  rows: readonly Row[],
  most: number,
): { readonly rows: readonly Row[]; readonly within_m: number | null } {
  if (rows.length <= most) return { rows, within_m: 0 };
  const ends = endsOf(rows);
  for (let within_m = FINEST_M; ends.length <= most && within_m < 1e6; within_m *= 2) {
    const kept = simplified(rows, ends, within_m);
    if (kept.length <= most) return { rows: kept, within_m };
  }
  return { rows: rows.slice(-most), within_m: null };
}

/** The rows at which a piece ends or begins, ascending. */
function endsOf(rows: readonly Thinned[]): number[] {
  const ends = new Set([0, rows.length - 1]);
  for (let i = 1; i < rows.length; i++) {
    const [before, row] = [rows[i - 1], rows[i]];
    if (before === undefined || row === undefined) continue;
    if (row.isJump || row.on_ground !== before.on_ground || row.time - before.time > PAUSE_S)
      ends.add(i - 1).add(i);
  }
  return [...ends].toSorted((a, b) => a - b);
}

/** Douglas and Peucker's algorithm, with distances at the same time (Meratnia and de By 2004). */
function simplified<Row extends Thinned>(
  rows: readonly Row[],
  ends: readonly number[],
  within_m: number,
): Row[] {
  const kept = new Set(ends);
  const open = ends.slice(1).map((to, i) => [ends[i] ?? 0, to] as const);
  for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
    const [from, to] = piece;
    let worst = within_m;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const off = offLine_m(rows, i, from, to);
      if (off > worst) [worst, at] = [off, i];
    }
    if (at < 0) continue;
    kept.add(at);
    open.push([from, at], [at, to]);
  }
  return rows.filter((_row, i) => kept.has(i));
}

/** How far a row is from where an aircraft would be at its time, had it flown straight from one row to another. */
function offLine_m(rows: readonly Thinned[], i: number, from: number, to: number): number {
  const [row, a, b] = [rows[i], rows[from], rows[to]];
  if (row === undefined || a === undefined || b === undefined) return 0;
  const share = b.time > a.time ? (row.time - a.time) / (b.time - a.time) : 0;
  const turn = (degrees: number): number => degrees - 360 * Math.round(degrees / 360);
  const east = turn(row.longitude - a.longitude) - turn(b.longitude - a.longitude) * share;
  const north = row.latitude - a.latitude - (b.latitude - a.latitude) * share;
  const up =
    row.altitude_m === null || a.altitude_m === null || b.altitude_m === null
      ? 0
      : row.altitude_m - a.altitude_m - (b.altitude_m - a.altitude_m) * share;
  const narrow = Math.cos((row.latitude * Math.PI) / 180);
  return Math.hypot(east * narrow * METRES_PER_DEGREE, north * METRES_PER_DEGREE, up * METRES_PER_CLIMBED);
}
