import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../src/flight/decode-message.ts';
import { type StateVector, encodeStateVector } from '../../../src/flight/state-vector.ts';
import { type Answer, oddEntriesNotice, readAnswer } from '../../../src/ingest/readsb/answer.ts';
import {
  AIRBORNE,
  LEGACY,
  LOST,
  MUTABILITY,
  NOT_ICAO,
  NOW_S,
  OLD_LIST,
  READSB,
  SERVICE,
  TAXIING,
} from './answers.ts';

const WRITTEN_MS = 1_700_000_000_000;

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const read = (json: unknown): Promise<Answer> =>
  readAnswer(bytesOf(typeof json === 'string' ? json : JSON.stringify(json)), 'readsb', WRITTEN_MS);

/** What becomes of one aircraft in a whole answer. */
async function vectorOf(aircraft: unknown, now: unknown = NOW_S): Promise<StateVector> {
  const { vectors } = await read({ now, aircraft: [aircraft] });
  expect(vectors.length).toBe(1);
  return vectors[0] as StateVector;
}

describe('an aircraft of readsb', () => {
  test('is a state vector in metres, m/s and epoch seconds, with what a receiver knows more', async () => {
    expect(await vectorOf(AIRBORNE)).toEqual({
      icao24: 'aa5f41',
      callsign: 'AAL61   ',
      origin_country: 'United States',
      time_position: 1_785_349_718,
      last_contact: 1_785_349_720,
      longitude: -172.829165,
      latitude: 60.426946,
      baro_altitude: 10_668,
      on_ground: false,
      velocity: 244.2580112,
      true_track: 246.67,
      vertical_rate: -0.32512,
      sensors: null,
      geo_altitude: 10_363.2,
      squawk: '0650',
      spi: true,
      position_source: 0,
      category: 6,
      snapshot_time: 1_785_349_721,
      feed: 'readsb',
      registration: 'N768AA',
      type_code: 'B772',
      nic: 8,
      nac_p: 9,
      rssi: -30.3,
    });
  });

  test('on the ground has no barometric altitude, and its heading where there is no track', async () => {
    const expected = { on_ground: true, baro_altitude: null, true_track: 250.1, category: 4 };
    expect(await vectorOf(TAXIING)).toMatchObject(expected);
    expect(await vectorOf({ ...TAXIING, track: 90 })).toMatchObject({ true_track: 90 });
    expect(await vectorOf({ ...LEGACY, altitude: 'ground' })).toMatchObject({ on_ground: true });
  });

  test('with a non-ICAO address keeps the mark, and has no country', async () => {
    expect(await vectorOf(NOT_ICAO)).toMatchObject({
      icao24: '~abc123',
      origin_country: null,
      position_source: null,
      registration: null,
    });
  });

  test('that was lost has its last position with that age, and never the rough one', async () => {
    expect(await vectorOf(LOST)).toMatchObject({
      latitude: 52.3,
      longitude: 4.7,
      time_position: 1_785_349_628,
      last_contact: 1_785_349_721,
      nic: 7,
      baro_altitude: 1_219.2,
    });
    expect(await vectorOf({ ...LOST, lastPosition: undefined })).toMatchObject({
      latitude: null,
      longitude: null,
      time_position: null,
      last_contact: 1_785_349_721,
    });
  });

  test('without a barometric rate has the geometric one', async () => {
    expect(await vectorOf({ ...AIRBORNE, baro_rate: undefined })).toMatchObject({ vertical_rate: 0.16256 });
  });

  test.each([
    ['adsb_icao', 0],
    ['adsb_icao_nt', 0],
    ['adsr_icao', 0],
    ['adsb_other', 0],
    ['adsr_other', 0],
    ['mlat', 2],
    ['tisb_icao', null],
    ['adsc', null],
    ['mode_s', null],
    ['other', null],
    ['what comes next', null],
  ])('of type %s has the position source %s', async (type, position_source) => {
    expect(await vectorOf({ ...AIRBORNE, type })).toMatchObject({ position_source });
  });

  test('without a type is MLAT where the position is among what MLAT gave, else ADS-B', async () => {
    expect(await vectorOf(LEGACY)).toMatchObject({ position_source: 2 });
    expect(await vectorOf({ ...LEGACY, mlat: ['altitude'] })).toMatchObject({ position_source: 0 });
  });

  test.each([
    ['A0', 1],
    ['A1', 2],
    ['A7', 8],
    ['B1', 9],
    ['B2', 10],
    ['B3', 11],
    ['B4', 12],
    ['B5', 13],
    ['B6', 14],
    ['B7', 15],
    ['C1', 16],
    ['C5', 20],
    ['C7', 13],
    ['D3', 13],
    ['a3', 4],
    ['E9', 0],
    [undefined, 0],
  ])('of category %s has OpenSky number %s', async (letters, category) => {
    expect(await vectorOf({ ...AIRBORNE, category: letters })).toMatchObject({ category });
  });
});

