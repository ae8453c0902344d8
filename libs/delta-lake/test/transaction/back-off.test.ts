import { expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
  type S3RequestEvent,
} from '../../src/index.ts';
import { pauseAfterLoss } from '../../src/transaction/back-off.ts';
import { start } from '../storage/s3/started.ts';
import { fileNamed, SCHEMA } from '../tables.ts';

const append = (table: DeltaTable, path: string, signal?: AbortSignal) =>
  table
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed(path)])
    .commit(signal ? { signal } : {});

/** The store as a writer sees it whom somebody else beats to his next `losses` versions. */
function beaten(inner: ObjectStore, rival: DeltaTable, losses: number, onPut: () => void): ObjectStore {
  let left = losses;
  return {
    ...inner,
    async putIfAbsent(key, body) {
      if (key.endsWith('.json') && left > 0) {
        left -= 1;
        await append(rival, `rival ${left}`);
        await rival.settled();
      }
      onPut();
      return inner.putIfAbsent(key, body);
    },
  };
}

test('a writer stays away for up to what the attempt took, twice that after the next loss, and so on', () => {
  expect([1, 2, 3, 4].map((losses) => pauseAfterLoss(losses, 40, 0.5))).toEqual([20, 40, 80, 160]);
  expect(pauseAfterLoss(30, 40, 0.999)).toBe(1998);
  expect(pauseAfterLoss(3, 40, 0)).toBe(0);
  // The clock was set back.
  expect(pauseAfterLoss(1, -5, 0.5)).toBe(0);
});

test('a commit pauses after each lost race, by its clock and its chance, and then goes on from the newest version', async () => {
  const store = memoryStore();
  const rival = await createTable(store, { schema: SCHEMA });
  let now = Date.UTC(2026, 10, 24);
  const pauses: number[] = [];
  const table = await openTable(
    beaten(store, rival, 4, () => (now += 40)),
    {
      clock: () => now,
      random: () => 0.25,
      wait: async (ms) => void pauses.push(ms),
    },
  );
  expect(await append(table, 'ours')).toMatchObject({ kind: 'committed', version: 5 });
  expect(pauses).toEqual([10, 20, 40, 80]);
});

test('the signal ends a pause, and nothing was written', async () => {
  const store = memoryStore();
  const rival = await createTable(store, { schema: SCHEMA });
  const stop = new AbortController();
  const table = await openTable(
    beaten(store, rival, 1, () => undefined),
    { clock: tick(), random: () => 0.9, wait: (_, signal) => (stop.abort(), reasonOf(signal)) },
  );
  await expect(append(table, 'ours', stop.signal)).rejects.toThrow('aborted');
  expect((await rival.snapshot()).version).toBe(1);
});

test('on S3 a lost race costs the attempt and a look at what came, however many follow', async () => {
  const { s3 } = await start();
  const rival = await createTable('s3://bucket/table', { schema: SCHEMA }, { s3 });
  const events: S3RequestEvent[] = [];
  const pauses: number[] = [];
  const seen = await openTable('s3://bucket/table', {
    s3: { ...s3, onRequest: (event) => events.push(event) },
  });
  const table = await openTable(
    beaten(seen.store, rival, 5, () => undefined),
    { clock: tick(), random: () => 0.5, wait: async (ms) => void pauses.push(ms) },
  );
  events.length = 0;
  expect(await append(table, 'ours')).toMatchObject({ kind: 'committed', version: 6 });
  await table.settled();
  const count = (operation: string): number => events.filter((event) => event.operation === operation).length;
  expect(pauses).toHaveLength(5);
  // The probe before a store's first write, five refused, one carried out, its checksum.
  expect(count('PutObject')).toBe(1 + 5 + 1 + 1);
  // Each time the version that won, and a look at the next two in one go.
  expect(count('GetObject')).toBe(5 * 3);
  expect(events).toHaveLength(8 + 15);
});

/** A clock that goes on whenever somebody looks. */
function tick(): () => number {
  let now = Date.UTC(2026, 10, 24);
  return () => (now += 1);
}

async function reasonOf(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
}
