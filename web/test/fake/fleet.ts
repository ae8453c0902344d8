import type { Cell } from '../../../app/src/dashboard/protocol.ts';
import type { Aircraft } from '../../../app/src/wire/units.ts';

/** Places that invented aircraft fly between: `[latitude, longitude, weight, name]`, rounded to a tenth of a degree. */
const HUBS: readonly (readonly [number, number, number, string])[] = [
  [51.5, -0.5, 9, 'EGLL'],
  [49, 2.5, 8, 'LFPG'],
  [50, 8.6, 9, 'EDDF'],
  [52.3, 4.8, 7, 'EHAM'],
  [40.5, -3.6, 6, 'LEMD'],
  [41.8, 12.3, 5, 'LIRF'],
  [47.5, 8.5, 4, 'LSZH'],
  [48.1, 16.6, 4, 'LOWW'],
  [55.6, 12.7, 4, 'EKCH'],
  [59.7, 17.9, 3, 'ESSA'],
  [41.3, 28.7, 6, 'LTFM'],
  [37.9, 23.9, 3, 'LGAV'],
  [38.8, -9.1, 4, 'LPPT'],
  [52.2, 21, 4, 'EPWA'],
  [53.4, -6.2, 4, 'EIDW'],
  [40.6, -73.8, 9, 'KJFK'],
  [41.98, -87.9, 9, 'KORD'],
  [33.6, -84.4, 10, 'KATL'],
  [32.9, -97, 9, 'KDFW'],
  [33.9, -118.4, 9, 'KLAX'],
  [37.6, -122.4, 6, 'KSFO'],
  [39.9, -104.7, 8, 'KDEN'],
  [47.4, -122.3, 5, 'KSEA'],
  [25.8, -80.3, 6, 'KMIA'],
  [42.4, -71, 5, 'KBOS'],
  [43.7, -79.6, 5, 'CYYZ'],
  [49.2, -123.2, 3, 'CYVR'],
  [19.4, -99.1, 4, 'MMMX'],
  [-23.4, -46.5, 4, 'SBGR'],
  [-34.8, -58.5, 2, 'SAEZ'],
  [25.3, 55.4, 6, 'OMDB'],
  [25.3, 51.6, 4, 'OTHH'],
  [28.6, 77.1, 5, 'VIDP'],
  [19.1, 72.9, 4, 'VABB'],
  [1.4, 104, 5, 'WSSS'],
  [13.7, 100.7, 4, 'VTBS'],
  [22.3, 113.9, 5, 'VHHH'],
  [31.1, 121.8, 5, 'ZSPD'],
  [35.6, 139.8, 6, 'RJTT'],
  [37.5, 126.4, 5, 'RKSI'],
  [-33.9, 151.2, 3, 'YSSY'],
  [-37, 174.8, 2, 'NZAA'],
  [-26.1, 28.2, 2, 'FAOR'],
  [30.1, 31.4, 2, 'HECA'],
  [64, -22.6, 1, 'BIKF'],
  [21.3, -157.9, 2, 'PHNL'],
];

/** Countries of registration with weights. */
export const COUNTRIES: readonly (readonly [string, number])[] = [
  ['United States', 34],
  ['United Kingdom', 8],
  ['Germany', 7],
  ['Ireland', 6],
  ['France', 5],
  ['Spain', 4],
  ['China', 4],
  ['Canada', 4],
  ['Netherlands', 3],
  ['Turkey', 3],
  ['Italy', 2],
  ['Switzerland', 2],
  ['Austria', 2],
  ['Poland', 2],
  ['Japan', 2],
  ['India', 2],
  ['United Arab Emirates', 2],
  ['Qatar', 1],
  ['Australia', 1],
  ['Brazil', 1],
  ['Mexico', 1],
  ['Portugal', 1],
  ['Sweden', 1],
  ['Republic of Korea', 1],
];

/** Where invented aircraft are told of. */
export const FEEDS: readonly string[] = ['opensky', 'readsb'];

