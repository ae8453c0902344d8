import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type StateVector, encodeStateVector } from '../../../src/flight/state-vector.ts';
import { COUNTRIES } from '../../../src/ingest/simulator/countries.ts';
import {
  DEFAULT_START_SECONDS,
  type SimulationOptions,
  createWorld,
  simulate,
} from '../../../src/ingest/simulator/simulate.ts';
import { airports } from '../airports.ts';

const base: SimulationOptions = { aircraft: 1500, polls: 40, intervalSeconds: 10, seed: 42, airports };
const run = (options: Partial<SimulationOptions> = {}) => [...simulate({ ...base, ...options })];
const digest = (polls: readonly (readonly StateVector[])[]) => {
  const hash = createHash('sha256');
  for (const poll of polls) for (const vector of poll) hash.update(encodeStateVector(vector)).update('\n');
  return hash.digest('hex');
};
const isAddress = (icao24: string | null) => /^[0-9a-f]{6}$/.test(icao24 ?? '');
const polls = run();
const vectors = polls.flat();
const share = (holds: (vector: StateVector) => boolean) => vectors.filter(holds).length / vectors.length;

describe('a simulation', () => {
  test('is the same to the byte for the same arguments, and another for another seed', () => {
    const small = { aircraft: 200, polls: 10 };
    expect(digest(run(small))).toBe(digest(run(small)));
    expect(digest(run(small))).not.toBe(digest(run({ ...small, seed: 43 })));
  });

  test('holds every aircraft once in every poll, the first ones the same in a larger fleet', () => {
    expect(polls.map((poll) => poll.length)).toEqual(Array(base.polls).fill(base.aircraft));
    expect(new Set(vectors.filter((v) => isAddress(v.icao24)).map((v) => v.icao24)).size).toBe(base.aircraft);
    expect(run({ aircraft: 50, polls: 2 })).toEqual(polls.slice(0, 2).map((poll) => poll.slice(0, 50)));
  });

  test('says when it was polled and that it is invented', () => {
    polls.forEach((poll, index) => {
      const snapshot_time = DEFAULT_START_SECONDS + index * 10;
      expect(poll.every((v) => v.snapshot_time === snapshot_time && v.feed === 'simulator')).toBe(true);
    });
  });

  test.each([0.5, 1, 1.5, 2, 10, 60, 86.4])(
    'keeps each aircraft in order at intervals of %f s',
    (intervalSeconds) => {
      const last = new Map<string, StateVector>();
      const wrong: StateVector[] = [];
      for (const vector of run({ intervalSeconds, aircraft: 400 }).flat()) {
        if (!isAddress(vector.icao24) || vector.time_position === null) continue;
        const { time_position, last_contact, snapshot_time } = vector;
        if (time_position > (last_contact ?? 0) || (last_contact ?? 0) > (snapshot_time ?? 0))
          wrong.push(vector);
        const before = last.get(vector.icao24 ?? '');
        last.set(vector.icao24 ?? '', vector);
        if (before === undefined) continue;
        const step =
          time_position - (before.time_position ?? 0) || (last_contact ?? 0) - (before.last_contact ?? 0);
        if (step < 0) wrong.push(before, vector);
      }
      expect(wrong).toEqual([]);
      expect(last.size).toBeGreaterThan(380);
    },
  );

  test('shows the same vector whenever an aircraft has the same key', () => {
    const seen = new Map<string, StateVector>();
    const pairs: [StateVector, StateVector][] = [];
    for (const vector of vectors) {
      if (vector.time_position === null || vector.longitude === null || !isAddress(vector.icao24)) continue;
      const key = `${vector.icao24} ${vector.time_position} ${vector.last_contact}`;
      const before = seen.get(key);
      if (before !== undefined)
        pairs.push([
          { ...before, snapshot_time: null },
          { ...vector, snapshot_time: null },
        ]);
      seen.set(key, vector);
    }
    expect(pairs.length).toBeGreaterThan(100);
    expect(pairs.map(([, again]) => again)).toEqual(pairs.map(([first]) => first));
  });

  test('has all phases from its first poll on', () => {
    const first = polls[0] ?? [];
    const count = (holds: (vector: StateVector) => boolean) => first.filter(holds).length / first.length;
    expect(count((v) => v.on_ground === true && v.velocity === 0)).toBeGreaterThan(0.05);
    expect(count((v) => v.on_ground === true && (v.velocity ?? 0) > 0)).toBeGreaterThan(0.005);
    expect(count((v) => (v.vertical_rate ?? 0) > 3)).toBeGreaterThan(0.05);
    expect(count((v) => (v.vertical_rate ?? 0) < -3)).toBeGreaterThan(0.05);
    expect(
      count((v) => (v.baro_altitude ?? 0) > 8000 && Math.abs(v.vertical_rate ?? 9) < 0.5),
    ).toBeGreaterThan(0.2);
  });

  test('has the flaws of real feeds, about as often', () => {
    const between = (value: number, low: number, high: number) => {
      expect(value).toBeGreaterThan(low);
      expect(value).toBeLessThan(high);
    };
    between(
      share((v) => v.latitude === null),
      0.02,
      0.04,
    );
    between(
      share((v) => v.squawk === null),
      0.25,
      0.35,
    );
    between(
      share((v) => (v.snapshot_time ?? 0) - (v.time_position ?? v.snapshot_time ?? 0) > 15),
      0.02,
      0.1,
    );
    between(
      share((v) => v.on_ground === true),
      0.08,
      0.25,
    );
    const keys = new Set(vectors.map((v) => `${v.icao24} ${v.time_position} ${v.last_contact}`));
    between(1 - keys.size / vectors.length, 0.01, 0.04);
    for (const impossible of [
      (v: StateVector) => v.latitude === 91.2,
      (v: StateVector) => v.longitude === 200,
      (v: StateVector) => v.icao24 === 'zzzzzz',
      (v: StateVector) => v.icao24 === '',
      (v: StateVector) => v.callsign === '' && v.origin_country === '' && v.squawk === '',
    ]) {
      between(share(impossible), 0, 0.001);
    }
  });

  test('writes values as OpenSky does', () => {
    const steps = (value: number | null, step: number) =>
      value === null || Math.abs(value / step - Math.round(value / step)) < 0.03;
    const isWithin = (value: number | null, least: number, below: number) =>
      (value ?? least) >= least && (value ?? least) < below;
    const isRounded = (degrees: number | null) =>
      degrees === null || degrees === Math.round(degrees * 1e4) / 1e4;
    const rules: Readonly<Record<string, (v: StateVector) => boolean>> = {
      'no altitude and no rate on the ground': (v) =>
        (v.baro_altitude === null && v.geo_altitude === null && v.vertical_rate === null) === v.on_ground,
      'callsigns of 8 characters': (v) => v.callsign === '' || v.callsign?.length === 8,
      'squawks of 4 octal digits': (v) => v.squawk === null || v.squawk === '' || /^[0-7]{4}$/.test(v.squawk),
      'altitudes in steps of 25 ft': (v) => steps(v.baro_altitude, 7.62) && steps(v.geo_altitude, 7.62),
      'rates in steps of 64 ft/min': (v) =>
        steps(v.vertical_rate, 0.32512) && !Object.is(v.vertical_rate, -0),
      'positions of 4 decimals': (v) => isRounded(v.latitude) && isRounded(v.longitude),
      'tracks of a compass': (v) => isWithin(v.true_track, 0, 360),
      'speeds of aircraft': (v) => isWithin(v.velocity, 0, 300),
    };
    const broken = Object.entries(rules).map(([rule, holds]) => [rule, vectors.find((v) => !holds(v))]);
    expect(broken).toEqual(Object.keys(rules).map((rule) => [rule, undefined]));
  });

  test('gives every aircraft an address of its country, and callsigns of its airlines', () => {
    const countries = new Map(COUNTRIES.map((country) => [country.name, country]));
    const airlines = new Set(COUNTRIES.flatMap((country) => country.airlines));
    const strangers = vectors.filter((v) => {
      const country = countries.get(v.origin_country ?? '');
      const place = parseInt(v.icao24 ?? '', 16) - (country?.firstAddress ?? 0);
      return (
        isAddress(v.icao24) && v.origin_country !== '' && !(place >= 0 && place < (country?.addresses ?? 0))
      );
    });
    expect(strangers).toEqual([]);
    expect(share((v) => airlines.has(v.callsign?.slice(0, 3) ?? ''))).toBeGreaterThan(0.7);
  });

  test('is densest over Europe, North America and East Asia, but reaches the south', () => {
    const within = (west: number, east: number, south: number, north: number) =>
      share(
        (v) =>
          (v.longitude ?? 999) > west &&
          (v.longitude ?? 999) < east &&
          (v.latitude ?? 99) > south &&
          (v.latitude ?? 99) < north,
      );
    expect(within(-12, 35, 35, 70)).toBeGreaterThan(0.2);
    expect(within(-130, -60, 20, 70)).toBeGreaterThan(0.15);
    expect(within(95, 146, 15, 55)).toBeGreaterThan(0.08);
    expect(within(-180, 180, -90, 0)).toBeGreaterThan(0.03);
  });

  test.each([
    ['aircraft', { aircraft: 0 }],
    ['aircraft', { aircraft: 2.5 }],
    ['aircraft', { aircraft: 2_000_000 }],
    ['polls', { polls: -1 }],
    ['interval', { intervalSeconds: 0 }],
    ['seed', { seed: Number.NaN }],
    ['start', { startSeconds: -5 }],
  ])('refuses arguments that make no sense: %s', (name, options) => {
    const invalid: unknown = expect.objectContaining({ kind: 'invalid', code: 'simulator-arguments' });
    expect(() => run(options)).toThrow(invalid as Error);
    expect(() => run(options)).toThrow(name);
  });
});

