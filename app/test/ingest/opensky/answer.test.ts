import { describe, expect, test } from 'vitest';
import { type Answer, readAnswer } from '../../../src/ingest/opensky/answer.ts';
import { UnusableInputError } from '../../../src/ingest/input/unusable-input.ts';
import { toStateVector } from '../../../src/ingest/opensky/to-state-vector.ts';
import type { Feed } from '../../../src/flight/state-vector.ts';
import { ROW } from '../mock-opensky.ts';

describe('a row', () => {
  test('of 18 fields becomes a state vector with all of them', () => {
    expect(toStateVector(ROW, 1683488744, 'opensky')).toEqual({
      icao24: 'ab1644',
      callsign: 'UAL421  ',
      origin_country: 'United States',
      time_position: 1683488743,
      last_contact: 1683488743,
      longitude: -71.1656,
      latitude: 42.5372,
      baro_altitude: 2217.42,
      on_ground: false,
      velocity: 137.8,
      true_track: 342.17,
      vertical_rate: 13,
      sensors: null,
      geo_altitude: 2194.56,
      squawk: null,
      spi: false,
      position_source: 0,
      category: 4,
      snapshot_time: 1683488744,
      feed: 'opensky',
    });
  });

  test('of 17 fields has no category, one of 20 loses what is not known, one of 3 is null beyond', () => {
    const full = toStateVector(ROW, 1, 'opensky');
    expect(toStateVector(ROW.slice(0, 17), 1, 'opensky')).toEqual({ ...full, category: null });
    expect(toStateVector([...ROW, 'new', 1], 1, 'opensky')).toEqual(full);
    expect(toStateVector(ROW.slice(0, 3), 1, 'opensky')).toMatchObject({
      icao24: 'ab1644',
      time_position: null,
      spi: null,
    });
  });

  test('keeps strange values for the pipeline to judge', () => {
    const row = ROW.with(17, -1).with(9, 'fast').with(1, '');
    expect(toStateVector(row, 1, 'opensky')).toMatchObject({ category: -1, velocity: 'fast', callsign: '' });
  });
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const read = (json: unknown, feed: Feed): Promise<Answer> =>
  readAnswer(bytesOf(typeof json === 'string' ? json : JSON.stringify(json)), feed);

describe('an answer', () => {
  test('may write whole values as floats', async () => {
    const text = `{"time":1683488744.0,"states":[${JSON.stringify(ROW).replace('1683488743', '1683488743.0')}]}`;
    expect(await read(text, 'opensky')).toMatchObject({
      time: 1683488744,
      vectors: [{ time_position: 1683488743 }],
      odd: null,
    });
  });

  test.each([
    ['null states', { time: 5, states: null }],
    ['no states', { time: 5 }],
  ])('with %s is empty', async (_, json) =>
    expect(await read(json, 'replay')).toMatchObject({ time: 5, vectors: [], others: [], odd: null }),
  );

  test('keeps the text of rows that are no lists, counts them and shows one', async () => {
    const answer = await read({ time: 1683488744, states: [ROW, null, {}, 'x', 7] }, 'opensky');
    expect(answer.vectors.length).toBe(1);
    expect(answer.others).toEqual(['null', '[{}]', '"x"', '7']);
    expect(answer.odd).toEqual({ rows: 4, example: 'not a list, as null' });
  });

  test('counts vectors that are none at second sight, and leaves them to the pipeline', async () => {
    const answer = await read({ time: 1683488744, states: [['abc123'], ROW.with(8, 1), ROW] }, 'opensky');
    expect(answer.vectors.length).toBe(3);
    expect(answer.odd).toEqual({ rows: 2, example: 'only 1 fields, as ["abc123"]' });
  });

  test('is the same as one that ends with the states or begins with them, blanks or none', async () => {
    const row = JSON.stringify(ROW, null, 3);
    const expected = await read({ time: 1683488744, states: [ROW] }, 'opensky');
    expect(await read(` { "states" : [ ${row} ] , "more": [1] , "time": 1683488744 } \n`, 'opensky')).toEqual(
      expected,
    );
  });

  test.each([[null], ['"x"'], [[]], [{}], [{ time: null }], [{ time: 1.5 }], [{ time: 5, states: 'x' }]])(
    'is not %j',
    (json) => expect(read(json, 'replay')).rejects.toThrow(UnusableInputError),
  );

  test('of a live feed is not of 1970', async () => {
    await expect(read({ time: 5, states: [] }, 'opensky')).rejects.toThrow('its time is 5');
  });
});
