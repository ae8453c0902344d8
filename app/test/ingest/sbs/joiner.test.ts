import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { Joiner, MOST_AIRCRAFT } from '../../../src/ingest/sbs/joiner.ts';
import { LineCutter, MAX_LINE_BYTES } from '../../../src/ingest/sbs/lines.ts';
import { line } from './lines.ts';

/** 2026-11-30T12:00:00Z. */
const NOON = 1_796_040_000_000;

/** Each line is received a tenth of a second after the one before; or at the ms after noon that stands with it. */
function joined(...lines: readonly (string | readonly [atMs: number, text: string])[]): StateVector[] {
  const joiner = new Joiner();
  let at = NOON - 100;
  for (const each of lines) {
    at = typeof each === 'string' ? at + 100 : NOON + each[0];
    joiner.push({ text: typeof each === 'string' ? each : each[1], isTooLong: false }, at);
  }
  return joiner.take(at + 1000);
}

const last = (vectors: readonly StateVector[]): StateVector | undefined => vectors.at(-1);

describe('the joiner of BaseStation lines', () => {
  test('reads the example of the format, in the units of a state vector, at the time of receipt', () => {
    const vectors = joined(
      'MSG,3,5,211,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,37000,,,51.45735,-1.02826,,,0,0,0,0',
    );
    expect(vectors).toEqual([
      {
        icao24: '4ca2d6',
        callsign: null,
        origin_country: 'Ireland',
        time_position: NOON / 1000,
        last_contact: NOON / 1000,
        longitude: -1.02826,
        latitude: 51.45735,
        baro_altitude: 11277.6,
        on_ground: false,
        velocity: null,
        true_track: null,
        vertical_rate: null,
        sensors: null,
        geo_altitude: null,
        squawk: null,
        spi: false,
        position_source: 0,
        category: null,
        snapshot_time: NOON / 1000,
        feed: 'sbs',
      },
    ]);
  });

  test('joins what each transmission type says to one vector a second', () => {
    const vectors = joined(
      line({ type: 1, callsign: 'RJA1118 ' }),
      line({ type: 3, altitude: '37000', latitude: '51.45735', longitude: '-1.02826' }),
      line({ type: 4, speed: '367.7', track: '138.6', rate: '-2432' }),
      line({ type: 5, altitude: '36975' }),
      line({ type: 6, squawk: '0271', spi: '-1' }),
      line({ type: 7, altitude: '36950' }),
      line({ type: 8, ground: '0' }),
    );
    expect(vectors).toMatchObject([
      {
        callsign: 'RJA1118 ',
        baro_altitude: 11262.36,
        velocity: 189.1610588,
        true_track: 138.6,
        vertical_rate: -12.35456,
        squawk: '0271',
        spi: true,
        on_ground: false,
        latitude: 51.45735,
      },
    ]);
    expect(vectors.length).toBe(1);
  });

  test('says that an aircraft is on the ground, and forgets how high it was', () => {
    const air = line({ type: 3, altitude: '400', latitude: '51', longitude: '-1' });
    const rate = line({ type: 4, speed: '120', track: '90', rate: '-600' });
    const surface = line({ type: 2, speed: '76.4', track: '258.3', latitude: '54.1', longitude: '-4.4' });
    expect(last(joined(air, rate, surface))).toMatchObject({
      on_ground: true,
      baro_altitude: null,
      vertical_rate: null,
      velocity: 39.3035216,
      latitude: 54.1,
    });
    expect(last(joined(surface, air))).toMatchObject({ on_ground: false, baro_altitude: 121.92 });
    expect(last(joined(line({ type: 5, altitude: '0', ground: '-1' })))).toMatchObject({ on_ground: true });
    expect(last(joined(line({ type: 6, squawk: '7000', ground: '' })))).toMatchObject({ on_ground: null });
  });

  test('takes altitudes and rates with an H for geometric ones', () => {
    const vectors = joined(
      line({ type: 3, altitude: '38000H', latitude: '51', longitude: '-1' }),
      line({ type: 4, speed: '400', track: '0', rate: '640H' }),
    );
    expect(last(vectors)).toMatchObject({
      baro_altitude: null,
      geo_altitude: 11582.4,
      vertical_rate: 3.2512,
    });
    const both = joined(line({ type: 4, rate: '640H' }), line({ type: 4, rate: '-64' }));
    expect(last(both)).toMatchObject({ vertical_rate: -0.32512 });
  });

  test('says that a position is by multilateration, by the kind of the line or the number of receivers', () => {
    const place = { type: 3, latitude: '51.1001', longitude: '10.1915' } as const;
    const adsb = line(place);
    expect(last(joined(line({ ...place, kind: 'MLAT', alert: '7', emergency: '250' })))).toMatchObject({
      position_source: 2,
      latitude: 51.1001,
      on_ground: null,
    });
    expect(last(joined(line({ ...place, alert: '4' })))?.position_source).toBe(2);
    expect(last(joined(adsb))?.position_source).toBe(0);
    expect(last(joined(line({ ...place, kind: 'MLAT' }), line({ type: 1, callsign: 'X' })))).toMatchObject({
      position_source: 2,
    });
    expect(last(joined(line({ type: 8 })))).toMatchObject({ position_source: null, time_position: null });
  });

  test('keeps a value for a minute, each with its own age', () => {
    const vectors = joined(
      [0, line({ type: 3, altitude: '1000', latitude: '51', longitude: '-1' })],
      [30_000, line({ type: 1, callsign: 'BAW1' })],
      [59_999, line({ type: 8 })],
      [60_001, line({ type: 8 })],
      [90_001, line({ type: 8 })],
    );
    const seen = vectors.map(({ latitude, baro_altitude, time_position, callsign, last_contact }) => [
      (last_contact ?? 0) - NOON / 1000,
      latitude,
      baro_altitude,
      time_position === null ? null : time_position - NOON / 1000,
      callsign,
    ]);
    expect(seen).toEqual([
      [0, 51, 304.8, 0, null],
      [30, 51, 304.8, 0, 'BAW1'],
      [59, 51, 304.8, 0, 'BAW1'],
      [60, null, null, null, 'BAW1'],
      [90, null, null, null, null],
    ]);
  });

  test('gives one vector for each second in which an aircraft was heard, and none for a silent one', () => {
    const one = (latitude: string) => line({ type: 3, latitude, longitude: '8', icao24: 'AAAAAA' });
    const two = line({ type: 8, icao24: 'BBBBBB' });
    const vectors = joined([100, one('1')], [900, two], [950, one('2')], [1000, one('3')], [3500, one('4')]);
    const at = (second: number) => NOON / 1000 + second;
    expect(vectors.map((vector) => [vector.icao24, vector.snapshot_time, vector.latitude])).toEqual([
      ['aaaaaa', at(0), 2],
      ['bbbbbb', at(0), null],
      ['aaaaaa', at(1), 3],
      ['aaaaaa', at(3), 4],
    ]);
  });

  test('goes on when the clock is set back', () => {
    const vectors = joined([0, line({ latitude: '1', longitude: '8' })], [-3_600_000, line({ type: 8 })]);
    expect(vectors.map((vector) => vector.latitude)).toEqual([1, null]);
  });

  test.each([
    ['a half', 'MSG,3,5,211,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,37000,,,51.45'],
    ['two that lost the end between', line({ latitude: '51.4', longitude: '1' }) + line({})],
    [
      'one with bytes lost',
      'MSG,3,5,211,4CA2D6,10057,2008/11MSG,4,5,769,4CA2CB,10061,,,,,,,367.7,138.6,,,-2432,,,,,',
    ],
    ['a web page', 'HTTP/1.1 400 Bad Request'],
    ['raw messages', '*8D4840D6202CC371C32CE0576098;'],
    ['a type that is none', line({ type: 9 })],
    ['an address that is none', line({ icao24: '4CA2' })],
    ['a latitude that is none', line({ latitude: '258.3', longitude: '54.1' })],
    ['an altitude that is none', line({ altitude: '37O00' })],
    ['a squawk that is none', line({ squawk: '7580' })],
    ['a flag that is none', line({ ground: '2' })],
    ['a time that is none', line({ time: '14:53' })],
    ['other numbers', line({ speed: '1e3' })],
    ['control characters', line({ callsign: '\u001B[31m' })],
  ])('counts %s as malformed, and nothing of it is taken over', (_, text) => {
    const joiner = new Joiner();
    joiner.push({ text, isTooLong: false }, NOON);
    expect(joiner.take(NOON + 1000)).toEqual([]);
    expect(joiner.counts).toEqual({ messages: 0, mlat: 0, others: 0, malformed: 1, tooLong: 0, crowded: 0 });
    expect(joiner.example).toBe(text);
  });

  test('counts lines that are no messages of aircraft, and passes over them', () => {
    const joiner = new Joiner();
    for (const text of [
      'SEL,,496,2286,4CA4E5,27215,2010/02/19,18:06:07.710,2010/02/19,18:06:07.710,RYR1427',
      'ID,,496,7162,405637,27928,2010/02/19,18:06:07.115,2010/02/19,18:06:07.115,EZY691A',
      'AIR,,496,5906,400F01,27931,2010/02/19,18:06:07.128,2010/02/19,18:06:07.128',
      'STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM',
      'CLK,,496,-1,,-1,2010/02/19,18:18:19.036,2010/02/19,18:18:19.036',
    ])
      joiner.push({ text, isTooLong: false }, NOON);
    expect(joiner.take(NOON + 1000)).toEqual([]);
    expect(joiner.counts).toMatchObject({ others: 5, malformed: 0, messages: 0 });
  });

  test('leaves null what senders write who do not know: blanks, positions of 0/0, a squawk of 0', () => {
    const text = line({ type: 3, callsign: '        ', latitude: '0.0', longitude: '0', squawk: '0' });
    expect(last(joined(text))).toMatchObject({
      callsign: null,
      latitude: null,
      longitude: null,
      squawk: null,
    });
    expect(last(joined(line({ type: 6, squawk: '21' })))).toMatchObject({ squawk: '0021' });
    expect(last(joined(line({ type: 3, latitude: '0', longitude: '9.5' })))).toMatchObject({ latitude: 0 });
  });

  test('keeps the mark of an address that is not of ICAO', () => {
    expect(last(joined(line({ icao24: '~2E1F00' })))).toMatchObject({ icao24: '~2e1f00' });
  });

  test('cannot be filled by invented addresses', () => {
    const joiner = new Joiner();
    for (let address = 0; address < MOST_AIRCRAFT + 10; address += 1) {
      const icao24 = address.toString(16).padStart(6, '0');
      joiner.push({ text: line({ type: 8, icao24 }), isTooLong: false }, NOON);
    }
    expect(joiner.take(NOON + 1000).length).toBe(MOST_AIRCRAFT);
    expect(joiner.counts.crowded).toBe(10);
    joiner.take(NOON + 61_000);
    joiner.push({ text: line({ type: 8, icao24: 'ffffff' }), isTooLong: false }, NOON + 61_000);
    expect(joiner.take(NOON + 62_000).length).toBe(1);
  });

  test('lets seconds flow together where nobody takes them', () => {
    const joiner = new Joiner();
    for (let second = 0; second < 60; second += 1) {
      for (let address = 0; address < 2_000; address += 1)
        joiner.push(
          { text: line({ type: 8, icao24: (0xa00000 + address).toString(16) }), isTooLong: false },
          NOON + second * 1000,
        );
    }
    const vectors = joiner.take(NOON + 60_000);
    expect(vectors.length).toBe(52_000);
    expect(vectors.at(-1)?.snapshot_time).toBe(NOON / 1000 + 59);
  });
});

