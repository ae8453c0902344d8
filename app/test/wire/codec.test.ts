import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAX_SLOTS, MOVED, createColumns } from '../../src/wire/columns.ts';
import { decodeFrame } from '../../src/wire/decode.ts';
import { encodeFrame } from '../../src/wire/encode.ts';
import { FRAME_KINDS, HEADER_AT, HEADER_BYTES, type Frame } from '../../src/wire/frame.ts';
import { type Aircraft, readAircraft } from '../../src/wire/units.ts';
import { aircraft, frame } from './arbitrary.ts';
import { AIRLINER, EMPTY_FRAME, STRANGER, fullFrame } from './frames.ts';

function decoded(bytes: Uint8Array): Frame {
  const result = decodeFrame(bytes);
  if (!result.ok) throw new Error(`not a frame: ${result.fault}`);
  return result.frame;
}

/** One aircraft moved, one left: what a delta looks like. */
function delta(): Frame {
  const columns = createColumns(MOVED, 1);
  columns.longitude[0] = -123;
  columns.latitude[0] = 456;
  columns.altitude[0] = 11_300;
  columns.velocity[0] = 2470;
  columns.true_track[0] = 12_400;
  columns.vertical_rate[0] = 3;
  columns.geo_offset[0] = 20;
  columns.age[0] = 2;
  return {
    ...fullFrame([AIRLINER]),
    kind: 'delta',
    tick: 42,
    baseTick: 41,
    slots: 70,
    moved: { slots: Uint32Array.of(69), columns },
    removed: Uint32Array.of(3, 64),
  };
}

describe('the bytes of a frame', () => {
  const golden: Readonly<Record<string, Frame>> = {
    full: fullFrame([AIRLINER, STRANGER]),
    delta: delta(),
    remove: { ...EMPTY_FRAME, kind: 'remove', tick: 42, slots: 70, removed: Uint32Array.of(0, 69) },
    heartbeat: { ...EMPTY_FRAME, eventTime: null },
  };
  for (const [name, value] of Object.entries(golden)) {
    it(`of kind ${name} are those of the golden file`, () => {
      const hex = readFileSync(new URL(`golden/${name}.hex`, import.meta.url), 'utf8').replaceAll(/\s/g, '');
      expect(Buffer.from(encodeFrame(value)).toString('hex')).toBe(hex);
      expect(decoded(Buffer.from(hex, 'hex'))).toEqual(value);
    });
  }

  it('give back every frame that can be made', () => {
    fc.assert(
      fc.property(frame, (value) => {
        expect(decoded(encodeFrame(value))).toEqual(value);
      }),
    );
  });

  it('can be read from any offset of a larger buffer', () => {
    const bytes = encodeFrame(fullFrame([AIRLINER, STRANGER]));
    for (let offset = 0; offset < 8; offset++) {
      const pool = new Uint8Array(bytes.length + 16);
      pool.set(bytes, offset);
      expect(decoded(pool.subarray(offset, offset + bytes.length))).toEqual(fullFrame([AIRLINER, STRANGER]));
    }
  });

  it('stay within 520 kB for 15,000 aircraft, and 225 kB when all of them moved', () => {
    const count = 15_000;
    const full = fullFrame(Array.from({ length: count }, () => AIRLINER));
    const dense = {
      ...full,
      slots: count,
      rows: { ...full.rows, slots: Uint32Array.from({ length: count }, (_, i) => i) },
    };
    expect(encodeFrame(dense).length).toBeLessThanOrEqual(520_000);
    const moved: Frame = {
      ...EMPTY_FRAME,
      kind: 'delta',
      slots: count,
      moved: { slots: dense.rows.slots, columns: createColumns(MOVED, count) },
    };
    expect(encodeFrame(moved).length).toBeLessThanOrEqual(225_000);
  });
});

