import { existsSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ContrailError } from '../../../src/errors.ts';
import { lineOf } from '../../../src/ingest/mock/basestation.ts';
import { planFaults } from '../../../src/ingest/mock/fault-plan.ts';
import { recordedTraffic } from '../../../src/ingest/mock/recorded-traffic.ts';
import { toEntry } from '../../../src/ingest/mock/to-entry.ts';
import { toOpenSkyRow } from '../../../src/ingest/mock/to-opensky-row.ts';
import { asHeard, simulatedTraffic, within } from '../../../src/ingest/mock/traffic.ts';
import { toStateVector as vectorOfRow } from '../../../src/ingest/opensky/to-state-vector.ts';
import { toStateVector as vectorOfEntry } from '../../../src/ingest/readsb/to-state-vector.ts';
import { Joiner } from '../../../src/ingest/sbs/joiner.ts';
import { airports } from '../airports.ts';
import { folderOf } from '../folder.ts';
import { ROW } from '../mock-opensky.ts';
import { AIRBORNE, TAXIING } from '../readsb/answers.ts';

const NOON_MS = Date.parse('2026-11-23T12:00:00Z');
const NOON = NOON_MS / 1000;
const simulated = (aircraft: number, paceMs = 1_000) =>
  simulatedTraffic({ airports, aircraft, seed: 1, paceMs });
const { vectors } = simulated(2_000)(NOON_MS);
const sound = asHeard(simulated(2_000))(NOON_MS).vectors;
const POSITION = ['icao24', 'time_position', 'last_contact', 'latitude', 'longitude', 'on_ground'] as const;
const picked = <K extends string>(from: object, keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, (from as Readonly<Record<string, unknown>>)[key]]));

describe('simulated aircraft', () => {
  test('in the words of OpenSky are the same aircraft', () => {
    for (const vector of vectors) {
      const read = vectorOfRow(toOpenSkyRow(vector), NOON, 'simulator');
      expect({ ...read, callsign: read.callsign?.trim() }).toEqual({
        ...vector,
        callsign: vector.callsign?.trim(),
      });
    }
  });

  test('in the words of a receiver are the same aircraft, in feet and knots', () => {
    for (const vector of vectors) {
      const { vector: read, oddity } = vectorOfEntry(toEntry(vector, NOON_MS), NOON_MS, 'readsb');
      expect(oddity).toBe(vector.icao24 === '' ? 'it has no address (hex)' : null);
      if (vector.icao24 === '' || vector.time_position === null || vector.latitude === null) continue;
      const keys = [...POSITION, 'squawk', 'spi', 'true_track'] as const;
      expect(picked(read, keys)).toEqual({ ...picked(vector, keys), squawk: vector.squawk || null });
      expect(read.category).toBe(vector.category);
      expect(Math.abs((read.baro_altitude ?? 0) - (vector.baro_altitude ?? 0))).toBeLessThanOrEqual(0.16);
      expect(Math.abs((read.geo_altitude ?? 0) - (vector.geo_altitude ?? 0))).toBeLessThanOrEqual(0.16);
      expect(Math.abs((read.velocity ?? 0) - (vector.velocity ?? 0))).toBeLessThanOrEqual(0.03);
      expect(Math.abs((read.vertical_rate ?? 0) - (vector.vertical_rate ?? 0))).toBeLessThanOrEqual(0.003);
    }
  });

  test('in lines of BaseStation are the same aircraft, joined', () => {
    const joiner = new Joiner();
    for (let turn = 0; turn < 6; turn += 1)
      for (const vector of sound)
        joiner.push({ text: lineOf(vector, turn, NOON_MS), isTooLong: false }, NOON_MS);
    expect(joiner.example).toBeNull();
    const joined = new Map(joiner.take(NOON_MS + 1_000).map((vector) => [vector.icao24, vector]));
    expect(joined.size).toBe(sound.length);
    for (const vector of sound) {
      const read = joined.get(vector.icao24);
      expect(picked(read ?? {}, ['latitude', 'longitude', 'on_ground', 'spi'])).toEqual(
        picked(vector.latitude === null ? { ...vector, longitude: null } : vector, [
          'latitude',
          'longitude',
          'on_ground',
          'spi',
        ]),
      );
      expect(read?.callsign?.trim() ?? '').toBe(vector.callsign?.trim() ?? '');
      expect(read?.squawk).toBe(vector.squawk || null);
      expect(Math.abs((read?.velocity ?? 0) - (vector.velocity ?? 0))).toBeLessThanOrEqual(0.03);
    }
  });

  test('are in the same places in two mocks, whenever these are asked', () => {
    const [one, other] = [simulated(300), simulated(300, 10_000)];
    one(NOON_MS);
    one(NOON_MS + 1_000);
    const key = (vector: (typeof vectors)[number]) => `${vector.icao24} ${vector.time_position}`;
    const places = new Map(one(NOON_MS + 20_000).vectors.map((vector) => [key(vector), vector]));
    const both = other(NOON_MS + 20_000).vectors.filter((vector) => places.has(key(vector)));
    expect(both.length).toBeGreaterThan(60);
    for (const vector of both) {
      if (vector.latitude === null || Math.abs(vector.latitude) > 90 || Math.abs(vector.longitude ?? 0) > 180)
        continue;
      const same = places.get(key(vector));
      if (
        same?.latitude === null ||
        Math.abs(same?.latitude ?? 0) > 90 ||
        Math.abs(same?.longitude ?? 0) > 180
      )
        continue;
      expect(picked(vector, ['latitude', 'longitude', 'callsign'])).toEqual(
        picked(same ?? {}, ['latitude', 'longitude', 'callsign']),
      );
    }
  });

  test('can be asked for a time that is over, as two clients with other grids do', () => {
    const traffic = simulated(50, 5_000);
    const before = traffic(NOON_MS);
    for (const ms of [5_000, 10_000, 15_000]) traffic(NOON_MS + ms);
    const again = traffic(NOON_MS);
    expect(again.time).toBe(NOON);
    expect(again.vectors.map(({ icao24 }) => icao24)).toHaveLength(before.vectors.length);
    expect(traffic(NOON_MS + 20_000).time).toBe(NOON + 20);
  });

  test('within a circle are those that are there', () => {
    const circle = { latitude: 51.5, longitude: -0.1, radiusNm: 250 };
    const near = within(circle, simulated(2_000))(NOON_MS).vectors;
    expect(near.length).toBeGreaterThan(10);
    expect(near.length).toBeLessThan(1_000);
    for (const { latitude } of near) expect(Math.abs((latitude ?? 0) - 51.5)).toBeLessThan(4.2);
  });
});

