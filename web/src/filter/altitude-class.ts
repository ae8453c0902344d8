/** Lower edges of the classes above ground, metres: class 1 is below the first, class 6 above the last. */
export const ALTITUDE_EDGES_M = [1000, 3000, 6000, 9000, 11_000] as const;

/** On the ground. */
export const GROUND_CLASS = 0;

/** In the air, or nobody knows, and without an altitude: not on the scale. */
export const UNKNOWN_CLASS = 7;

/** Ground, the six altitude classes, and altitude unknown. */
export const CLASS_COUNT = 8;

/** All classes, where a set of them is a number: bit n is class n. */
export const ALL_CLASSES: number = (1 << CLASS_COUNT) - 1;

/** The class of an altitude in metres; null: unknown. The ground is a class of its own, whatever altitude is said there. */
export function altitudeClass(altitude_m: number | null, onGround: boolean): number {
  if (onGround) return GROUND_CLASS;
  if (altitude_m === null) return UNKNOWN_CLASS;
  let index = 1;
  for (const edge of ALTITUDE_EDGES_M) {
    if (altitude_m < edge) break;
    index += 1;
  }
  return index;
}
