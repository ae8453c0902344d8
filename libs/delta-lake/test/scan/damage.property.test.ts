import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayOf,
  createTable,
  DeltaError,
  mapOf,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  struct,
} from '../../src/index.ts';
import { deletionVectorFile } from '../deletion-vector/encode.ts';
import { collect } from '../tables.ts';

const SCHEMA = struct({
  id: 'long',
  name: 'string',
  amount: 'decimal(20,2)',
  at: 'timestamp',
  tags: arrayOf('string'),
  by: mapOf('string', struct({ n: 'integer' })),
  day: 'date',
});
/** Z85 of the UUID in the file's name. */
const VECTOR = '^-aqEH.-t@S}K{vb[*k^';
const VECTOR_KEY = 'deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin';

const row = (i: number): Row => ({
  id: BigInt(i),
  name: i % 3 === 0 ? null : `name ${i}`,
  amount: `${i}.25`,
  at: BigInt(i) * 1_000_000n,
  tags: [`t${i}`, null],
  by: [[`k${i}`, { n: i }]],
  day: `2026-01-0${1 + (i % 2)}`,
});

/** A table with nested columns, partitions, a checkpoint and a deletion vector, object by object. */
async function table(): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = memoryStore();
  const configuration = { 'delta.checkpointInterval': '2' };
  const made = await createTable(store, { schema: SCHEMA, partitionColumns: ['day'], configuration });
  for (let batch = 0; batch < 2; batch++)
    await made.append(Array.from({ length: 40 }, (_, i) => row(batch * 40 + i)));
  await made.settled();
  const [file] = made.cached().files();
  const { body, descriptors } = deletionVectorFile([[0, 3, 7]]);
  await store.put(VECTOR_KEY, body);
  const features = ['deletionVectors'];
  const actions = [
    {
      protocol: {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: features,
        writerFeatures: features,
      },
    },
    { remove: { path: file?.path, dataChange: true } },
    {
      add: {
        path: file?.path,
        size: file?.size,
        partitionValues: file?.partitionValues,
        dataChange: true,
        deletionVector: { storageType: 'u', pathOrInlineDv: VECTOR, ...descriptors[0] },
      },
    },
  ];
  await store.put(
    '_delta_log/00000000000000000003.json',
    actions.map((action) => JSON.stringify(action)).join('\n'),
  );
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of store.list('')) objects.set(key, await store.get(key));
  return objects;
}

async function rowsOf(store: ObjectStore): Promise<number> {
  return (await collect((await openTable(store)).cached().rows())).flat().length;
}

test('damaged bytes anywhere in a table are refused by class, or do no harm', async () => {
  const objects = [...(await table())].filter(([key]) => !key.endsWith('.crc'));
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const damage = fc.record({
    object: place,
    bytes: fc.array(fc.record({ at: place, value: fc.integer({ min: 0, max: 255 }) }), { maxLength: 3 }),
    cut: fc.option(place, { nil: null }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ object, bytes, cut }) => {
      const store = memoryStore();
      const victim = Math.floor(object * objects.length);
      for (const [i, [key, body]] of objects.entries()) {
        const copy = Uint8Array.from(body);
        if (i === victim) for (const { at, value } of bytes) copy[Math.floor(at * copy.length)] = value;
        await store.put(key, i === victim && cut !== null ? copy.subarray(0, cut * copy.length) : copy);
      }
      const outcome = await rowsOf(store).catch((error: unknown) => error);
      // Two files of 40 rows, one of them perhaps twice: no damage makes rows out of nothing.
      if (typeof outcome === 'number') expect(outcome).toBeLessThanOrEqual(120);
      else {
        expect(outcome).toBeInstanceOf(DeltaError);
        expect(['corrupt', 'unsupported']).toContain((outcome as DeltaError).kind);
      }
    }),
    { numRuns: 150 },
  );
});
