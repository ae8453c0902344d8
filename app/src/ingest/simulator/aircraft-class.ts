/** How one class of aircraft flies. Speeds over ground in m/s, rates in m/s, heights in metres, lengths in km. */
export interface AircraftClass {
  readonly name: 'heavy' | 'airliner' | 'regional' | 'light' | 'rotorcraft' | 'glider';
  /** Share of the fleet, in parts. */
  readonly weight: number;
  /** OpenSky's emitter categories, one of which an aircraft has. */
  readonly categories: readonly number[];
  readonly legKm: readonly [number, number];
  /** Pressure altitude of the cruise for airliners, height above the field for those that fly circuits. */
  readonly cruise_m: readonly [number, number];
  readonly cruiseSpeed: readonly [number, number];
  readonly takeoffSpeed: number;
  readonly landingSpeed: number;
  /** Rate just after take-off, and at the top of the climb. */
  readonly climbRate: readonly [number, number];
  /** Rate at the top of the descent, and just before the landing. */
  readonly descentRate: readonly [number, number];
  readonly rollSeconds: number;
  /** Time on the stand with the transponder on; the rest of a real turn-around is not received. */
  readonly turnaroundMinutes: readonly [number, number];
  /** Flies circles that end where they began, instead of going to another airport. */
  readonly isLocal: boolean;
  readonly isAirline: boolean;
}

/** The classes in the air, roughly as a recorded answer of OpenSky holds them. */
export const AIRCRAFT_CLASSES: readonly AircraftClass[] = [
  {
    name: 'airliner',
    weight: 56,
    categories: [4, 4, 4, 4, 5, 0],
    legKm: [450, 3200],
    cruise_m: [9144, 11887],
    cruiseSpeed: [218, 248],
    takeoffSpeed: 76,
    landingSpeed: 69,
    climbRate: [13.5, 5],
    descentRate: [11, 3.6],
    rollSeconds: 36,
    turnaroundMinutes: [8, 20],
    isLocal: false,
    isAirline: true,
  },
  {
    name: 'heavy',
    weight: 15,
    categories: [6, 6, 6, 0],
    legKm: [3000, 11500],
    cruise_m: [9754, 12497],
    cruiseSpeed: [238, 262],
    takeoffSpeed: 85,
    landingSpeed: 74,
    climbRate: [11, 3.5],
    descentRate: [10.5, 3.7],
    rollSeconds: 44,
    turnaroundMinutes: [15, 35],
    isLocal: false,
    isAirline: true,
  },
  {
    name: 'regional',
    weight: 13,
    categories: [3, 3, 4, 0],
    legKm: [150, 900],
    cruise_m: [5486, 9144],
    cruiseSpeed: [138, 205],
    takeoffSpeed: 62,
    landingSpeed: 59,
    climbRate: [9, 4],
    descentRate: [8, 3.3],
    rollSeconds: 30,
    turnaroundMinutes: [6, 15],
    isLocal: false,
    isAirline: true,
  },
  {
    name: 'light',
    weight: 11,
    categories: [2, 2, 2, 1, 0],
    legKm: [50, 380],
    cruise_m: [762, 2743],
    cruiseSpeed: [48, 72],
    takeoffSpeed: 31,
    landingSpeed: 30,
    climbRate: [4, 2.3],
    descentRate: [3, 2],
    rollSeconds: 20,
    turnaroundMinutes: [5, 15],
    isLocal: false,
    isAirline: false,
  },
  {
    name: 'rotorcraft',
    weight: 3.5,
    categories: [8, 8, 8, 1],
    legKm: [35, 160],
    cruise_m: [150, 460],
    cruiseSpeed: [48, 67],
    takeoffSpeed: 9,
    landingSpeed: 8,
    climbRate: [4.5, 2.5],
    descentRate: [3.5, 1.6],
    rollSeconds: 10,
    turnaroundMinutes: [4, 12],
    isLocal: true,
    isAirline: false,
  },
  {
    name: 'glider',
    weight: 1.5,
    categories: [9],
    legKm: [30, 110],
    cruise_m: [700, 1700],
    cruiseSpeed: [22, 32],
    takeoffSpeed: 24,
    landingSpeed: 22,
    climbRate: [3, 1.6],
    descentRate: [1.6, 1],
    rollSeconds: 14,
    turnaroundMinutes: [5, 15],
    isLocal: true,
    isAirline: false,
  },
];
