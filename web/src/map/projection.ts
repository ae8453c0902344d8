/**
 * Web Mercator on the unit square: x 0..1 eastward from 180° W, y 0..1 southward from {@link MAX_LATITUDE}. Positions
 * beyond the latitude limit are set to it, so that no coordinate is infinite.
 */

/** The latitude at which the world is a square, degrees. Source: EPSG:3857. */
export const MAX_LATITUDE = 85.051129;

/** Length of the equator on the sphere that Web Mercator uses, metres. */
export const EQUATOR_M = 40_075_016.686;

/** CSS pixels across the world at zoom 0. */
export const TILE_PX = 256;

/** World x of a longitude in degrees; -180 gives 0 and 180 gives 1. */
export function worldX(longitude: number): number {
  return (longitude + 180) / 360;
}

/** World y of a latitude in degrees. */
export function worldY(latitude: number): number {
  const held = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, latitude));
  const sine = Math.sin((held * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Longitude in degrees, -180..180, of any world x, also one of a repeated world. */
export function longitudeOf(x: number): number {
  return (x - Math.floor(x)) * 360 - 180;
}

/** Latitude in degrees of a world y. */
export function latitudeOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/** CSS pixels across the world at a zoom. */
export function worldPixels(zoom: number): number {
  return TILE_PX * 2 ** zoom;
}

/** World units that one metre takes at a latitude in degrees: Mercator stretches by 1 / cos. */
export function worldPerMetre(latitude: number): number {
  const held = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, latitude));
  return 1 / (EQUATOR_M * Math.cos((held * Math.PI) / 180));
}