const AIRLINES = [
  'DLH',
  'BAW',
  'RYR',
  'AFR',
  'KLM',
  'UAL',
  'DAL',
  'AAL',
  'SWA',
  'EZY',
  'WZZ',
  'THY',
  'UAE',
  'SWR',
  'AUA',
];
const EARTH_KM = 6371;

/** One invented flight: a great circle from one place to another, flown again and again. */
export interface Flight {
  readonly icao24: string;
  readonly callsign: string | null;
  readonly country: number;
  /** Index into {@link FEEDS}. */
  readonly feed: number;
  readonly position_source: number;
  readonly category: number;
  readonly squawk: string | null;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly airports: readonly [string, string];
  readonly cruise_m: number;
  readonly speed: number;
  readonly distance_km: number;
  /** Seconds by which it is on its way at time 0. */
  readonly lead_s: number;
  /** Altitude, track and squawk are never said. */
  readonly silent: boolean;
}

/** `count` flights, the same for the same count: number `i` depends on `i` alone. */
export function createFleet(count: number): readonly Flight[] {
  const random = mulberry32(20_261_123);
  const hubs = HUBS.flatMap((hub) => Array.from({ length: hub[2] }, () => hub));
  const countries = COUNTRIES.flatMap(([, weight], i) => Array.from({ length: weight }, () => i));
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(random() * list.length)];
    if (item === undefined) throw new Error('empty list');
    return item;
  };
  return Array.from({ length: count }, (_, i) => {
    const a = pick(hubs);
    let b = pick(hubs);
    for (let tries = 0; tries < 12; tries++) {
      const far = greatCircleKm(a[0], a[1], b[0], b[1]);
      // Most flights are short: two far places are taken one time in six.
      if (far > 150 && (far < 3500 || random() < 0.16)) break;
      b = pick(hubs);
    }
    const spread = (value: number, by: number): number => value + (random() - 0.5) * by;
    const isLight = random() < 0.09;
    const from: [number, number] = [spread(a[0], isLight ? 6 : 4), spread(a[1], isLight ? 8 : 6)];
    const to: [number, number] = isLight
      ? [spread(from[0], 2), spread(from[1], 2)]
      : [spread(b[0], 4), spread(b[1], 6)];
    const distance_km = Math.max(40, greatCircleKm(...from, ...to));
    const speed = isLight ? 45 + random() * 25 : 205 + random() * 55;
    return {
      icao24: (0x3c0000 + i * 37).toString(16).padStart(6, '0'),
      callsign:
        isLight && random() < 0.4
          ? null
          : `${pick(AIRLINES)}${Math.floor(100 + random() * 9000)}`.slice(0, 7),
      country: pick(countries),
      feed: i % 7 === 0 ? 1 : 0,
      position_source: i % 23 === 0 ? 2 : 0,
      category: isLight ? pick([2, 2, 8, 9, 12]) : pick([3, 4, 4, 4, 5, 6]),
      // Below 6000 octal, so that nobody but number 41 calls for help.
      squawk:
        i === 41
          ? '7700'
          : Math.floor(random() * 3000)
              .toString(8)
              .padStart(4, '0'),
      from,
      to,
      airports: [a[3], isLight ? a[3] : b[3]],
      cruise_m: isLight
        ? 600 + random() * 1800
        : distance_km < 700
          ? 6500 + random() * 3000
          : 9100 + random() * 3100,
      speed,
      distance_km,
      lead_s: random() * ((distance_km * 1000) / speed),
      silent: i % 197 === 3,
    };
  });
}

