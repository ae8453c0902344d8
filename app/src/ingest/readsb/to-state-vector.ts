import { countryOfAddress } from '../../flight/address-blocks.ts';
import type { Feed, StateVector } from '../../flight/state-vector.ts';
import { feetPerMinuteToMps, feetToMetres, knotsToMps } from '../../flight/units.ts';
import { type Entry, entryOf } from './entry.ts';

/** What became of one aircraft of an answer. */
export interface Converted {
  readonly vector: StateVector;
  /** What is not as it should be, in a few words; null: nothing. */
  readonly oddity: string | null;
}

/**
 * One aircraft as readsb, dump1090-fa, dump1090-mutability, the first dump1090 or an ADSBx-v2 service tells it, in the
 * units of a state vector. This is the border: feet, knots, feet a minute and "seen 3 s ago" end here.
 *
 * Keys that are missing are unknown. A value of a wrong type is unknown too, and named as the oddity. What is odd but of
 * its type (latitude 200, an address of 5 digits) passes: the pipeline judges every message by one rule.
 * Source: wiedehopf/readsb README-json.md; the names before it: MalcolmRobb/dump1090 and mutability/dump1090, net_io.c.
 *
 * @param nowMs when the answer was made, epoch ms; ages count back from it
 */
export function toStateVector(json: Readonly<Record<string, unknown>>, nowMs: number, feed: Feed): Converted {
  const entry = entryOf(json);
  const icao24 = entry.text('hex')?.trim().toLowerCase() ?? null;
  const position = positionOf(entry);
  const motion = motionOf(entry);
  const contactAge = entry.number('seen') ?? position.age;
  const vector: StateVector = {
    icao24,
    callsign: entry.text('flight'),
    origin_country: countryOfAddress(icao24),
    time_position: secondsAt(nowMs, position.age),
    last_contact: secondsAt(nowMs, contactAge),
    longitude: position.longitude,
    latitude: position.latitude,
    baro_altitude: motion.altitude,
    on_ground: motion.isOnGround,
    velocity: motion.velocity,
    true_track: motion.track,
    vertical_rate: motion.verticalRate,
    sensors: null,
    geo_altitude: metresOf(entry.number('alt_geom')),
    squawk: squawkOf(entry),
    spi: entry.flag('spi'),
    position_source: positionSourceOf(entry),
    category: categoryOf(entry),
    snapshot_time: Math.floor(nowMs / 1000),
    feed,
    registration: textOf(entry.text('r')),
    type_code: textOf(entry.text('t')),
    nic: position.nic,
    nac_p: entry.whole('nac_p'),
    rssi: entry.number('rssi'),
  };
  return { vector, oddity: icao24 === null ? 'it has no address (hex)' : entry.oddity() };
}

interface Position {
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Seconds; null: unknown. */
  readonly age: number | null;
  readonly nic: number | null;
}

/** `lat` and `lon` are left out after 60 s; the last ones are then in `lastPosition`. */
function positionOf(entry: Entry): Position {
  const [latitude, longitude] = [entry.number('lat'), entry.number('lon')];
  const isMarkedUnknown = entry.flag('validposition') === false;
  // A program sends exactly 0, 0 before it has received a position.
  const isUnknown = latitude === null || longitude === null || (latitude === 0 && longitude === 0);
  if (!isUnknown && !isMarkedUnknown) {
    // The old list says no age of the position: it is at most as new as the last message.
    const age = entry.number('seen_pos', 'seen') ?? 0;
    return { latitude, longitude, age, nic: nicOf(entry) };
  }
  const last = entry.entry('lastPosition');
  if (last === null) return { latitude: null, longitude: null, age: null, nic: nicOf(entry) };
  return {
    latitude: last.number('lat'),
    longitude: last.number('lon'),
    age: last.number('seen_pos'),
    nic: last.whole('nic') ?? nicOf(entry),
  };
}

interface Motion {
  readonly altitude: number | null;
  readonly isOnGround: boolean;
  readonly velocity: number | null;
  readonly track: number | null;
  readonly verticalRate: number | null;
}

