/**
 * Altitude classes and their colours. No red and no green in the ramp: red means emergency or error and nothing else.
 * Between any two classes the Lab distance is at least 10, for normal sight and under simulated protanopia,
 * deuteranopia and tritanopia, and the contrast on land and sea at least 3:1 (test/ramp.test.ts holds both themes to it).
 */

/** Which of the two palettes the map is drawn in. */
export type Theme = 'dark' | 'light';

/** Lower edges of the classes above ground, metres: class 1 is below the first, class 6 above the last. */
export const ALTITUDE_EDGES_M = [1000, 3000, 6000, 9000, 11_000] as const;

/** On the ground, or altitude not known. */
export const GROUND_CLASS = 0;

/** Ground and the six altitude classes. */
export const CLASS_COUNT = 7;

/** All classes, where a set of them is a number: bit n is class n. */
export const ALL_CLASSES: number = (1 << CLASS_COUNT) - 1;

/** Words for each class, in the unit of the data. */
export const CLASS_WORDS = [
  'On ground or altitude unknown',
  'Below 1 km',
  '1 to 3 km',
  '3 to 6 km',
  '6 to 9 km',
  '9 to 11 km',
  'Above 11 km',
] as const;

/** Colours of one theme: the map's surfaces, its words, and the ramp from ground to cruise. */
export interface Palette {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  readonly border: string;
  readonly label: string;
  readonly seaLabel: string;
  readonly labelHalo: string;
  /** Of an aircraft. */
  readonly callsign: string;
  readonly outline: string;
  readonly emergency: string;
  readonly selection: string;
  readonly classes: readonly [string, string, string, string, string, string, string];
}

/**
 * On dark land the middle of the ramp is the lightest, on light land the darkest: in both the ends are orange (low,
 * where things happen) and blue (cruise), and the eye orders the classes by how they stand out.
 */
export const PALETTES: Readonly<Record<Theme, Palette>> = {
  dark: {
    sea: '#0b1118',
    land: '#1b2631',
    coast: '#33465a',
    border: '#2f3f50',
    label: '#8fa3b8',
    seaLabel: '#4d6480',
    labelHalo: '#131c26',
    callsign: '#dbe5ef',
    outline: '#0b1118',
    emergency: '#ff7b72',
    selection: '#ffffff',
    classes: ['#97a1ab', '#f97316', '#fdae45', '#ffe3b0', '#c8e4ff', '#74b4ff', '#3384ff'],
  },
  light: {
    sea: '#dfe7ec',
    land: '#f7f5f0',
    coast: '#b3c2cc',
    border: '#d3cfc4',
    label: '#5d6873',
    seaLabel: '#7b92a3',
    labelHalo: '#f7f5f0',
    callsign: '#1d2833',
    outline: '#ffffff',
    emergency: '#b3261e',
    selection: '#10161c',
    classes: ['#757c83', '#cf6408', '#8a3f0e', '#3f1f0f', '#1b2d57', '#2450d8', '#128ac6'],
  },
};

/** The class of an altitude in metres; null (unknown) and the ground are class 0. */
export function altitudeClass(altitude_m: number | null, onGround: boolean): number {
  if (onGround || altitude_m === null) return GROUND_CLASS;
  let index = 1;
  for (const edge of ALTITUDE_EDGES_M) {
    if (altitude_m < edge) break;
    index += 1;
  }
  return index;
}
