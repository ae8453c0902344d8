import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayOf,
  type ByteSource,
  type DataType,
  hyparquetCodec,
  mapOf,
  type Row,
  struct,
  type Value,
} from '../../src/index.ts';
import { collect } from '../tables.ts';

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  bytes: bytes.byteLength,
  read: async (start, end) => bytes.subarray(start, end),
});

const orNull = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.option(value, { nil: null });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const int32 = fc.integer();
const text = fc.string({ unit: 'binary' });

/** Types with what their cells may be. */
const COLUMNS: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  ['string', text],
  ['long', int64],
  ['integer', int32],
  ['short', fc.integer({ min: -32_768, max: 32_767 })],
  ['byte', fc.integer({ min: -128, max: 127 })],
  ['double', fc.double()],
  ['float', fc.float()],
  ['boolean', fc.boolean()],
  ['binary', fc.uint8Array().map((bytes) => new Uint8Array(bytes))],
  [
    'date',
    fc
      .integer({ min: -700_000, max: 2_900_000 })
      .map((day) => new Date(day * 86_400_000).toISOString().replace(/T.*/, '')),
  ],
  ['timestamp', int64],
  ['timestamp_ntz', int64],
  ['decimal(18,3)', fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }).map((n) => decimal(n, 3))],
  ['decimal(38,10)', fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((n) => decimal(n, 10))],
  [arrayOf('long'), fc.array(orNull(int64), { maxLength: 4 })],
  [arrayOf(arrayOf('string')), fc.array(orNull(fc.array(orNull(text), { maxLength: 3 })), { maxLength: 3 })],
  [mapOf('long', 'string'), fc.array(fc.tuple(int64, orNull(text)), { maxLength: 4 })],
  [
    struct({ a: 'long', b: arrayOf('integer') }),
    fc.record({ a: orNull(int64), b: orNull(fc.array(orNull(int32), { maxLength: 3 })) }),
  ],
  [
    arrayOf(struct({ k: 'string', m: mapOf('string', 'long') })),
    fc.array(
      orNull(
        fc.record({ k: orNull(text), m: orNull(fc.array(fc.tuple(text, orNull(int64)), { maxLength: 2 })) }),
      ),
      { maxLength: 3 },
    ),
  ],
];

function decimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

test.each(COLUMNS)('rows with a column of %j come back as they were', async (type, cells) => {
  const schema = struct({ c: type, other: 'long' });
  const codec = hyparquetCodec();
  await fc.assert(
    fc.asyncProperty(fc.array(orNull(cells), { maxLength: 20 }), async (values) => {
      const rows = values.map((c, i): Row => ({ c, other: BigInt(i) }));
      const source = sourceOf(await codec.write(rows, schema));
      expect((await collect(codec.read(source, schema))).flat()).toEqual(rows);
      expect(await codec.rowCount(source)).toBe(rows.length);
    }),
    { numRuns: 40 },
  );
});

test('columns that the file lacks are null, at every depth; others are left alone', async () => {
  const codec = hyparquetCodec();
  const written = struct({ a: 'long', s: struct({ x: 'long' }), dropped: 'string' });
  const source = sourceOf(
    await codec.write(
      [
        { a: 1n, s: { x: 2n }, dropped: 'd' },
        { a: null, s: null, dropped: null },
      ],
      written,
    ),
  );
  const wanted = struct({ fresh: 'date', s: struct({ y: 'string', x: 'long' }), a: 'long' });
  expect((await collect(codec.read(source, wanted))).flat()).toEqual([
    { fresh: null, s: { y: null, x: 2n }, a: 1n },
    { fresh: null, s: null, a: null },
  ]);
  expect((await collect(codec.read(source, struct({ fresh: 'date' })))).flat()).toEqual([
    { fresh: null },
    { fresh: null },
  ]);
});

test('a column of another type and bytes that are no Parquet file are corrupt, an unknown type is refused', async () => {
  const codec = hyparquetCodec();
  const source = sourceOf(await codec.write([{ a: 'x' }], struct({ a: 'string' })));
  await expect(collect(codec.read(source, struct({ a: 'long' })))).rejects.toMatchObject({
    code: 'corrupt-file',
    facts: { column: 'a', type: 'long' },
  });
  await expect(collect(codec.read(source, struct({ a: 'variant' })))).rejects.toMatchObject({
    code: 'unsupported-feature',
    facts: { feature: 'variantType' },
  });
  for (const bytes of [new Uint8Array(0), new Uint8Array(100), new TextEncoder().encode('PAR1PAR1')]) {
    await expect(codec.rowCount(sourceOf(bytes))).rejects.toMatchObject({ code: 'corrupt-file' });
  }
});
