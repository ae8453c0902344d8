/**
 * Between two positions of an aircraft the map carries it on by its speed and track, as long as that is believable, and glides
 * to the next position when that comes. Everything here is a pure rule; `placed.ts` keeps the numbers. Why these bounds, and
 * how large the errors are: docs/decisions/0017-dead-reckoning.md. What the server counts on: wire/FORMAT.md.
 */

/** Straight and level flight is believed for this long, seconds. */
export const MOST_S = 120;
/** A climb or descent: it ends or changes speed sooner. */
export const CLIMBING_S = 90;
/** Whatever an aircraft does; the server counts on it (wire/FORMAT.md), and what is no older passes for heard just now. */
export const LEAST_S = 15;

/** From this vertical rate on an aircraft climbs or descends, m/s. */
const LEVEL_M_S = 2.5;
/** The course that a turn may leave behind until nobody can say where it ends, degrees. */
const MOST_TURN = 60;
/** Two tracks further apart say nothing about the turn of now, seconds: a turn of a quarter takes 30 s. */
const TURN_SEEN_S = 30;

/** Degrees a second between two tracks of one aircraft, positive to the right; 0 where they are too far apart to tell. */
export function turnRate(before: number, track: number, elapsed_s: number): number {
  if (!(elapsed_s > 0) || elapsed_s > TURN_SEEN_S) return 0;
  return (((((track - before + 180) % 360) + 360) % 360) - 180) / elapsed_s;
}

/** How long a position is believably carried on, seconds, by what the aircraft does. Turn in degrees a second, rate in m/s. */
export function believable_s(turn: number, verticalRate: number, onGround: boolean): number {
  if (onGround) return LEAST_S;
  const flight = Math.abs(verticalRate) < LEVEL_M_S ? MOST_S : CLIMBING_S;
  return Math.max(LEAST_S, Math.min(flight, MOST_TURN / Math.abs(turn)));
}

/**
 * The bound for all aircraft of a feed of this pace, seconds: one that has missed two polls has left the feed's sight, or
 * landed. A pace of 0: nobody knows it.
 */
export function boundOf(pace_s: number): number {
  return Math.min(MOST_S, LEAST_S + 2 * Math.max(0, pace_s));
}

/** A jump up to this is a glide, metres; what is further is shown as the jump that it is: nobody could follow it. */
const MOST_GLIDE_M = 30_000;
/** What a position may be wrong by on top of what was flown, metres. */
const POSITION_ERROR_M = 3000;
/** Speeds are told in steps and change; and the speed of an aircraft that does not tell it, m/s. */
const SPEED_MARGIN = 1.5;
const UNKNOWN_SPEED_M_S = 300;

/**
 * Whether an aircraft cannot have flown from its last position to the next, or the map would have to move it too far. `gone_m`
 * lies between the two positions, `error_m` between where it is drawn and where it should be.
 */
export function isJump(gone_m: number, error_m: number, elapsed_s: number, speed_m_s: number): boolean {
  const flown_m = (speed_m_s > 0 ? speed_m_s : UNKNOWN_SPEED_M_S) * SPEED_MARGIN * Math.max(0, elapsed_s);
  return error_m > MOST_GLIDE_M || gone_m > flown_m + POSITION_ERROR_M;
}

/** How long a glide over an error takes, seconds: 1 for a small one, 2 for 2 km, at most 4. */
export function glide_s(error_m: number): number {
  return Math.min(4, 1 + error_m / 2000);
}

/** The share of the error that is left after a share 0..1 of the glide: it begins and ends gently. */
export function leftOf(share: number): number {
  return 1 - share * share * (3 - 2 * share);
}
/** The fastest moment of a glide, against its mean speed: the slope of {@link leftOf} in its middle. */
export const FASTEST_OF_GLIDE = 1.5;

/** Opacity of an aircraft at its faintest. */
export const FAINTEST_ALPHA = 0.35;
/** The age from which an aircraft is at its faintest, seconds; later where the pace is slow. */
const FAINTEST_S = 60;

/** The age from which an aircraft fades, seconds: nothing looks old while its feed keeps its pace. */
export function fadesFrom(pace_s: number): number {
  return LEAST_S + 2 * Math.max(0, pace_s);
}

/** Opacity 0..1 of an aircraft whose position is this old: it fades by its own age, by the pace of the feed. */
export function fadeAlpha(age_s: number, pace_s: number): number {
  const from = fadesFrom(pace_s);
  if (!(age_s > from)) return 1;
  // The same ages from which the server calls a feed late and lost.
  const until = Math.max(FAINTEST_S, LEAST_S + 3.5 * pace_s);
  return 1 - Math.min(1, (age_s - from) / (until - from)) * (1 - FAINTEST_ALPHA);
}