test('a world is the same whenever it is looked at', () => {
  const world = () => createWorld({ ...base, aircraft: 300, epochSeconds: DEFAULT_START_SECONDS });
  const late = DEFAULT_START_SECONDS + 7200;
  const watched = world();
  for (let at = DEFAULT_START_SECONDS; at < late; at += 600) watched.poll(at);
  const fresh = world().poll(late);
  // Only what receivers repeat depends on what was seen before.
  const isFresh = (v: StateVector, other: StateVector) => v.time_position === other.time_position;
  const pairs = watched.poll(late).map((v, index) => [v, fresh[index] as StateVector] as const);
  const same = pairs.filter(([a, b]) => isFresh(a, b) && a.last_contact === b.last_contact);
  expect(same.length).toBeGreaterThan(200);
  for (const [a, b] of same)
    expect([a.longitude, a.latitude, a.callsign]).toEqual([b.longitude, b.latitude, b.callsign]);
});

const blocks = '../shared/data/reference/vrs_code_blocks.csv';
describe.skipIf(!existsSync(blocks))(`the countries (skipped without ${blocks})`, () => {
  test('have the address blocks and airlines of the standing data', () => {
    const rows = readFileSync(blocks, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.split(','));
    for (const country of COUNTRIES) {
      const start = country.firstAddress.toString(16).padStart(6, '0').toUpperCase();
      const row = rows.find((each) => each[0] === start && each[2] === String(country.addresses));
      expect([country.name, row?.[6]]).toEqual([country.name, country.iso]);
    }
    const known = readFileSync('../shared/data/reference/vrs_airlines.csv', 'utf8');
    const missing = COUNTRIES.flatMap((country) => country.airlines).filter(
      (code) => !known.includes(`,${code},`),
    );
    expect(missing).toEqual([]);
  });

  test('have the names that OpenSky gives to these blocks', () => {
    const { states } = JSON.parse(
      readFileSync('../shared/data/states/states_all_2021-10-17T114950Z.json', 'utf8'),
    ) as { states: [string, string, string][] };
    const differing = COUNTRIES.flatMap((country) =>
      states
        .map(([icao24, , name]) => ({ place: parseInt(icao24, 16) - country.firstAddress, name }))
        .filter(
          ({ place, name }) =>
            place >= 0 && place < country.addresses && name !== '' && name !== country.name,
        )
        .map(({ name }) => `${country.name}: ${name}`),
    );
    expect(differing).toEqual([]);
  });
});