/** Where a flight is at a time (epoch seconds), as a state vector has it. */
export function aircraftAt(
  flight: Flight,
  time: number,
): Aircraft & { readonly country: number; readonly feed: number } {
  const duration = (flight.distance_km * 1000) / flight.speed;
  const flown = (((time + flight.lead_s) % duration) + duration) % duration;
  const [latitude, longitude] = along(flight, flown / duration);
  const [nextLatitude, nextLongitude] = along(flight, Math.min(1, (flown + 1) / duration));
  const climb = Math.min(1, flown / 1500);
  const descent = Math.min(1, (duration - flown) / 1600);
  const onGround = flown < 20 || duration - flown < 20;
  const vertical = climb < 1 ? flight.cruise_m / 1500 : descent < 1 ? -flight.cruise_m / 1600 : 0;
  const altitude_m = flight.silent ? null : onGround ? 0 : Math.min(climb, descent) * flight.cruise_m;
  const slow = 0.45 + 0.55 * Math.min(1, Math.min(climb, descent) * 2);
  return {
    icao24: flight.icao24,
    callsign: flight.callsign,
    country: flight.country,
    feed: flight.feed,
    position_source: flight.position_source,
    is_stale: false,
    latitude,
    longitude,
    altitude_m,
    geo_altitude: altitude_m === null ? null : altitude_m * 1.02,
    velocity: onGround ? 8 : flight.speed * slow,
    true_track: flight.silent ? null : bearing(latitude, longitude, nextLatitude, nextLongitude),
    vertical_rate: flight.silent ? null : vertical,
    on_ground: onGround,
    squawk: flight.silent ? null : flight.squawk,
    category: flight.category,
  };
}

/** A flight so far, a position each 10 s or less often: the columns of a track answer. */
export function trackOf(flight: Flight, now: number): readonly (readonly Cell[])[] {
  const duration = (flight.distance_km * 1000) / flight.speed;
  const flown = (((now + flight.lead_s) % duration) + duration) % duration;
  const rows: Cell[][] = [];
  const step = Math.max(10, Math.ceil(flown / 1400));
  for (let back = Math.floor(flown / step) * step; back >= 0; back -= step) {
    const at = aircraftAt(flight, now - back);
    const done = (flown - back) / duration;
    const phase = at.on_ground ? 'GROUND' : climbWord(at.vertical_rate ?? 0);
    rows.push([
      Math.round(now - back),
      at.longitude,
      at.latitude,
      at.altitude_m,
      at.velocity === null ? null : at.velocity * 3.6,
      at.vertical_rate,
      at.true_track,
      at.on_ground,
      phase,
      phase === 'GROUND' ? 1 : 0.74,
      flight.airports[done < 0.5 ? 0 : 1],
      Math.min(done, 1 - done) * flight.distance_km,
      Math.min(done, 1 - done) * flight.distance_km < 30 ? 110 : null,
      null,
    ]);
  }
  return rows;
}

function climbWord(rate: number): string {
  if (rate > 0.5) return 'CLIMB';
  return rate < -0.5 ? 'DESCENT' : 'CRUISE';
}

function along(flight: Flight, share: number): [number, number] {
  const [lat1, lon1] = flight.from.map(radians) as [number, number];
  const [lat2, lon2] = flight.to.map(radians) as [number, number];
  const angle = flight.distance_km / EARTH_KM;
  const a = Math.sin((1 - share) * angle) / Math.sin(angle);
  const b = Math.sin(share * angle) / Math.sin(angle);
  const x = a * Math.cos(lat1) * Math.cos(lon1) + b * Math.cos(lat2) * Math.cos(lon2);
  const y = a * Math.cos(lat1) * Math.sin(lon1) + b * Math.cos(lat2) * Math.sin(lon2);
  const z = a * Math.sin(lat1) + b * Math.sin(lat2);
  return [degrees(Math.atan2(z, Math.hypot(x, y))), degrees(Math.atan2(y, x))];
}

function greatCircleKm(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [a, b] = [radians(lat1), radians(lat2)];
  const h = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(h));
}

function bearing(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [a, b, d] = [radians(lat1), radians(lat2), radians(lon2 - lon1)];
  const y = Math.sin(d) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(d);
  return (degrees(Math.atan2(y, x)) + 360) % 360;
}

function radians(value: number): number {
  return (value * Math.PI) / 180;
}

function degrees(value: number): number {
  return (value * 180) / Math.PI;
}

/** A small random generator with a seed. Source: Tommy Ettinger's mulberry32, public domain. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