describe('lines', () => {
  const texts = (cutter: LineCutter, ...packets: readonly string[]) =>
    packets.flatMap((packet) => cutter.cut(Buffer.from(packet, 'latin1')));

  test('end with CR, LF or both, and need not come in one packet', () => {
    expect(texts(new LineCutter(), 'a\r', '\nb\n\n', 'c', 'd\re').map(({ text }) => text)).toEqual([
      'a',
      'b',
      'cd',
    ]);
  });

  test('that are too long are passed over to their end, in bounded memory', () => {
    const cutter = new LineCutter();
    const found = texts(
      cutter,
      `${'x'.repeat(MAX_LINE_BYTES)}\n`,
      'y'.repeat(5000),
      'y'.repeat(5000),
      '\nz\n',
    );
    expect(found.map(({ text, isTooLong }) => [text.length, isTooLong])).toEqual([
      [MAX_LINE_BYTES, false],
      [MAX_LINE_BYTES, true],
      [1, false],
    ]);
  });
});

test('the vectors are the same however packets cut the stream, and whatever garbage stands between lines', () => {
  const text = fc.oneof(
    fc
      .record({ type: fc.constantFrom(1, 3, 4, 5, 6, 8), icao24: fc.constantFrom('AAAAAA', 'BBBBBB') })
      .map(({ type, icao24 }) =>
        line({
          type,
          icao24,
          ...(type === 1 && { callsign: 'TEST' }),
          ...(type === 3 && { latitude: '47.5', longitude: '8.5', altitude: '1200' }),
          ...(type === 4 && { speed: '100', track: '10', rate: '64H' }),
          ...(type === 6 && { squawk: '7000' }),
        }),
      ),
    fc.constantFrom('ID,,496,7162,405637,27928,,,,,EZY691A'),
  );
  const garbage = fc.oneof(
    fc.string({ maxLength: 40 }).map((each) => `!${each.replaceAll(/[\r\n]/g, '')}`),
    fc.constant('x'.repeat(3000)),
    fc.constant('MSG,3,1'),
  );
  const stream = fc.record({
    lines: fc.array(fc.record({ text, before: fc.option(garbage), end: fc.constantFrom('\n', '\r\n') }), {
      maxLength: 30,
    }),
    cuts: fc.array(fc.nat(200), { minLength: 1, maxLength: 20 }),
  });
  fc.assert(
    fc.property(stream, ({ lines, cuts }) => {
      const clean = new Joiner();
      for (const each of lines) clean.push({ text: each.text, isTooLong: false }, NOON);
      const dirty = new Joiner();
      const cutter = new LineCutter();
      const bytes = Buffer.from(
        lines
          .map(({ text: good, before, end }) => `${before === null ? '' : `${before}${end}`}${good}${end}`)
          .join(''),
      );
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = 1 + (cuts[turn % cuts.length] as number);
        for (const each of cutter.cut(bytes.subarray(at, at + size))) dirty.push(each, NOON);
        at += size;
      }
      expect(dirty.take(NOON + 1000)).toEqual(clean.take(NOON + 1000));
      expect(dirty.counts.messages).toBe(clean.counts.messages);
      expect(dirty.counts.malformed).toBe(lines.filter(({ before }) => before !== null).length);
    }),
  );
});
