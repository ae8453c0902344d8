import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame, type FrameFault } from '../../app/src/wire/decode.ts';
import { FRAME_KINDS, HEADER_AT } from '../../app/src/wire/frame.ts';
import { AIRLINER, frame, frameBytes, movedBlock, STRANGER } from './fixtures.ts';

describe('the decoder of the wire, as the page uses it,', () => {
  test('reads what the encoder of the server wrote', () => {
    const full = frame({
      aircraft: [
        [3, AIRLINER],
        [40, STRANGER],
      ],
      picture: 9,
      tick: 12,
    });
    expect(full).toMatchObject({
      kind: 'full',
      picture: 9,
      tick: 12,
      eventTime: 1000,
      serverTime: 1001.5,
      slots: 64,
    });
    expect([...full.rows.slots]).toEqual([3, 40]);
    expect([...full.rows.columns.longitude]).toEqual([1_157_000, -17_999_000]);
    expect(full.rows.columns.validity[1]).toBe(0);
    expect(String.fromCharCode(...full.rows.columns.callsign.subarray(0, 8))).toBe('DLH9LF  ');
  });

  test('reads delta, remove and heartbeat', () => {
    const delta = frame({
      kind: 'delta',
      baseTick: 1,
      tick: 2,
      moved: movedBlock(5, -120, 77),
      removed: Uint32Array.of(0, 63),
      aircraft: [[9, AIRLINER]],
    });
    expect([...delta.moved.slots, ...delta.removed, ...delta.rows.slots]).toEqual([5, 0, 63, 9]);
    const { longitude, latitude, age } = delta.moved.columns;
    expect([longitude[0], latitude[0], age[0]]).toEqual([-120, 77, 3]);
    expect(frame({ kind: 'remove', baseTick: 1, removed: Uint32Array.of(7) }).removed).toEqual(
      Uint32Array.of(7),
    );
    expect(frame({ kind: 'heartbeat', eventTime: null }).eventTime).toBeNull();
  });

  test('takes the largest picture there can be', () => {
    const aircraft = Array.from({ length: 15_000 }, (_, i) => [i * 4, AIRLINER] as const);
    const full = frame({ aircraft, slots: 65_536 });
    expect(full.rows.slots).toHaveLength(15_000);
    expect(full.rows.slots.at(-1)).toBe(59_996);
  });

  test.each<[string, FrameFault, (bytes: ArrayBuffer) => ArrayBuffer]>([
    ['empty', 'too-short', () => new ArrayBuffer(0)],
    ['cut short', 'wrong-length', (bytes) => bytes.slice(0, -1)],
    ['too long', 'wrong-length', (bytes) => Uint8Array.from([...new Uint8Array(bytes), 0, 0, 0, 0]).buffer],
    ['of another magic', 'wrong-magic', (bytes) => set(bytes, HEADER_AT.magic, 0x44)],
    ['of another version', 'unknown-version', (bytes) => set(bytes, HEADER_AT.version, 1)],
    ['of an unknown kind', 'unknown-kind', (bytes) => set(bytes, HEADER_AT.kind, 9)],
    ['with more rows than its set', 'wrong-length', (bytes) => set(bytes, HEADER_AT.rows, 3)],
    ['with a slot beyond its slots', 'wrong-slot-set', (bytes) => set(bytes, HEADER_AT.slots, 8)],
    [
      'with rows in a heartbeat',
      'impossible-count',
      (bytes) => set(bytes, HEADER_AT.kind, FRAME_KINDS.heartbeat),
    ],
  ])('names the fault of a frame that is %s: %s', (_, fault, damage) => {
    const bytes = frameBytes({
      aircraft: [
        [3, AIRLINER],
        [40, STRANGER],
      ],
    });
    expect(decodeFrame(new Uint8Array(damage(bytes)))).toEqual({ ok: false, fault });
  });

  test('never throws, whatever was done to the bytes', () => {
    const good = new Uint8Array(
      frameBytes({
        kind: 'delta',
        moved: movedBlock(5, 1, 1),
        removed: Uint32Array.of(8),
        aircraft: [[1, AIRLINER]],
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = good.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          expect(typeof decodeFrame(bytes).ok).toBe('boolean');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function set(bytes: ArrayBuffer, at: number, value: number): ArrayBuffer {
  const copy = bytes.slice(0);
  new Uint8Array(copy)[at] = value;
  return copy;
}
