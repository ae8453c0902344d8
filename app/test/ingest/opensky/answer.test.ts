import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { readAnswer } from '../../../src/ingest/opensky/answer.ts';
import { UnusableInputError } from '../../../src/ingest/input/unusable-input.ts';
import { toStateVector } from '../../../src/ingest/opensky/to-state-vector.ts';
import type { Feed } from '../../../src/flight/state-vector.ts';
import { ROW } from '../mock-opensky.ts';
import { unpacked } from '../unpacked.ts';

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
const read = async (json: unknown, feed: Feed) => {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const answer = await readAnswer(bytesOf(text), { feed });
  return { time: answer.time, odd: answer.odd, peculiar: answer.peculiar, ...unpacked(answer) };
};

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

  test('gives the messages that JSON.parse of the whole gives, wherever it is cut, in any order of its members', async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string({ unit: 'binary' }), fc.double());
    const row = fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 20 }), value)
        .map(([at, odd]) => ROW.with(at % ROW.length, odd as never)),
      fc.array(value, { maxLength: 20 }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const answers = fc.record({
      states: fc.array(row, { maxLength: 8 }),
      order: fc.shuffledSubarray(['time', 'states', 'more', 'länger'], { minLength: 4 }),
      more: fc.jsonValue(),
      size: fc.integer({ min: 1, max: 50 }),
      space: fc.constantFrom(undefined, '\n\t'),
    });
    const property = fc.asyncProperty(answers, async ({ states, order, more, size, space }) => {
      const all: Record<string, unknown> = { time: 1683488744, states, more, länger: more };
      const text = JSON.stringify(Object.fromEntries(order.map((name) => [name, all[name]])), null, space);
      const whole = JSON.parse(text) as { readonly states: readonly unknown[] };
      const bytes = Buffer.from(text);
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      const answer = await readAnswer(pieces(), { feed: 'opensky' });
      const lists = whole.states.filter((one) => Array.isArray(one));
      expect([...answer.messages].slice(0, answer.vectors).map((message) => message.value)).toEqual(
        lists.map((one) => JSON.stringify(toStateVector(one, 1683488744, 'opensky')).toWellFormed()),
      );
      const others = unpacked(answer).others.map((one) => JSON.parse(one) as unknown);
      const kept = whole.states.filter((one) => !Array.isArray(one));
      expect(others).toEqual(kept.map((one) => (typeof one === 'object' && one !== null ? [one] : one)));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('that tells two times is none', async () => {
    const text = `{"time":1683488744,"states":[${JSON.stringify(ROW)}],"time":1683488745}`;
    await expect(read(text, 'opensky')).rejects.toThrow('two times');
  });

  test.each([[null], ['"x"'], [[]], [{}], [{ time: null }], [{ time: 1.5 }], [{ time: 5, states: 'x' }]])(
    'is not %j',
    (json) => expect(read(json, 'replay')).rejects.toThrow(UnusableInputError),
  );

  test('of a live feed is not of 1970', async () => {
    await expect(read({ time: 5, states: [] }, 'opensky')).rejects.toThrow('its time is 5');
  });
});
