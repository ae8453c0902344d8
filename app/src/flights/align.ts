import { courseDifference, METRES_PER_DEGREE, wrapDegrees } from './geometry.ts';
import { RULES } from './rules.ts';
import type { Field, RunwayEnd, RunwayIndex, Vicinity } from './runway-index.ts';
import type { Hit } from './state.ts';

/** Where a place lies in the plane of a runway: metres behind the threshold, and to the right of the centre line. */
export interface Place {
  readonly end: RunwayEnd;
  readonly along: number;
  readonly cross: number;
}

/** Rows that fall into a runway's plane, if they are not too far before its threshold or behind its end. */
export function place(
  end: RunwayEnd,
  latitude: number,
  longitude: number,
  before: number,
  after: number,
): Place | null {
  const north = (latitude - end.latitude) * METRES_PER_DEGREE;
  const reach = before + after + end.length_m;
  if (north > reach || north < -reach) return null;
  const east = wrapDegrees(longitude - end.longitude) * end.eastMetres;
  if (east > reach || east < -reach) return null;
  const along = east * end.sine + north * end.cosine;
  if (along < -before || along > end.length_m + after) return null;
  return { end, along, cross: east * end.cosine - north * end.sine };
}

/** On the extended centre line, within what distance allows, and on its course where one is known. */
export const isOnLine = ({ cross }: Place, away: number): boolean =>
  Math.abs(cross) <= RULES.aligned.cross_m + RULES.aligned.crossPerMetre * away;

export const isOnCourse = (end: RunwayEnd, course: number | null, track: number | null): boolean =>
  (course !== null && courseDifference(course, end.course) <= RULES.aligned.course_deg) ||
  (track !== null && courseDifference(track, end.course) <= RULES.aligned.course_deg);

/** The runways that a landing or take-off row fits; `away` is the way to the runway, 0 beside it. `drift`: how much more cross-track is allowed behind the threshold. */
export function fitting(
  near: Vicinity,
  at: { readonly latitude: number; readonly longitude: number },
  course: number | null,
  track: number | null,
  before: number,
  after: number,
  drift = 0,
): readonly (Place & { readonly away: number })[] {
  const found: (Place & { away: number })[] = [];
  for (const end of near.ends) {
    const spot = place(end, at.latitude, at.longitude, before, after);
    if (spot === null) continue;
    const away = Math.max(0, -spot.along, spot.along - end.length_m);
    if (isOnLine(spot, away + drift * Math.max(0, spot.along)) && isOnCourse(end, course, track))
      found.push({ ...spot, away });
  }
  return found;
}

/** The most runways that are kept for one approach or departure; more than lie in line anywhere. */
const MOST_HITS = 6;

/** Counts a fitting row. What it weighs falls with the way to the runway: far out all parallels look alike. */
export function count(
  hits: Hit[],
  spot: Place & { readonly away: number },
  t: number,
  weighs = 1,
  half_m = 1500,
): void {
  const weight = weighs / (1 + spot.away / half_m);
  const known = hits.find(({ end }) => end === spot.end.index);
  if (known === undefined) {
    if (hits.length >= MOST_HITS) {
      // The one that fitted longest ago goes.
      let oldest = 0;
      for (const [at, hit] of hits.entries()) if (hit.to < (hits[oldest] as Hit).to) oldest = at;
      hits.splice(oldest, 1);
    }
    hits.push({
      end: spot.end.index,
      rows: 1,
      weight,
      cross: Math.abs(spot.cross) * weight,
      to: t,
      firstAlong: spot.along,
      along: spot.along,
      nearest: spot.away,
      touch: null,
    });
    return;
  }
  if (spot.along < known.along - BACK_M) {
    // It is before the runway again: another approach.
    known.firstAlong = known.along = spot.along;
    known.touch = null;
    known.to = t;
  }
  const isNext = t > known.to && t - known.to <= 120;
  if (known.touch === null && known.along < TOUCH_M && spot.along >= TOUCH_M && isNext)
    known.touch = known.to + ((t - known.to) * (TOUCH_M - known.along)) / (spot.along - known.along);
  known.rows += 1;
  known.weight += weight;
  known.cross += Math.abs(spot.cross) * weight;
  known.to = t;
  known.along = spot.along;
  known.nearest = Math.min(known.nearest, spot.away);
}

/** When it was over the place of touchdown, by a row near it and a speed, if no two rows show it. */
export const touchTime = (hit: Hit, speed: number | null): number =>
  Math.round(hit.touch ?? hit.to + (TOUCH_M - hit.along) / Math.max(40, speed ?? 65));

/** Where aeroplanes touch down: metres behind the threshold. */
const TOUCH_M = 300;
/** Further back along the runway than this, it has come round. */
const BACK_M = 1_500;

/** The runway of an approach or departure: the best hit, and whether a parallel one fits as well. */
export interface Choice {
  readonly hit: Hit;
  readonly end: RunwayEnd;
  /** False where another runway fits nearly as well: its name is not known then. */
  readonly isClear: boolean;
}

/**
 * The best of the hits, at one field if it is given. Large and medium airports go before small ones, more rows before
 * fewer, a smaller cross-track before a larger.
 */
export function choose(
  index: RunwayIndex,
  hits: readonly Hit[],
  field: Field | string | null,
  tell_m: number = RULES.aligned.tell_m,
): Choice | null {
  const ident = typeof field === 'string' ? field : (field?.ident ?? null);
  let newest = -Infinity;
  for (const hit of hits) newest = Math.max(newest, hit.to);
  const candidates = hits
    .map((hit) => ({ hit, end: index.ends[hit.end] as RunwayEnd }))
    .filter(({ end }) => ident === null || end.field.ident === ident)
    .toSorted(
      (a, b) =>
        Number(a.end.field.isSmall) - Number(b.end.field.isSmall) ||
        score(b.hit) - score(a.hit) ||
        a.hit.end - b.hit.end,
    );
  const [best, ...others] = candidates;
  if (best === undefined) return null;
  const isClear = others.every(
    ({ hit, end }) =>
      end.field.ident !== best.end.field.ident ||
      end.ident === best.end.ident ||
      hit.weight < 0.5 * best.hit.weight ||
      // Far from the runway the centre line says little: it may have drifted from a parallel one.
      (best.hit.nearest <= tell_m && meanCross(hit) > RULES.aligned.clearly * meanCross(best.hit) + 25),
  );
  return { hit: best.hit, end: best.end, isClear };
}

export const meanCross = ({ cross, weight }: Hit): number => (weight === 0 ? 1e6 : cross / weight);

/** More weight is better, cross-track worse: 100 m halve it. */
const score = (hit: Hit): number => hit.weight / (1 + meanCross(hit) / 100);
