import type { Airport } from '../../flight/airports.ts';
import type { Runway } from '../../flight/runways.ts';
import type { StateVector } from '../../flight/state-vector.ts';
import { type World, worldOfDay } from '../simulator/simulate.ts';
import { distance_m } from '../simulator/path.ts';
import type { Circle } from '../adsbx/circles.ts';

/** The aircraft at a moment. */
export interface Scene {
  /** Epoch seconds. */
  readonly time: number;
  readonly vectors: readonly StateVector[];
  /** Rows as OpenSky sent them, where the scene is a recording of it; their times are those of `time`. */
  readonly rows?: readonly unknown[];
  /** Entries as a receiver wrote them, where the scene is a recording of one; their ages count back from `time`. */
  readonly entries?: readonly unknown[];
}

/** What the aircraft of a mock do. */
export type Traffic = (nowMs: number) => Scene;

/** What simulated traffic follows from. */
export interface SimulatedOptions {
  readonly airports: readonly Airport[];
  readonly runways?: readonly Runway[];
  readonly aircraft: number;
  readonly seed: number;
  /** How often the scene changes, ms. */
  readonly paceMs: number;
}

/** Scenes of two clients that see different grids of time. */
const KEPT = 2;

/**
 * Invented aircraft. The world begins at the UTC midnight before the first scene, so that all mocks of one day and seed show
 * the same flights. Which positions are missing or repeated depends on when they are asked, too.
 * @throws ContrailError `invalid` / `simulator-arguments` at the first scene
 */
export function simulatedTraffic({ paceMs, ...options }: SimulatedOptions): Traffic {
  const kept: Scene[] = [];
  let world: World | null = null;
  return (nowMs) => {
    const time = Math.floor(beginOf(nowMs, paceMs) / 1000);
    const known = kept.find((scene) => scene.time === time);
    if (known !== undefined) return known;
    // A world can only advance.
    if (world === null || kept.some((scene) => scene.time > time))
      world = worldOfDay({ ...options, intervalSeconds: paceMs / 1000 }, nowMs);
    const scene = { time, vectors: world.poll(time) };
    kept.splice(0, Math.max(0, kept.length + 1 - KEPT));
    kept.push(scene);
    return scene;
  };
}

/** When the pace that a moment is in began. */
export const beginOf = (nowMs: number, paceMs: number): number => Math.floor(nowMs / paceMs) * paceMs;

/** Only what is within a circle; an aircraft without a position is not. */
export const within = (circle: Circle, traffic: Traffic): Traffic =>
  changed(traffic, ({ time, vectors, rows, entries }) => ({
    time,
    vectors: vectors.filter(({ latitude, longitude }) => isWithin(circle, latitude, longitude)),
    ...(rows && { rows: rows.filter((row) => Array.isArray(row) && isWithin(circle, row[6], row[5])) }),
    ...(entries && { entries: entries.filter((entry) => isNear(circle, entry)) }),
  }));

/**
 * Without the vectors that no receiver passes on, though OpenSky does: an address that is none, a place that is not on the
 * globe.
 */
export const asHeard = (traffic: Traffic): Traffic =>
  changed(traffic, (scene) => ({
    ...scene,
    vectors: scene.vectors.filter(
      ({ icao24, latitude, longitude }) =>
        /^[\da-f]{6}$/.test(icao24 ?? '') && Math.abs(latitude ?? 0) <= 90 && Math.abs(longitude ?? 0) <= 180,
    ),
  }));

/** Other scenes in place of those of a traffic, each made once. */
function changed(traffic: Traffic, change: (scene: Scene) => Scene): Traffic {
  let [seen, shown]: [Scene | null, Scene | null] = [null, null];
  return (nowMs) => {
    const scene = traffic(nowMs);
    if (scene !== seen || shown === null) [seen, shown] = [scene, change(scene)];
    return shown;
  };
}

const METRES_OF_NM = 1852;

/** Whether a place is within a circle; a place that is no number is not. */
export const isWithin = (circle: Circle, latitude: unknown, longitude: unknown): boolean =>
  typeof latitude === 'number' &&
  typeof longitude === 'number' &&
  distance_m(circle, { latitude, longitude }) <= circle.radiusNm * METRES_OF_NM;

/** The same of an entry of a receiver. */
export const isNear = (circle: Circle, entry: unknown): boolean => {
  const { lat, lon } = (entry ?? {}) as { readonly lat?: unknown; readonly lon?: unknown };
  return isWithin(circle, lat, lon);
};