describe('recordings', () => {
  const rowOf = (time: number) => ROW.with(3, time - 2).with(4, time);

  test('come one each pace, in order of their time and over again, with times of now', async () => {
    await using folder = await folderOf({
      'b.json': JSON.stringify({ time: 1_600_000_000, states: [rowOf(1_600_000_000).with(0, 'aaaaaa')] }),
      'sub/a.json.gz': gzipSync(JSON.stringify({ time: 1_600_000_100, states: [rowOf(1_600_000_100)] })),
      'c.json': JSON.stringify({ time: 1_600_000_200, states: null }),
      '.hidden.json': 'no',
      'notes.txt': 'no',
    });
    const traffic = recordedTraffic(folder.path, 5_000);
    expect(traffic.count).toBe(3);
    const begin = NOON_MS - (NOON_MS % 15_000);
    const seen = [0, 5_000, 10_000, 15_000].map((ms) => traffic(begin + ms));
    expect(seen.map(({ time, vectors: [first] }) => [time * 1000 - begin, first?.icao24])).toEqual([
      [0, 'aaaaaa'],
      [5_000, 'ab1644'],
      [10_000, undefined],
      [15_000, 'aaaaaa'],
    ]);
    const { time } = seen[1] ?? { time: 0 };
    expect(seen[1]?.vectors[0]).toMatchObject({
      time_position: time - 2,
      last_contact: time,
      snapshot_time: time,
    });
    expect(seen[1]?.rows).toEqual([rowOf(time)]);
  });

  test('of OpenSky with rows that are no state vectors keep these for OpenSky alone', async () => {
    const states = [ROW, null, 7, ['abc123'], ROW.with(9, 'fast').with(0, 5)];
    await using folder = await folderOf({ 'a.json': JSON.stringify({ time: NOON, states }) });
    const scene = recordedTraffic(folder.path, 1_000)(NOON_MS);
    expect(scene.rows).toHaveLength(5);
    expect(scene.vectors).toHaveLength(1);
  });

  test('of a receiver keep every entry as it stands', async () => {
    const aircraft = [AIRBORNE, {}, null, TAXIING];
    await using folder = await folderOf({ 'aircraft.json': JSON.stringify({ now: NOON - 1e6, aircraft }) });
    const scene = recordedTraffic(folder.file('aircraft.json'), 1_000)(NOON_MS);
    expect(scene.entries).toEqual(aircraft);
    expect(scene.vectors.map(({ icao24 }) => icao24)).toEqual(['aa5f41', null, '3c6444']);
  });

  test.each([
    ['nothing', {}, /neither the folder nor its subfolders/],
    ['no JSON', { 'a.json': '{"time":1' }, /a\.json cannot be served: it is no JSON/],
    ['other JSON', { 'a.json': '{"x":1}' }, /a\.json cannot be served: it has neither/],
  ])('of %s are refused at the beginning, with the name of the file', async (_, files, says) => {
    await using folder = await folderOf(files);
    expect(() => recordedTraffic(folder.path, 1_000)).toThrow(says);
    expect(() => recordedTraffic(folder.file('none'), 1_000)).toThrow(ContrailError);
  });

  for (const recorded of ['../shared/data/states', '../shared/data/readsb']) {
    test.skipIf(!existsSync(recorded))(`${recorded} are served`, () => {
      const traffic = recordedTraffic(recorded, 1_000);
      const scenes = readdirSync(recorded).map((_, index) => traffic(NOON_MS + index * 1_000));
      expect(traffic.count).toBe(scenes.length);
      expect(Math.max(...scenes.map(({ vectors: all }) => all.length))).toBeGreaterThan(90);
      // As of now, not of the year of the recording.
      for (const { time, vectors: all } of scenes) {
        const contacts = all.flatMap(({ last_contact }) => last_contact ?? []);
        if (contacts.length > 0) expect(time - Math.max(...contacts)).toBeLessThan(60);
      }
    });
  }
});

describe('a plan of faults', () => {
  const run = (seed: number, share = 1 / 20, faults: readonly string[] = ['a', 'b', 'c']) => {
    const next = planFaults({ faults, share, seed });
    return Array.from({ length: 10_000 }, () => next());
  };

  test('is the same for the same seed, and has as many faults as wanted', () => {
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
    for (const fault of ['a', 'b', 'c']) {
      const count = run(5).filter((found) => found === fault).length;
      expect(count).toBeGreaterThan(120);
      expect(count).toBeLessThan(220);
    }
    expect(run(5, 1).every((found) => found !== null)).toBe(true);
    expect(run(5, 1, []).every((found) => found === null)).toBe(true);
  });
});
