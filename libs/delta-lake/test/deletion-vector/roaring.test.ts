import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeRoaring } from '../../src/deletion-vector/roaring.ts';
import { RowIndexes } from '../../src/deletion-vector/row-indexes.ts';
import { encodeRoaring } from './encode.ts';

interface Vector {
  readonly name: string;
  readonly ranges: readonly (readonly [number, number, number])[];
  readonly deflated: string;
}
const { vectors } = JSON.parse(readFileSync(join(import.meta.dirname, 'roaring.json'), 'utf8')) as {
  readonly vectors: readonly Vector[];
};

function* indexesOf({ ranges }: Vector): Generator<number> {
  for (const [from, to, step] of ranges) for (let i = from; i < to; i += step) yield i;
}

const bytesOf = (vector: Vector): Uint8Array => inflateSync(Buffer.from(vector.deflated, 'base64'));

describe('a RoaringBitmap that CRoaring wrote', () => {
  it.each(vectors)('is decoded: $name', (vector) => {
    const expected = [...indexesOf(vector)];
    const rows = decodeRoaring(bytesOf(vector));
    expect(rows.size).toBe(expected.length);
    expect([...rows]).toEqual(expected);
    const inside = new Set(expected);
    const around = vector.ranges.flatMap(([from, to]) => [from - 1, from, from + 1, to - 1, to, to + 1]);
    expect(around.map((index) => rows.has(index))).toEqual(around.map((index) => inside.has(index)));
  });

  it.each(vectors)('is refused when cut or prolonged: $name', (vector) => {
    const bytes = bytesOf(vector);
    for (const length of [0, 3, 11, bytes.length - 1]) {
      expect(() => decodeRoaring(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'corrupt-file' }),
      );
    }
    expect(() => decodeRoaring(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/1 bytes follow its end/);
  });
});

describe('a RoaringBitmap', () => {
  it('is refused when it begins with another number', () => {
    expect(() => decodeRoaring(Buffer.alloc(12))).toThrow(/magic number is 0/);
  });

  it('comes back as it was encoded, or is refused: garbage never passes for rows out of order', () => {
    const index = fc.oneof(
      fc.nat(200_000),
      fc.maxSafeInteger().map(Math.abs),
      fc.integer({ min: 65_530, max: 65_540 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(index, { maxLength: 200 }), fc.nat(), fc.nat(255), (indexes, at, byte) => {
        const bytes = encodeRoaring(indexes);
        const sorted = indexes.toSorted((a, b) => a - b);
        expect([...decodeRoaring(bytes)]).toEqual(sorted);
        expect([...RowIndexes.of(indexes)]).toEqual(sorted);
        bytes[at % bytes.length] = byte;
        let found: number[];
        try {
          found = [...decodeRoaring(bytes)];
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt-file' });
          return;
        }
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });
});