describe('older programs', () => {
  test('are read by the names of dump1090-mutability', async () => {
    const { vectors } = await read(MUTABILITY);
    expect(vectors).toMatchObject([
      {
        icao24: '4b1a23',
        origin_country: 'Switzerland',
        baro_altitude: 2_491.74,
        velocity: 139.414324,
        vertical_rate: -3.57632,
        true_track: 309,
        time_position: 1_785_349_718,
        last_contact: 1_785_349_721,
        nic: 8,
      },
    ]);
  });

  test('send a list alone, whose zeros mean unknown where nothing was heard, dated by when it was written', async () => {
    const { vectors, isDated, timeMs } = await read(OLD_LIST);
    expect([isDated, timeMs]).toEqual([false, WRITTEN_MS]);
    expect(vectors).toMatchObject([
      {
        icao24: '4841d7',
        time_position: 1_699_999_998,
        last_contact: 1_699_999_998,
        velocity: 154.3332,
        true_track: 0,
        vertical_rate: 0,
        baro_altitude: 3_657.6,
      },
      {
        icao24: '4841d8',
        callsign: null,
        squawk: null,
        latitude: null,
        longitude: null,
        time_position: null,
        last_contact: 1_699_999_995,
        velocity: null,
        true_track: null,
        vertical_rate: null,
        baro_altitude: null,
      },
    ]);
  });

  test('know no flags of validity at first: then a position of 0, 0 and a speed of 0 are unknown', async () => {
    const first = { hex: '4841d7', flight: 'KLM1023 ', lat: 52.1, lon: 4.5, altitude: 0, track: 0, speed: 0 };
    const { vectors } = await read([first, { ...first, lat: 0, lon: 0, altitude: 900, speed: 80 }]);
    expect(vectors).toMatchObject([
      { time_position: 1_700_000_000, velocity: null, true_track: null, baro_altitude: null },
      { time_position: null, latitude: null, velocity: 41.15552, true_track: 0, baro_altitude: 274.32 },
    ]);
  });

  test('of today mean a zero where they write one', async () => {
    const still = { ...AIRBORNE, alt_baro: 0, gs: 0, track: 0, baro_rate: 0, squawk: '0000' };
    expect(await vectorOf(still)).toMatchObject({
      baro_altitude: 0,
      velocity: 0,
      true_track: 0,
      vertical_rate: 0,
      squawk: '0000',
    });
    expect(await vectorOf({ ...LEGACY, altitude: 0, speed: 0, track: 0 })).toMatchObject({
      baro_altitude: 0,
      velocity: 0,
    });
  });
});

describe('the time of an answer', () => {
  test.each([
    ['seconds', NOW_S],
    ['milliseconds', NOW_S * 1000],
    ['text', String(NOW_S)],
  ])('is read in %s', async (_, now) => {
    expect(await vectorOf(AIRBORNE, now)).toMatchObject({
      snapshot_time: 1_785_349_721,
      time_position: 1_785_349_718,
    });
  });

  test.each([[0], [-1], ['soon'], [null], [1e300], [[]]])(
    'that is %j counts as unsaid: when it was written counts',
    async (now) => {
      expect(await vectorOf(AIRBORNE, now)).toMatchObject({ snapshot_time: 1_700_000_000 });
    },
  );

  test('is not one second less for a binary fraction', async () => {
    const [at, age] = [1_570_083_880.3, 0.3];
    expect(at - age).toBe(1_570_083_880);
    for (let tenths = 0; tenths < 100; tenths += 1) {
      const found = await vectorOf({ ...AIRBORNE, seen: tenths / 10 }, 1_570_083_880 + tenths / 10);
      expect(found.last_contact).toBe(1_570_083_880);
    }
  });
});

