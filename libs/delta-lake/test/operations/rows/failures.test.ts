import { describe, expect, test } from 'vitest';
import {
  createTable,
  DeltaError,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
  type OperationResult,
  type Row,
  struct,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

const SCHEMA = struct({ id: 'long', p: 'string' });
const row = (id: number): Row => ({ id: BigInt(id), p: id % 2 === 0 ? 'even' : 'odd' });

/**
 * A store whose call number `at` of those that change something fails: before it did anything, or after it did all.
 * From then on, as after a power cut, nothing works any more.
 */
function failing(
  inner: ObjectStore,
  at: number,
  when: 'before' | 'after',
): { store: ObjectStore; calls: () => number } {
  let calls = 0;
  let isDown = false;
  const cut = async <T>(work: () => Promise<T>): Promise<T> => {
    const isNow = calls++ === at;
    if (isDown || (isNow && when === 'before')) {
      isDown = true;
      throw new DeltaError('store-failed', 'The store is gone.');
    }
    const result = await work();
    if (isNow) {
      isDown = true;
      throw new DeltaError('store-failed', 'The store is gone.');
    }
    return result;
  };
  return {
    calls: () => calls,
    store: {
      ...inner,
      put: (key, body) => cut(() => inner.put(key, body)),
      putFile: (key, path) => cut(() => inner.putFile(key, path)),
      putIfAbsent: (key, body) => cut(() => inner.putIfAbsent(key, body)),
      delete: (key) => cut(() => inner.delete(key)),
    },
  };
}

const OPERATIONS: readonly (readonly [
  string,
  (table: DeltaTable) => Promise<OperationResult>,
  readonly number[],
])[] = [
  ['append', (table) => table.append([row(10), row(11)]), [0, 1, 2, 3, 10, 11]],
  ['overwrite', (table) => table.overwrite([row(9)]), [9]],
  ['delete', (table) => table.delete([{ column: 'id', max: 1n }]), [2, 3]],
  ['update', (table) => table.update({ id: 7n }, [{ column: 'id', equals: 3n }]), [0, 1, 2, 7]],
  ['merge', (table) => table.merge([row(3), row(12)], { on: ['id'] }), [0, 1, 2, 3, 12]],
  ['replaceWhere', (table) => table.replaceWhere([{ column: 'p', equals: 'odd' }], [row(21)]), [0, 2, 21]],
  ['addColumns', (table) => table.addColumns(struct({ extra: 'date' })), [0, 1, 2, 3]],
];

const idsOf = async (store: ObjectStore): Promise<number[]> => {
  const rows = (await collect((await openTable(store)).cached().rows())).flat();
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
};

async function fourRows(): Promise<ObjectStore> {
  const store = memoryStore();
  const table = await createTable(store, {
    schema: SCHEMA,
    partitionColumns: ['p'],
    // Every commit has a checkpoint and a cleanup behind it: these may fail too.
    configuration: { 'delta.checkpointInterval': '1', 'delta.enableChangeDataFeed': 'true' },
  });
  await table.append([0, 1, 2, 3].map(row));
  await table.settled();
  return store;
}

describe.each(OPERATIONS)('%s in a store that fails at any call', (_, run, after) => {
  test.each(['before', 'after'] as const)(
    '%s it took effect: the table is as it was, or as it should become',
    async (when) => {
      const outcomes = new Set<string>();
      for (let at = 0; ; at++) {
        const inner = await fourRows();
        const { store, calls } = failing(inner, at, when);
        const table = await openTable(store);
        const kind = await run(table).then(
          (result) => result.kind,
          (error: unknown) => (error instanceof DeltaError ? error.code : String(error)),
        );
        await table.settled();
        const { version } = (await openTable(inner)).cached();
        outcomes.add(`${kind} ${version}`);
        expect(await idsOf(inner)).toEqual(version === 1 ? [0, 1, 2, 3] : after);
        // What was answered as committed is there; the next writer can go on.
        if (kind === 'committed') expect(version).toBe(2);
        expect((await (await openTable(inner)).append([row(99)])).kind).toBe('committed');
        expect(await idsOf(inner)).toContain(99);
        if (calls() <= at) break;
      }
      expect(outcomes).toContain('committed 2');
      expect(outcomes).toContain(when === 'before' ? 'store-failed 1' : 'committed 2');
    },
  );
});
