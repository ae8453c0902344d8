import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { type ByteSource, fileFacts } from '../../src/index.ts';

const TYPES: Readonly<Record<string, SchemaElement>> = {
  text: { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  count: { name: 'count', type: 'INT64', repetition_type: 'OPTIONAL' },
  size: { name: 'size', type: 'INT32', repetition_type: 'OPTIONAL' },
  ratio: { name: 'ratio', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  day: { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
  at: { name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'OPTIONAL' },
};

/** A file of two row groups or more, with statistics, as other writers make them: ours leave them out. */
function factsOf(rows: readonly Readonly<Record<string, unknown>>[]): ReturnType<typeof fileFacts> {
  const names = Object.keys(TYPES);
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: names.length }, ...Object.values(TYPES)],
    columnData: names.map((name) => ({ name, data: rows.map((row) => row[name] ?? null) })),
    rowGroupSize: 2,
    statistics: true,
  });
  return fileFacts(sourceOf(new Uint8Array(bytes)));
}

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  bytes: bytes.byteLength,
  read: async (start, end) => bytes.subarray(start, end),
});

describe('the facts of a Parquet file', () => {
  it('tells rows, columns, nulls and exact bounds', async () => {
    const { rows, schema, statistics } = await factsOf([
      { text: 'é', count: 2n ** 62n, size: -7, ratio: 0.5, day: -1, at: -1n },
      { text: 'z', count: -5n, size: 3, ratio: -1, day: 20_000, at: 0n },
      { at: 1_767_225_600_123_457n },
    ]);
    expect(rows).toBe(3);
    const types = ['string', 'long', 'integer', 'double', 'date', 'timestamp'];
    expect(schema.fields.map(({ type }) => type)).toEqual(types);
    expect(statistics).toEqual({
      text: { nulls: 1, min: 'z', max: 'é' },
      count: { nulls: 1, min: -5n, max: 2n ** 62n },
      size: { nulls: 1, min: -7, max: 3 },
      ratio: { nulls: 1, min: -1, max: 0.5 },
      day: { nulls: 1, min: '1969-12-31', max: '2024-10-04' },
      at: { nulls: 0, min: -1n, max: 1_767_225_600_123_457n },
    });
  });

  it('orders text by code points, as Parquet does', async () => {
    const [low, high] = ['\uffee', '\u{1f6e9}'];
    const { statistics } = await factsOf([{ text: high }, {}, { text: low }]);
    expect(statistics['text']).toEqual({ nulls: 1, min: low, max: high });
  });

  it('has no bounds where all is null, nor when a row group has values without them', async () => {
    const { statistics } = await factsOf([{ ratio: 1 }, { ratio: 2 }, { ratio: Number.NaN }]);
    expect(statistics['ratio']).toEqual({ nulls: 0 });
    expect(statistics['count']).toEqual({ nulls: 3 });
  });

  it('refuses bytes that are no Parquet file', async () => {
    await expect(fileFacts(sourceOf(Buffer.from('not a file at all')))).rejects.toMatchObject({
      code: 'corrupt-file',
    });
  });
});
