import fc from 'fast-check';
import { MOVED, columnsAt, rowBytes } from '../../src/wire/columns.ts';
import type { Frame } from '../../src/wire/frame.ts';
import { PACKED_ROW, unpackRows } from '../../src/wire/packed.ts';
import type { Aircraft } from '../../src/wire/units.ts';
import { EMPTY_FRAME } from './frames.ts';

const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const number = (min: number, max: number, ...special: number[]): fc.Arbitrary<number> =>
  fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max, ...special));

/** Any aircraft that fits the wire, poles and the antimeridian among them. */
export const aircraft: fc.Arbitrary<Aircraft> = fc.record({
  icao24: fc
    .tuple(fc.constantFrom('', '~'), fc.nat(0xff_ffff))
    .map(([prefix, address]) => prefix + address.toString(16).padStart(6, '0')),
  callsign: orNull(fc.stringMatching(/^[A-Z0-9]{1,8}$/)),
  longitude: number(-180, 180, 0),
  latitude: number(-90, 90, 0),
  altitude_m: orNull(number(-500, 20_000, 0)),
  geo_altitude: orNull(number(-500, 20_000, 0)),
  velocity: orNull(number(0, 900)),
  true_track: orNull(number(0, 360)),
  vertical_rate: orNull(number(-60, 60, 0)),
  on_ground: orNull(fc.boolean()),
  squawk: orNull(fc.stringMatching(/^[0-7]{4}$/)),
  category: orNull(fc.nat(20)),
  position_source: orNull(fc.nat(3)),
  is_stale: orNull(fc.boolean()),
});

/** Any frame: blocks of any bytes over disjoint slots, as its kind allows. */
export const frame: fc.Arbitrary<Frame> = fc
  .record({
    kind: fc.constantFrom('full' as const, 'delta' as const, 'remove' as const, 'heartbeat' as const),
    picture: fc.nat(0xffff_ffff),
    tick: fc.nat(0xffff_ffff),
    baseTick: fc.nat(0xffff_ffff),
    eventTime: orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
    serverTime: fc.double({ noNaN: true, noDefaultInfinity: true }),
    blocks: fc.array(fc.constantFrom('', '', 'rows', 'moved', 'removed'), { maxLength: 200 }),
    bytes: fc.uint8Array({ minLength: 256, maxLength: 256 }),
  })
  .map(({ blocks, bytes, ...head }) => {
    const slotsOf = (block: string, allowed: boolean): Uint32Array =>
      Uint32Array.from(allowed ? blocks.flatMap((name, slot) => (name === block ? [slot] : [])) : []);
    const rows = slotsOf('rows', head.kind === 'full' || head.kind === 'delta');
    const moved = slotsOf('moved', head.kind === 'delta');
    const filled = (length: number): ArrayBuffer =>
      Uint8Array.from({ length }, (_, i) => bytes[i % 256] ?? 0).buffer;
    return {
      ...EMPTY_FRAME,
      ...head,
      slots: blocks.length,
      rows: { slots: rows, columns: unpackRows(filled(rows.length * rowBytes(PACKED_ROW)), 0, rows.length) },
      moved: {
        slots: moved,
        columns: columnsAt(MOVED, filled(moved.length * rowBytes(MOVED)), 0, moved.length),
      },
      removed: slotsOf('removed', head.kind === 'delta' || head.kind === 'remove'),
    };
  });
