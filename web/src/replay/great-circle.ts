import { latitudeOf, longitudeOf, worldPerMetre, worldX, worldY } from '../map/projection.ts';

/** Below this, a straight line on the map lies within a pixel of the great circle up to zoom 11. Metres. */
const STRAIGHT_M = 30_000;
const RADIANS = Math.PI / 180;

/** From one report to the next, in world units (projection.ts). `toX` is the nearer way round the world, so it may lie outside of 0..1. */
export interface Leg {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  /** Whether it is long enough for its bend to be seen. */
  readonly isLong: boolean;
  /** Straight through, metres. */
  readonly length_m: number;
}

/** The leg between two places, degrees. */
export function legBetween(
  from: { readonly longitude: number; readonly latitude: number },
  to: { readonly longitude: number; readonly latitude: number },
): Leg {
  const [fromX, fromY] = [worldX(from.longitude), worldY(from.latitude)];
  const dx = worldX(to.longitude) - fromX;
  const [toX, toY] = [fromX + dx - Math.round(dx), worldY(to.latitude)];
  const middle = (from.latitude + to.latitude) / 2;
  const length_m = Math.hypot(toX - fromX, toY - fromY) / worldPerMetre(middle);
  return { fromX, fromY, toX, toY, isLong: length_m > STRAIGHT_M, length_m };
}

/**
 * Where a share 0..1 of a leg ends, world units, x near that of its beginning. A long one follows the great circle: the chord
 * between the two places, seen from the middle of the Earth.
 */
export function along(leg: Leg, share: number, place: { x: number; y: number }): void {
  const { fromX, fromY, toX, toY } = leg;
  if (!leg.isLong) {
    place.x = fromX + (toX - fromX) * share;
    place.y = fromY + (toY - fromY) * share;
    return;
  }
  const a = vectorOf(fromX, fromY);
  const b = vectorOf(toX, toY);
  // Equal shares of the chord are equal shares of the arc within a thousandth for legs up to 700 km.
  const [x, y, z] = [0, 1, 2].map((i) => (a[i] ?? 0) * (1 - share) + (b[i] ?? 0) * share) as [
    number,
    number,
    number,
  ];
  const world = worldX(Math.atan2(y, x) / RADIANS);
  place.x = world + Math.round(fromX + (toX - fromX) * share - world);
  place.y = worldY(Math.atan2(z, Math.hypot(x, y)) / RADIANS);
}

function vectorOf(x: number, y: number): readonly [number, number, number] {
  const longitude = longitudeOf(x) * RADIANS;
  const latitude = latitudeOf(y) * RADIANS;
  const flat = Math.cos(latitude);
  return [flat * Math.cos(longitude), flat * Math.sin(longitude), Math.sin(latitude)];
}
