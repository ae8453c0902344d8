import { ALL_CLASSES } from './altitude-class.ts';

/**
 * The altitude classes after one of them was picked, as bits: that one alone, and all again when it already was alone. With
 * `add` it is added or taken away; without the last one all are shown.
 */
export function pickedClasses(classes: number, index: number, add: boolean): number {
  const picked = 1 << index;
  const next = add ? classes ^ picked : classes === picked ? ALL_CLASSES : picked;
  return next === 0 ? ALL_CLASSES : next;
}
