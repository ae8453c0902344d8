import { describe, expect, test } from 'vitest';
import { toAnswer } from '../../../src/ingest/opensky/answer.ts';
import { toStateVector } from '../../../src/ingest/opensky/to-state-vector.ts';
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

describe('an answer', () => {
  test('may write whole values as floats', () => {
    const text = `{"time":1683488744.0,"states":[${JSON.stringify(ROW).replace('1683488743', '1683488743.0')}]}`;
    expect(toAnswer(JSON.parse(text), 'opensky')).toMatchObject({
      time: 1683488744,
      vectors: [{ time_position: 1683488743 }],
    });
  });

  test.each([
    ['null states', { time: 5, states: null }],
    ['no states', { time: 5 }],
  ])('with %s is empty', (_, json) =>
    expect(toAnswer(json, 'replay')).toEqual({ time: 5, vectors: [], skipped: 0 }),
  );

  test('leaves out and counts rows that are no lists', () => {
    const answer = toAnswer({ time: 5, states: [ROW, null, {}, 'x', 7] }, 'opensky');
    expect([answer?.vectors.length, answer?.skipped]).toEqual([1, 4]);
  });

  test.each([[null], ['x'], [[]], [{}], [{ time: null }], [{ time: 1.5 }], [{ time: 5, states: 'x' }]])(
    'is not %j',
    (json) => expect(toAnswer(json, 'opensky')).toBeNull(),
  );
});