function motionOf(entry: Entry): Motion {
  const isOnGround = /^\s*gr(ou)?nd\s*$/i.test(entry.text('alt_baro', 'altitude') ?? '');
  const feet = isOnGround ? null : entry.number('alt_baro', 'altitude');
  const [speed, track] = [entry.number('gs', 'speed'), entry.number('track')];
  const rate = entry.number('baro_rate', 'geom_rate', 'vert_rate');
  const zeros = zerosOf(entry);
  return {
    altitude: metresOf(zeros.areUnknown && feet === 0 ? null : feet),
    isOnGround,
    velocity: zeros.hasNoMotion || speed === null ? null : knotsToMps(speed),
    track: zeros.hasNoMotion ? null : (track ?? (isOnGround ? entry.number('true_heading') : null)),
    verticalRate: zeros.hasNoMotion || rate === null ? null : feetPerMinuteToMps(rate),
  };
}

/**
 * The first dump1090's list writes every key and 0 for what it does not know. Speed, track and rate come in one message:
 * `validtrack` tells whether there was one; before there was `validtrack`, 0 kt did.
 */
function zerosOf(entry: Entry): { readonly areUnknown: boolean; readonly hasNoMotion: boolean } {
  const isNew = entry.has('seen_pos') || entry.has('alt_baro') || entry.has('rssi') || entry.has('mlat');
  const validTrack = entry.flag('validtrack');
  const areUnknown = entry.has('validposition') || validTrack !== null || (!isNew && entry.has('speed'));
  const isStill = entry.number('speed') === 0 && entry.number('track') === 0;
  return { areUnknown, hasNoMotion: validTrack === false || (areUnknown && validTrack === null && isStill) };
}

/** Squawks have 4 octal digits; a number has lost its leading zeros. In the old list 0000 is unknown. */
function squawkOf(entry: Entry): string | null {
  const squawk = textOf(entry.text('squawk'));
  if (squawk === null) return null;
  const digits = squawk.padStart(4, '0');
  return digits === '0000' && zerosOf(entry).areUnknown ? null : digits;
}

const ADS_B: ReadonlySet<string> = new Set([
  'adsb_icao',
  'adsb_icao_nt',
  'adsr_icao',
  'adsb_other',
  'adsr_other',
]);

/** 0 ADS-B, 2 MLAT; null for sources without a number in OpenSky: TIS-B, ADS-C, Mode S alone. */
function positionSourceOf(entry: Entry): number | null {
  const type = entry.text('type')?.toLowerCase();
  if (type === undefined) return entry.lists('mlat', 'lat') ? 2 : 0;
  if (type === 'mlat') return 2;
  return ADS_B.has(type) ? 0 : null;
}

const RESERVED = 13;
/** OpenSky's numbers for the emitter categories that receivers write as A0 to D7, by set; -: reserved. Source: DO-260B 2.2.3.2.5.2. */
const CATEGORIES: Readonly<Record<string, readonly number[]>> = {
  A: [1, 2, 3, 4, 5, 6, 7, 8],
  B: [1, 9, 10, 11, 12, RESERVED, 14, 15],
  C: [1, 16, 17, 18, 19, 20, RESERVED, RESERVED],
  D: Array.from({ length: 8 }, () => RESERVED),
};

function categoryOf(entry: Entry): number {
  const [, set = '', digit = ''] = /^\s*([A-D])([0-7])\s*$/i.exec(entry.text('category') ?? '') ?? [];
  return CATEGORIES[set.toUpperCase()]?.[Number(digit)] ?? 0;
}

/**
 * NIC by NUCp, the word for the same bound on the position's error before ADS-B version 1: the NIC whose radius is the
 * next larger one. Source: DO-260 table 2-11, DO-260B table 2-14.
 */
const NIC_OF_NUCP = [0, 1, 1, 4, 5, 6, 7, 8, 10, 11] as const;

function nicOf(entry: Entry): number | null {
  const nic = entry.whole('nic');
  return nic ?? NIC_OF_NUCP[entry.whole('nucp') ?? -1] ?? null;
}

/**
 * Whole seconds of an age before `nowMs`; counted in ms, so that no binary fraction of a second makes it one less. Null
 * for an age that no clock can tell.
 */
function secondsAt(nowMs: number, age: number | null): number | null {
  const seconds = age === null ? Number.NaN : Math.floor((nowMs - Math.round(age * 1000)) / 1000);
  return Number.isSafeInteger(seconds) ? seconds : null;
}

const metresOf = (feet: number | null): number | null => (feet === null ? null : feetToMetres(feet));

const textOf = (text: string | null): string | null => text?.trim() || null;