describe('nothing of an answer is lost', () => {
  test('an entry that is no object is kept as a text that no rule takes for a message', async () => {
    const answer = await read('{"now":1785349721,"aircraft":[null,7,"x",[1],{"hex":"aa5f41","lat":nan},{}]}');
    expect(answer.others).toEqual(['null', '7', '"x"', '[1]', '[{"hex":"aa5f41","lat":nan}]']);
    expect(answer.others.every((text) => decodeMessage(text).malformed !== null)).toBe(true);
    expect(answer.vectors).toMatchObject([{ icao24: null, latitude: null, callsign: null }]);
    expect(answer.odd?.rows).toBe(6);
    expect(oddEntriesNotice(answer)).toContain(
      '6 of 6 aircraft are not in the expected form: it is no object',
    );
  });

  test('numbers as text are numbers, and an odd value costs itself alone', async () => {
    const odd = {
      ...AIRBORNE,
      lat: '60.5',
      lon: ' -172 ',
      alt_baro: '35000',
      seen_pos: '1e1',
      gs: {},
      track: true,
      squawk: 650,
      spi: 'yes',
      nic: 8.5,
      flight: 1023,
      rssi: '',
    };
    const { vectors, odd: oddity } = await read({ now: NOW_S, aircraft: [odd] });
    expect(vectors[0]).toMatchObject({
      latitude: 60.5,
      longitude: -172,
      baro_altitude: 10_668,
      time_position: 1_785_349_711,
      velocity: null,
      true_track: null,
      squawk: '0650',
      spi: null,
      nic: null,
      callsign: '1023',
      rssi: null,
    });
    expect(oddity).toMatchObject({ rows: 1 });
    expect(oddity?.example).toMatch(/^(nic is 8.5|gs is an object|track is true), in \{"hex":"AA5F41"/);
  });

  test.each([
    [400_833, '400833'],
    ['12', '12'],
    ['XYZ123', 'xyz123'],
    [' AA5F41 ', 'aa5f41'],
    [{}, null],
    [null, null],
  ])('an address that is %j passes as %j: the pipeline says what it thinks of it', async (hex, icao24) => {
    expect((await vectorOf({ ...AIRBORNE, hex })).icao24).toBe(icao24);
  });

  test('a latitude that cannot be passes, for quarantine to show it', async () => {
    expect(await vectorOf({ ...AIRBORNE, lat: 200 })).toMatchObject({ latitude: 200 });
  });

  test('an answer of a service without aircraft is empty; one without a list is none, and its words are said', async () => {
    expect((await read({ ...SERVICE, ac: [] })).vectors).toEqual([]);
    expect((await read({ ...SERVICE, ac: null })).vectors).toEqual([]);
    await expect(read({ msg: 'Too many', now: 1 })).rejects.toThrow(
      'it holds no list of aircraft; it says "Too many"',
    );
    await expect(read({ aircraft: {} })).rejects.toThrow('it holds no list of aircraft');
    await expect(read('<!doctype html>')).rejects.toThrow('a web page instead of data');
  });

  test('the time may follow the list', async () => {
    const { now, ...others } = READSB;
    expect((await read({ ...others, now })).vectors).toEqual((await read(READSB)).vectors);
  });
});

const recorded = '../shared/data/readsb';
describe.skipIf(!existsSync(recorded))(`recorded answers of receivers (skipped without ${recorded})`, () => {
  test.each(existsSync(recorded) ? readdirSync(recorded) : [])(
    'each aircraft of %s is one message that the pipeline can read',
    async (file) => {
      const path = `${recorded}/${file}`;
      const json = JSON.parse(readFileSync(path, 'utf8')) as {
        readonly now: number;
        readonly aircraft: readonly Readonly<Record<string, unknown>>[];
      };
      const { vectors, others, isDated } = await readAnswer(createReadStream(path), 'readsb', WRITTEN_MS);
      expect([vectors.length, others.length, isDated]).toEqual([json.aircraft.length, 0, true]);
      for (const [index, vector] of vectors.entries()) {
        const aircraft = json.aircraft[index] ?? {};
        expect(decodeMessage(encodeStateVector(vector)).malformed).toBeNull();
        expect(vector.icao24).toBe(aircraft['hex'] ?? null);
        expect(vector.latitude).toBe(aircraft['lat'] ?? null);
        expect(vector.longitude).toBe(aircraft['lon'] ?? null);
        const feet = aircraft['alt_baro'] ?? aircraft['altitude'] ?? null;
        if (typeof feet === 'number') expect(vector.baro_altitude).toBeCloseTo(feet * 0.3048, 6);
        else expect(vector.baro_altitude).toBeNull();
        const age = aircraft['seen_pos'];
        expect(vector.time_position).toBe(typeof age === 'number' ? Math.floor(json.now - age) : null);
      }
    },
  );
});
