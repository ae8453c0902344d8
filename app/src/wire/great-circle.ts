/** Mean radius of the Earth, metres (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Degrees, WGS 84. */
export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/**
 * Where something is after it has gone `distance_m` from `from` along a great circle, starting at `track` degrees
 * clockwise from true north. Longitude is in [-180, 180). FORMAT.md
 * says where a client has to expect an aircraft by this.
 */
export function extrapolate(from: Position, track: number, distance_m: number): Position {
  const angle = distance_m / EARTH_RADIUS_M;
  const bearing = track * RADIANS;
  const latitude = from.latitude * RADIANS;
  const sine =
    Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing);
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(latitude),
    Math.cos(angle) - Math.sin(latitude) * sine,
  );
  const longitude = from.longitude + turn / RADIANS;
  return {
    longitude: ((((longitude + 180) % 360) + 360) % 360) - 180,
    latitude: Math.asin(Math.min(1, Math.max(-1, sine))) / RADIANS,
  };
}

/** Great-circle distance in metres (haversine). */
export function distance_m(a: Position, b: Position): number {
  const half = (x: number): number => Math.sin((x * RADIANS) / 2) ** 2;
  const h =
    half(b.latitude - a.latitude) +
    Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * half(b.longitude - a.longitude);
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
