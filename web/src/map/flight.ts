import type { Camera } from './camera.ts';

/** A glide of the camera from one view to another. */
export interface Flight {
  readonly from: Camera;
  readonly to: Camera;
  /** Of a clock that never goes back, ms. */
  readonly start: number;
}

const FLIGHT_MS = 220;

/** Where the camera is at a time; quick at first, then slower. */
export function cameraAt({ from, to, start }: Flight, now: number): Camera {
  const eased = 1 - (1 - Math.min(1, (now - start) / FLIGHT_MS)) ** 3;
  const mix = (a: number, b: number): number => a + (b - a) * eased;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), zoom: mix(from.zoom, to.zoom) };
}

/** Whether it has arrived. */
export function hasLanded({ start }: Flight, now: number): boolean {
  return now - start >= FLIGHT_MS;
}