describe('aircraft on the wire', () => {
  it('come back, nulls as nulls, within half a unit, also at the poles and at 180 degrees', () => {
    fc.assert(
      fc.property(fc.array(aircraft, { maxLength: 40 }), (list) => {
        const { columns } = decoded(encodeFrame(fullFrame(list))).rows;
        list.forEach((sent, i) => {
          const got = readAircraft(columns, i);
          expect(got.icao24).toBe(sent.icao24);
          expect(got.callsign).toBe(sent.callsign);
          expect(got.squawk).toBe(sent.squawk);
          expect(got.on_ground).toBe(sent.on_ground);
          expect(got.category).toBe(sent.category ?? 0);
          expect(got.country).toBe(sent.callsign === null ? null : i % 255);
          expect(got.feed).toBe(sent.callsign === null ? null : 0);
          expect(got.position_source).toBe(sent.position_source);
          expect(got.is_stale).toBe(sent.is_stale ?? false);
          expectNear(got.geo_altitude, fitsWire(sent) ? sent.geo_altitude : null, 10);
          expectNear(got.longitude, sent.longitude, 1e-5);
          expectNear(got.latitude, sent.latitude, 1e-5);
          expectNear(got.altitude_m, sent.altitude_m, 1);
          expectNear(got.velocity, sent.velocity, 0.1);
          expectNear(got.vertical_rate, sent.vertical_rate, 0.1);
          expectNear(turn(got.true_track, sent.true_track), 0, 0.01);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('lose a geometric altitude that cannot be one of this aircraft, and no other', () => {
    const apart = (geo_altitude: number): typeof AIRLINER => ({
      ...AIRLINER,
      altitude_m: 11_000,
      geo_altitude,
    });
    const list = [apart(0), apart(9730), apart(11_004), apart(12_270), apart(12_280)];
    const { columns } = decoded(encodeFrame(fullFrame(list))).rows;
    expect(list.map((_, i) => readAircraft(columns, i).geo_altitude)).toEqual([
      null,
      9730,
      11_000,
      12_270,
      null,
    ]);
  });

  it('have callsigns in capitals, as transponders send them, and a question mark for what none sends', () => {
    const list = [
      { ...AIRLINER, callsign: 'd-erst' },
      { ...AIRLINER, callsign: 'É~|1' },
    ];
    const { columns } = decoded(encodeFrame(fullFrame(list))).rows;
    expect(list.map((_, i) => readAircraft(columns, i).callsign)).toEqual(['D-ERST', '???1']);
  });

  it('keep a zero apart from a null', () => {
    const zero = { ...AIRLINER, altitude_m: 0, velocity: 0, true_track: 0, vertical_rate: 0, squawk: '0000' };
    const { columns } = decoded(encodeFrame(fullFrame([zero, STRANGER]))).rows;
    expect(readAircraft(columns, 0)).toMatchObject({
      altitude_m: 0,
      velocity: 0,
      true_track: 0,
      squawk: '0000',
    });
    expect(readAircraft(columns, 1)).toMatchObject({
      altitude_m: null,
      velocity: null,
      true_track: null,
      squawk: null,
    });
  });

  it('carry wild values as the nearest that fits, and what is no number as null', () => {
    const wild = {
      ...AIRLINER,
      altitude_m: 99_999,
      velocity: -3,
      vertical_rate: Number.NaN,
      true_track: -90,
      squawk: '9999',
    };
    const { columns } = decoded(encodeFrame(fullFrame([wild]))).rows;
    expect(readAircraft(columns, 0)).toMatchObject({
      altitude_m: 32_767,
      velocity: 0,
      vertical_rate: null,
      true_track: 270,
      squawk: null,
    });
  });
});

describe('bytes that are no frame', () => {
  const valid = encodeFrame(delta());
  const broken = (change: (bytes: Uint8Array, view: DataView) => void): Uint8Array => {
    const bytes = valid.slice();
    change(bytes, new DataView(bytes.buffer));
    return bytes;
  };
  const cases = {
    'too-short': valid.subarray(0, 47),
    'wrong-magic': broken((bytes) => (bytes[HEADER_AT.magic] = 0x44)),
    'unknown-version': broken((bytes) => (bytes[HEADER_AT.version] = 1)),
    'unknown-kind': broken((bytes) => (bytes[HEADER_AT.kind] = 5)),
    'too-many-slots': broken((_, view) => view.setUint32(HEADER_AT.slots, MAX_SLOTS + 1, true)),
    'impossible-count': broken((_, view) => view.setUint32(HEADER_AT.rows, 71, true)),
    'wrong-length': valid.subarray(0, valid.length - 1),
    'wrong-slot-set': broken((bytes) => (bytes[HEADER_BYTES] = 3)),
  };
  for (const [fault, bytes] of Object.entries(cases)) {
    it(`are rejected with ${fault}`, () => {
      expect(decodeFrame(bytes)).toEqual({ ok: false, fault });
    });
  }

  it('are rejected when one slot is in two blocks, or beyond the last', () => {
    const twice = { ...delta(), removed: Uint32Array.of(69) };
    expect(decodeFrame(encodeFrame(twice))).toEqual({ ok: false, fault: 'wrong-slot-set' });
    const beyond = { ...delta(), removed: Uint32Array.of(71) };
    expect(decodeFrame(encodeFrame(beyond))).toEqual({ ok: false, fault: 'wrong-slot-set' });
  });

  it('are rejected when a remove frame brings rows', () => {
    expect(decodeFrame(broken((bytes) => (bytes[HEADER_AT.kind] = FRAME_KINDS.remove)))).toEqual({
      ok: false,
      fault: 'impossible-count',
    });
  });

  it('never make the decoder throw: truncated, lengthened, flipped, random', () => {
    fc.assert(
      fc.property(
        frame,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        (value, cut, flips) => {
          const bytes = encodeFrame(value);
          const truncated = decodeFrame(bytes.subarray(0, cut % bytes.length));
          expect(truncated.ok).toBe(false);
          const longer = new Uint8Array(bytes.length + 1 + (cut % 64));
          longer.set(bytes);
          expect(decodeFrame(longer).ok).toBe(false);
          for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
          const flipped = decodeFrame(bytes);
          if (flipped.ok)
            expect(flipped.frame.rows.slots.length).toBe(flipped.frame.rows.columns.icao24.length);
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeFrame(bytes).ok).toBe(false);
      }),
    );
  });
});

/** Whether the two altitudes of an aircraft are as near to each other as they can be on the wire. */
function fitsWire({ altitude_m, geo_altitude }: Aircraft): boolean {
  if (altitude_m === null || geo_altitude === null) return false;
  return Math.abs(Math.round((geo_altitude - Math.round(altitude_m)) / 10)) <= 127;
}

function expectNear(got: number | null, sent: number | null, unit: number): void {
  if (sent === null || got === null) expect(got).toBe(sent);
  else expect(Math.abs(got - sent)).toBeLessThanOrEqual(unit * 0.501);
}

/** The smaller way round the compass from one track to the other, for a track near 360 that is rounded to 0. */
function turn(from: number | null, to: number | null): number | null {
  if (from === null || to === null) return from === to ? 0 : null;
  return ((from - to + 540) % 360) - 180;
}
