/**
 * The colours of the map, and of the altitude classes (filter/altitude-class.ts). No red and no green in the ramp: red means emergency or error and nothing else.
 * Between any two classes the Lab distance is at least 10, for normal sight and under simulated protanopia,
 * deuteranopia and tritanopia, and the contrast on land and sea at least 3:1 (test/ramp.test.ts holds both themes to it).
 */

/** Which of the two palettes the map is drawn in. */
export type Theme = 'dark' | 'light';

/** Colours of one theme: the map's surfaces, its words, and the ramp from ground to cruise, then altitude unknown. */
export interface Palette {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  readonly border: string;
  readonly state: string;
  readonly river: string;
  readonly graticule: string;
  readonly runway: string;
  readonly airport: string;
  readonly label: string;
  readonly seaLabel: string;
  readonly labelHalo: string;
  /** Of an aircraft. */
  readonly callsign: string;
  readonly outline: string;
  readonly emergency: string;
  readonly selection: string;
  readonly classes: readonly [string, string, string, string, string, string, string, string];
}

/**
 * On dark land the middle of the ramp is the lightest, on light land the darkest: in both the ends are orange (low,
 * where things happen) and blue (cruise), and the eye orders the classes by how they stand out. An unknown altitude has
 * a colour that is not on the way from one to the other.
 */
export const PALETTES: Readonly<Record<Theme, Palette>> = {
  dark: {
    sea: '#0b1118',
    land: '#1b2631',
    coast: '#33465a',
    border: '#41566b',
    state: '#273542',
    river: '#131f2b',
    graticule: '#101923',
    runway: '#6f87a0',
    airport: '#9db8d6',
    label: '#8fa3b8',
    seaLabel: '#4d6480',
    labelHalo: '#131c26',
    callsign: '#dbe5ef',
    outline: '#0b1118',
    emergency: '#ff7b72',
    selection: '#ffffff',
    classes: ['#97a1ab', '#f97316', '#fdae45', '#ffe3b0', '#c8e4ff', '#74b4ff', '#3384ff', '#b79ad6'],
  },
  light: {
    sea: '#dfe7ec',
    land: '#f7f5f0',
    coast: '#b3c2cc',
    border: '#bdb5a4',
    state: '#e2ddd0',
    river: '#c3d6e2',
    graticule: '#d5dfe6',
    runway: '#8b95a0',
    airport: '#3d5f8a',
    label: '#5d6873',
    seaLabel: '#7b92a3',
    labelHalo: '#f7f5f0',
    callsign: '#1d2833',
    outline: '#ffffff',
    emergency: '#b3261e',
    selection: '#10161c',
    classes: ['#757c83', '#cf6408', '#8a3f0e', '#3f1f0f', '#1b2d57', '#2450d8', '#128ac6', '#7f5aa0'],
  },
};
