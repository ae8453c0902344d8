/** Degrees of a great circle to metres, on the sphere of 6,371,008.8 m. */
export const METRES_PER_DEGREE = 111_195.08;
const RADIANS = Math.PI / 180;

/** A longitude or its difference into [-180, 180). */
export const wrapDegrees = (degrees: number): number =>
  degrees >= -180 && degrees < 180 ? degrees : ((((degrees + 180) % 360) + 360) % 360) - 180;

/** Metres between two places: a local plane, right to 0.1 % up to 50 km; great circle beyond. */
export function metresBetween(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const north = lat2 - lat1;
  const east = wrapDegrees(lon2 - lon1);
  if (Math.abs(north) < 0.5 && Math.abs(east) < 0.5)
    return METRES_PER_DEGREE * Math.hypot(north, east * Math.cos(((lat1 + lat2) / 2) * RADIANS));
  const half =
    Math.sin((north * RADIANS) / 2) ** 2 +
    Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * Math.sin((east * RADIANS) / 2) ** 2;
  return (2 * METRES_PER_DEGREE * Math.asin(Math.min(1, Math.sqrt(half)))) / RADIANS;
}

/** Degrees clockwise from north, of the way from one place to another, on a local plane. */
export function bearing(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const east = wrapDegrees(lon2 - lon1) * Math.cos(((lat1 + lat2) / 2) * RADIANS);
  return (Math.atan2(east, lat2 - lat1) / RADIANS + 360) % 360;
}

/** The angle between two courses, 0..180. */
export const courseDifference = (a: number, b: number): number => Math.abs(wrapDegrees(a - b));
