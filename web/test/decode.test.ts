import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../src/live/decode.ts';
import { AIRLINER, frame, frameBytes, movedBlock, STRANGER } from './fixtures.ts';

describe('decodeFrame', () => {
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
      event_time: 1000,
      server_time: 1001.5,
      slots: 64,
    });
    expect([...full.rows.slots]).toEqual([3, 40]);
    expect([...full.rows.longitude]).toEqual([1_157_000, -17_999_000]);
    expect(full.rows.validity[1]).toBe(0);
    expect(String.fromCharCode(...full.rows.callsign.subarray(0, 8))).toBe('DLH9LF  ');
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
    expect([delta.moved.longitude[0], delta.moved.latitude[0], delta.moved.age[0]]).toEqual([-120, 77, 3]);
    expect(frame({ kind: 'remove', baseTick: 1, removed: Uint32Array.of(7) }).removed).toEqual(
      Uint16Array.of(7),
    );
    expect(frame({ kind: 'heartbeat', eventTime: null }).event_time).toBeNaN();
  });

  test('takes the largest picture there can be', () => {
    const aircraft = Array.from({ length: 15_000 }, (_, i) => [i * 4, AIRLINER] as const);
    const full = frame({ aircraft, slots: 65_536 });
    expect(full.rows.slots).toHaveLength(15_000);
    expect(full.rows.slots.at(-1)).toBe(59_996);
  });

  test.each<[string, (bytes: ArrayBuffer) => ArrayBuffer]>([
    ['empty', () => new ArrayBuffer(0)],
    ['cut short', (bytes) => bytes.slice(0, -1)],
    ['too long', (bytes) => Uint8Array.from([...new Uint8Array(bytes), 0, 0, 0, 0, 0, 0, 0, 0]).buffer],
    ['of another magic', (bytes) => set(bytes, 0, 0x44)],
    ['of another version', (bytes) => set(bytes, 2, 2)],
    ['of an unknown kind', (bytes) => set(bytes, 3, 9)],
    ['with more rows than its set', (bytes) => set(bytes, 36, 3)],
    ['with a slot beyond its slots', (bytes) => set(bytes, 32, 8)],
    ['with rows in a heartbeat', (bytes) => set(bytes, 3, 4)],
  ])('answers a reason for a frame that is %s', (_, damage) => {
    const decoded = decodeFrame(
      damage(
        frameBytes({
          aircraft: [
            [3, AIRLINER],
            [40, STRANGER],
          ],
        }),
      ),
    );
    expect(decoded.ok ? 'taken' : decoded.reason).not.toBe('taken');
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
          expect(typeof decodeFrame(bytes.buffer).ok).toBe('boolean');
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
