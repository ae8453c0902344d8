import { distance_m, type Position } from '../../wire/great-circle.ts';

/** What decides where a flight begins and ends. */
export interface Sighted extends Position {
  /** Epoch seconds. */
  readonly time: number;
  readonly on_ground: boolean;
}

/** A silence as long as this is the end of a flight, whatever lies on its two sides, seconds: no ocean takes longer. */
export const SILENCE_S = 4 * 3600;
/** On the ground for so long, heard of or not, an aircraft has ended its flight, seconds. Less is a touch-and-go or a holding. */
export const STOP_S = 900;
/** Who has moved less than this over a silence of {@link STOP_S}, km/h, has landed in between. */
const SLOWEST_KMH = 150;

/**
 * The rows of the flight that an aircraft was on at a time, of rows in the order of time: from its last stop before to its next
 * one. A flight begins on the ground {@link STOP_S} before take-off, and a landed aircraft still is on the flight that
 * brought it there. `isFirst` and `isLast` say that no row before or after it was given: it may be longer than that.
 */
export function flightAt<Row extends Sighted>(
  rows: readonly Row[],
  at: number,
): { readonly rows: readonly Row[]; readonly isFirst: boolean; readonly isLast: boolean } {
  const starts = startsOf(rows);
  let from = 0;
  let to = rows.length;
  for (const start of starts) {
    if ((rows[start]?.time ?? 0) <= at) from = start;
    else {
      to = start;
      break;
    }
  }
  return { rows: rows.slice(from, to), isFirst: from === 0, isLast: to === rows.length };
}

/** The rows that begin a flight, without the first of all. */
function startsOf(rows: readonly Sighted[]): number[] {
  const starts: number[] = [];
  /** Where the present time on the ground began; -1 in the air. */
  let landed = rows[0]?.on_ground === true ? 0 : -1;
  for (let i = 1; i < rows.length; i++) {
    const [before, row] = [rows[i - 1], rows[i]];
    if (before === undefined || row === undefined) continue;
    if (isStop(before, row)) {
      starts.push(i);
      landed = row.on_ground ? i : -1;
    } else if (row.on_ground) {
      if (!before.on_ground) landed = i;
    } else {
      const since = rows[landed]?.time ?? Number.POSITIVE_INFINITY;
      if (row.time - since >= STOP_S) {
        const taxied = rows.findIndex((one, at) => at > landed && one.time >= row.time - STOP_S);
        starts.push(Math.min(i, taxied));
      }
      landed = -1;
    }
  }
  return starts;
}

/** Whether an aircraft has ended its flight between two rows that follow each other. */
function isStop(before: Sighted, row: Sighted): boolean {
  const silence = row.time - before.time;
  if (silence <= STOP_S) return false;
  if (silence > SILENCE_S || before.on_ground || row.on_ground) return true;
  return (distance_m(before, row) / silence) * 3.6 < SLOWEST_KMH;
}
