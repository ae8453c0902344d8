/**
 * The colours of the map, and of the altitude classes (filter/altitude-class.ts). No red and no green in the ramp: red
 * means emergency or error and nothing else. Between any two classes the Lab distance is at least 10, for normal sight and under simulated protanopia,
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
  /** How visible map tiles of a person are over the land: they are made for a light page. */
  readonly tileAlpha: number;
  /** Few to many aircraft in a place (density-layer.ts): a hue that is in no altitude. */
  readonly density: readonly [string, string, string, string, string, string];
  readonly classes: readonly [string, string, string, string, string, string, string, string];
}

/**
 * In both themes the ends are orange (low, where things happen) and blue (cruise). On dark land the middle is the
 * lightest; on light land, where nothing can be lighter, it goes through plum and violet, and stays away from the red of
 * emergencies. No class is nearly black: a world of such specks looks like pepper. An unknown altitude has a colour that
 * is not on the way from one end to the other.
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
    tileAlpha: 0.45,
    density: ['#2a6b6c', '#33908b', '#4bb3a5', '#7fd1bb', '#b9ead4', '#f4fff8'],
    classes: ['#97a1ab', '#f97316', '#fdae45', '#ffe3b0', '#c8e4ff', '#74b4ff', '#3384ff', '#b79ad6'],
  },
  light: {
    sea: '#d3e5f0',
    land: '#f6f4ee',
    coast: '#a5c1d3',
    border: '#bdb4a3',
    state: '#e3dccd',
    river: '#b3d0e3',
    graticule: '#c6dbe8',
    runway: '#8b95a0',
    airport: '#3d5f8a',
    label: '#5d6873',
    seaLabel: '#5d87a3',
    labelHalo: '#f6f4ee',
    callsign: '#1d2833',
    outline: '#ffffff',
    emergency: '#b3261e',
    selection: '#10161c',
    tileAlpha: 1,
    density: ['#7db3ac', '#4f9790', '#2b7b76', '#115f5d', '#054448', '#02262c'],
    classes: ['#797f84', '#ca6400', '#9d5400', '#874d92', '#6751bf', '#006afe', '#0089bf', '#414a54'],
  },
};
