import { expect, test } from 'vitest';
import { hyparquetCodec, struct } from '../../src/index.ts';
import { collect } from '../tables.ts';
import { codecContract, sourceOf } from './contract.ts';

const codec = hyparquetCodec();
codecContract('hyparquet', codec, codec, { numRuns: 40, rows: 60_000 });

test('footers tell columns and rows', async () => {
  const schema = struct({ a: 'long', s: struct({ x: 'date' }) });
  const source = sourceOf(await codec.write([{ a: 1n }, {}], schema));
  expect(await codec.rowCount(source)).toBe(2);
  expect(await codec.schema(source)).toEqual(schema);
  await expect(codec.rowCount(sourceOf(new Uint8Array(100)))).rejects.toMatchObject({ code: 'corrupt-file' });
});

test('a column of another type and one of an unknown type are named', async () => {
  const source = sourceOf(await codec.write([{ a: 'x' }], struct({ a: 'string' })));
  await expect(collect(codec.read(source, struct({ a: 'long' })))).rejects.toMatchObject({
    facts: { column: 'a', type: 'long' },
  });
  await expect(collect(codec.read(source, struct({ a: 'variant' })))).rejects.toMatchObject({
    code: 'unsupported-feature',
    facts: { feature: 'variantType' },
  });
});
