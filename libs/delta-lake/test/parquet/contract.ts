import { readFile, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  type ByteSource,
  type DataType,
  type EncodedFile,
  mapOf,
  type ParquetCodec,
  type Row,
  struct,
  type StructType,
  type Value,
} from '../../src/index.ts';
import { columnsOfRows } from '../../src/parquet/codec.ts';
import { temporaryCopy } from '../../src/storage/cache/temporary-copy.ts';
import { collect } from '../tables.ts';

/** Bytes in memory as a source, which engines can have as a file too. */
export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  bytes: bytes.byteLength,
  read: async (start, end) => bytes.subarray(start, end),
  localCopy: () => temporaryCopy((path) => writeFile(path, bytes)),
});

/** The bytes of a finished file. */
async function bytesOf(file: EncodedFile): Promise<Uint8Array> {
  if (file.kind === 'memory') return file.body;
  const body = await readFile(file.path);
  await file.remove();
  expect(body.byteLength).toBe(file.bytes);
  return body;
}

async function encode(
  codec: ParquetCodec,
  portions: readonly (readonly Row[])[],
  schema: StructType,
  options: Parameters<ParquetCodec['openWriter']>[1] = {},
): Promise<ByteSource> {
  const writer = await codec.openWriter(schema, options);
  for (const rows of portions) await writer.write(columnsOfRows(rows, schema));
  return sourceOf(await bytesOf(await writer.finish()));
}

/** Records as rows have them. */
const PLAIN = { noNullPrototype: true } as const;

/** More than one data page has. */
const PAGES_ROWS = 20_500;

const orNull = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.option(value, { nil: null });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const int32 = fc.integer();
const text = fc.string({ unit: 'binary' });
/** Instants of the years 1 to 9999: engines keep the ends of int64 for infinity. */
const instant = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });

const decimals = (precision: number, scale: number): fc.Arbitrary<Value> =>
  fc
    .bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n })
    .map((unscaled) => decimal(unscaled, scale));

/** Types with what their cells may be. */
const COLUMNS: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  ['string', text],
  ['long', int64],
  ['integer', int32],
  ['short', fc.integer({ min: -32_768, max: 32_767 })],
  ['byte', fc.integer({ min: -128, max: 127 })],
  ['double', fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, 5e-324))],
  ['float', fc.oneof(fc.float(), fc.constantFrom(Number.NaN, -0, Infinity, -Infinity))],
  ['boolean', fc.boolean()],
  ['binary', fc.uint8Array().map((bytes) => new Uint8Array(bytes))],
  [
    'date',
    fc
      .integer({ min: -700_000, max: 2_900_000 })
      .map((day) => new Date(day * 86_400_000).toISOString().replace(/T.*/, '')),
  ],
  ['timestamp', instant],
  ['timestamp_ntz', instant],
  ['decimal(4,2)', decimals(4, 2)],
  ['decimal(9,0)', decimals(9, 0)],
  ['decimal(18,3)', decimals(18, 3)],
  ['decimal(19,19)', decimals(19, 19)],
  ['decimal(38,10)', decimals(38, 10)],
  [arrayOf('long'), fc.array(orNull(int64), { maxLength: 4 })],
  [arrayOf(arrayOf('string')), fc.array(orNull(fc.array(orNull(text), { maxLength: 3 })), { maxLength: 3 })],
  [
    mapOf('long', 'string'),
    fc.uniqueArray(fc.tuple(int64, orNull(text)), { maxLength: 4, selector: ([key]) => key }),
  ],
  [
    struct({ a: 'long', b: arrayOf('integer') }),
    fc.record({ a: orNull(int64), b: orNull(fc.array(orNull(int32), { maxLength: 3 })) }, PLAIN),
  ],
  [
    arrayOf(struct({ k: 'string', at: 'timestamp', m: mapOf('string', 'decimal(20,2)') })),
    fc.array(
      orNull(
        fc.record(
          {
            k: orNull(text),
            at: orNull(instant),
            m: orNull(
              fc.uniqueArray(fc.tuple(text, orNull(decimals(20, 2))), {
                maxLength: 2,
                selector: ([key]) => key,
              }),
            ),
          },
          PLAIN,
        ),
      ),
      { maxLength: 3 },
    ),
  ],
];

function decimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Makes the metadata that maps a column. */
const mapped = (id: number): { readonly metadata: Readonly<Record<string, unknown>> } => ({
  metadata: { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `col-${id}` },
});

/** What a Parquet codec promises, however it is made: what `writer` writes, `reader` reads. */
export function codecContract(
  name: string,
  writer: ParquetCodec,
  reader: ParquetCodec,
  options: {
    readonly numRuns: number;
    readonly rows: number;
    /** The writer's dictionaries take -0 and 0 for one value, as DuckDB's do. */
    readonly mergesZeros?: boolean;
  },
): void {
  const back = async (source: ByteSource, schema: StructType): Promise<Row[]> =>
    (await collect(reader.read(source, schema))).flat();

  describe(`${name}`, () => {
    test.each(COLUMNS)('gives rows with a column of %j back as they were', async (type, cells) => {
      const schema = struct({ c: type, 'other "col"': 'long' });
      await fc.assert(
        fc.asyncProperty(fc.array(orNull(cells), { maxLength: 20 }), async (values) => {
          const rows = values.map((c, i): Row => ({ c, 'other "col"': BigInt(i) }));
          expect(await back(await encode(writer, [rows], schema), schema)).toEqual(rows);
        }),
        { numRuns: options.numRuns },
      );
    });

    test.each(COLUMNS)(
      'gives a long column of %j back, whether its values repeat or not',
      async (type, cells) => {
        const schema = struct({ c: type });
        for (const [seed, different] of [
          [1, 7],
          [2, 900],
          [3, PAGES_ROWS],
        ] as const) {
          const values = fc
            .sample(cells, { numRuns: Math.min(different, 5_000), seed })
            .map((cell) => (options.mergesZeros === true && cell === 0 ? 0 : cell));
          const rows = Array.from({ length: PAGES_ROWS }, (_, i): Row => {
            const isNull = seed > 1 && (i % 11 === 3 || (i > 8_000 && i < 8_100));
            return { c: isNull ? null : (values[(i * i) % values.length] ?? null) };
          });
          const found = await back(await encode(writer, [rows], schema), schema);
          expect(found.length).toBe(PAGES_ROWS);
          const wrong = found.findIndex((row, i) => !isDeepStrictEqual(row, rows[i]));
          expect({ seed, wrong, row: found[wrong] }).toEqual({ seed, wrong: -1, row: rows[wrong] });
        }
      },
    );

    test('gives texts of every length back', async () => {
      const schema = struct({ c: 'string' });
      const rows = Array.from('aé€😀').flatMap((character) =>
        [0, 1, 62, 63, 64, 65, 66, 1000, 70_000].flatMap((length): Row[] => [
          { c: character.repeat(length) },
          { c: `plain ASCII, then ${character}${'b'.repeat(length)}` },
        ]),
      );
      expect(await back(await encode(writer, [rows], schema), schema)).toEqual(rows);
    });

    test('keeps the order of many rows, over portions and row groups', async () => {
      const schema = struct({ id: 'long', text: 'string', list: arrayOf('integer') });
      const portionRows = options.rows / 5;
      const portions = Array.from({ length: 5 }, (_, portion) =>
        Array.from({ length: portionRows }, (_unused, i): Row => {
          const id = portion * portionRows + i;
          const list = id % 1000 === 0 ? [id, null] : [];
          return { id: BigInt(id), text: id % 5 === 0 ? null : `row ${id}`, list };
        }),
      );
      const source = await encode(writer, portions, schema);
      let at = 0;
      for await (const rows of reader.read(source, schema)) {
        expect(rows.length).toBeLessThanOrEqual(122_880);
        for (const row of rows) {
          if (row['id'] !== BigInt(at) || row['text'] !== (at % 5 === 0 ? null : `row ${at}`))
            expect(row).toEqual({ id: BigInt(at) });
          at++;
        }
      }
      expect(at).toBe(options.rows);
    });

    test('makes a file of no rows that has its columns', async () => {
      const schema = struct({ a: 'long', s: struct({ x: 'date' }) });
      const source = await encode(writer, [], schema);
      expect(await back(source, schema)).toEqual([]);
    });

    test('reads columns that the file lacks as null, at every depth, and leaves others alone', async () => {
      const written = struct({ a: 'long', s: struct({ x: 'long' }), dropped: 'string' });
      const rows = [
        { a: 1n, s: { x: 2n }, dropped: 'd' },
        { a: null, s: null, dropped: null },
      ];
      const source = await encode(writer, [rows], written);
      expect(
        await back(source, struct({ fresh: 'date', s: struct({ y: 'string', x: 'long' }), a: 'long' })),
      ).toEqual([
        { fresh: null, s: { y: null, x: 2n }, a: 1n },
        { fresh: null, s: null, a: null },
      ]);
      expect(await back(source, struct({ a: 'long', fresh: 'date' }))).toEqual([
        { a: 1n, fresh: null },
        { a: null, fresh: null },
      ]);
      expect(await back(source, struct({ fresh: 'date' }))).toEqual([{ fresh: null }, { fresh: null }]);
    });

    test.each(['name', 'id'] as const)('maps columns by %s, at every depth', async (columnMapping) => {
      const field = (id: number, name: string, type: DataType) => ({
        name,
        type,
        nullable: true,
        ...mapped(id),
      });
      const schema: StructType = {
        type: 'struct',
        fields: [
          field(1, 'an id', 'long'),
          field(2, 'point', { type: 'struct', fields: [field(3, 'x,y', 'double')] }),
          field(4, 'items', arrayOf({ type: 'struct', fields: [field(5, 'tag name', 'string')] })),
          field(6, 'by key', mapOf('string', { type: 'struct', fields: [field(7, 'n=', 'integer')] })),
        ],
      };
      const rows: Row[] = [
        {
          'an id': 1n,
          point: { 'x,y': 0.5 },
          items: [{ 'tag name': 'a' }, null],
          'by key': [['k', { 'n=': 7 }]],
        },
        { 'an id': null, point: null, items: null, 'by key': null },
      ];
      const source = await encode(writer, [rows], schema, { columnMapping });
      expect((await collect(reader.read(source, schema, { columnMapping }))).flat()).toEqual(rows);
      // Under its physical name the file has it, under another name nobody finds it but by its id.
      const renamed: StructType = {
        type: 'struct',
        fields: schema.fields.map((column) => ({
          ...column,
          metadata: { ...column.metadata, 'delta.columnMapping.physicalName': `other ${column.name}` },
        })),
      };
      const found = (await collect(reader.read(source, renamed, { columnMapping }))).flat();
      expect(found.map((row) => row['an id'])).toEqual(columnMapping === 'id' ? [1n, null] : [null, null]);
    });

    test.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'] as const)(
      'compresses as it is asked, or says how it did: %s',
      async (compression) => {
        const schema = struct({ id: 'long', text: 'string' });
        const rows = Array.from({ length: 3000 }, (_, id): Row => ({
          id: BigInt(id),
          text: 'the same text',
        }));
        expect(await back(await encode(writer, [rows], schema, { compression }), schema)).toEqual(rows);
      },
    );

    test('can be abandoned halfway', async () => {
      const schema = struct({ id: 'long' });
      const file = await writer.openWriter(schema);
      await file.write([[1n]]);
      await file.abandon();
      expect(await back(await encode(writer, [[{ id: 2n }]], schema), schema)).toEqual([{ id: 2n }]);
    });

    test('refuses a column of another type, and bytes that are no Parquet file', async () => {
      const source = await encode(writer, [[{ a: 'x' }]], struct({ a: 'string' }));
      await expect(back(source, struct({ a: 'long' }))).rejects.toMatchObject({ code: 'corrupt-file' });
      const pages = sourceOf(
        Uint8Array.from(await source.read(0, source.bytes), (byte, i) => (i < 60 && i > 3 ? 255 : byte)),
      );
      await expect(back(pages, struct({ a: 'string' }))).rejects.toMatchObject({ code: 'corrupt-file' });
      for (const bytes of [new Uint8Array(0), new Uint8Array(100), new TextEncoder().encode('PAR1PAR1')]) {
        await expect(back(sourceOf(bytes), struct({ a: 'long' }))).rejects.toMatchObject({
          code: 'corrupt-file',
        });
      }
    });
  });
}
