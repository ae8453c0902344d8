import { expect, test } from 'vitest';
import { createTable, DeltaError, memoryStore, type ObjectStore } from '../../src/index.ts';
import { fileNamed, paths, SCHEMA } from '../tables.ts';

/** A store whose first put of version 1 ends as told. */
function unclear(
  putVersion1: (inner: ObjectStore, key: string, body: Uint8Array | string) => Promise<'created' | 'exists'>,
): ObjectStore {
  const inner = memoryStore();
  let isFirst = true;
  return {
    ...inner,
    putIfAbsent: (key, body) => {
      if (!key.endsWith('1.json') || !isFirst) return inner.putIfAbsent(key, body);
      isFirst = false;
      return putVersion1(inner, key, body);
    },
  };
}

async function commitOne(store: ObjectStore) {
  const table = await createTable(store, { schema: SCHEMA });
  return {
    table,
    commit: table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed('f')])
      .commit(),
  };
}

const timeout = (): DeltaError => new DeltaError('store-failed', 'timed out');

test('a put that timed out but happened is a commit', async () => {
  const { table, commit } = await commitOne(
    unclear(async (inner, key, body) => {
      await inner.putIfAbsent(key, body);
      throw timeout();
    }),
  );
  expect(await commit).toMatchObject({ kind: 'committed', version: 1 });
  expect(paths(await table.snapshot())).toEqual(['f']);
});

test('a put that a client repeated, and that was then told "exists", is a commit', async () => {
  const { commit } = await commitOne(
    unclear(async (inner, key, body) => {
      await inner.putIfAbsent(key, body);
      return inner.putIfAbsent(key, body);
    }),
  );
  expect(await commit).toMatchObject({ kind: 'committed', version: 1 });
});

test("a put that timed out and did not happen is the store's failure", async () => {
  const { table, commit } = await commitOne(
    unclear(() => {
      throw timeout();
    }),
  );
  await expect(commit).rejects.toMatchObject({ kind: 'unavailable', code: 'store-failed' });
  expect((await table.snapshot()).version).toBe(0);
});

test('a put that timed out while somebody else was faster is a lost race, tried again', async () => {
  const { table, commit } = await commitOne(
    unclear(async (inner, key) => {
      await inner.putIfAbsent(key, JSON.stringify({ commitInfo: { txnId: 'theirs' } }));
      throw timeout();
    }),
  );
  expect(await commit).toMatchObject({ kind: 'committed', version: 2 });
  expect((await table.changes(1)).commitInfo?.txnId).toBe('theirs');
});
