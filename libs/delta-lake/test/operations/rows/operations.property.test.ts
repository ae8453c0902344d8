import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ColumnCondition,
  createTable,
  type DeltaTable,
  hasCode,
  memoryStore,
  type ObjectStore,
  openTable,
  type OperationResult,
  type Row,
  struct,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

/** A row of the model, which is a plain list of rows. */
interface Item extends Record<string, string | number | bigint | null> {
  readonly id: bigint;
  readonly p: string | null;
  readonly n: number | null;
  readonly t: string | null;
}

const SCHEMA = struct({ id: 'long', p: 'string', n: 'integer', t: 'string' });

const n = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null });
const item: fc.Arbitrary<Item> = fc.record({
  id: fc.bigInt({ min: 0n, max: 15n }),
  p: fc.constantFrom('a', 'b/c', 'd', null),
  n,
  t: fc.option(fc.string({ unit: 'grapheme', maxLength: 4 }), { nil: null }),
});
const items = fc.array(item, { maxLength: 6 });

/** A condition with what it means to the model. */
const condition = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })).map(([a, b]) => ({
    where: { column: 'n', min: Math.min(a, b), max: Math.max(a, b) } satisfies ColumnCondition,
    holds: (row: Item) => row.n !== null && row.n >= Math.min(a, b) && row.n <= Math.max(a, b),
  })),
  fc.constantFrom('a', 'b/c', 'd').map((p) => ({
    where: { column: 'p', equals: p } satisfies ColumnCondition,
    holds: (row: Item) => row.p === p,
  })),
  fc.constant({ where: { column: 'p', isNull: true }, holds: (row: Item) => row.p === null }),
  fc.bigInt({ min: 0n, max: 15n }).map((id) => ({
    where: { column: 'id', above: id } satisfies ColumnCondition,
    holds: (row: Item) => row.id > id,
  })),
);

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), rows: items }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('overwrite' as const), rows: items, isDynamic: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), rows: items, condition }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), condition, isFunction: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      condition,
      isFunction: fc.boolean(),
      p: fc.constantFrom('a', 'd', null),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      rows: fc.uniqueArray(item, { maxLength: 6, selector: ({ id }) => id }),
      whenMatched: fc.constantFrom('update' as const, 'delete' as const, 'keep' as const),
      whenNotMatched: fc.constantFrom('insert' as const, 'ignore' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function textOf(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([String(row['id']), row['p'], row['n'], row['t']]);
}
const sorted = (rows: readonly Row[]): string[] => rows.map(textOf).sort();

/** What the step makes of the model's rows. */
function modelOf(rows: readonly Item[], now: Step, isPartitioned: boolean): readonly Item[] {
  switch (now.kind) {
    case 'append':
      return [...rows, ...now.rows];
    case 'overwrite': {
      if (!now.isDynamic) return now.rows;
      const partitions = new Set(now.rows.map(({ p }) => p));
      const isReplaced = (row: Item): boolean =>
        isPartitioned ? partitions.has(row.p) : now.rows.length > 0;
      return [...rows.filter((row) => !isReplaced(row)), ...now.rows];
    }
    case 'replace':
      return [
        ...rows.filter((row) => !now.condition.holds(row)),
        ...now.rows.filter((row) => now.condition.holds(row)),
      ];
    case 'delete':
      return rows.filter((row) => !now.condition.holds(row));
    case 'update':
      return rows.map((row) => (now.condition.holds(row) ? { ...row, p: now.p, n: (row.n ?? 0) + 1 } : row));
    case 'merge': {
      const source = new Map(now.rows.map((row) => [row.id, row]));
      const seen = new Set(rows.map(({ id }) => id));
      const merged = rows.flatMap((row): Item[] => {
        const found = source.get(row.id);
        if (!found || now.whenMatched === 'keep') return [row];
        return now.whenMatched === 'delete' ? [] : [found];
      });
      const inserted = now.whenNotMatched === 'insert' ? now.rows.filter(({ id }) => !seen.has(id)) : [];
      return [...merged, ...inserted];
    }
  }
}

function run(table: DeltaTable, now: Step): Promise<OperationResult> {
  const whereOf = (): Parameters<DeltaTable['delete']>[0] => {
    if (!('condition' in now)) return [];
    const { where, holds } = now.condition;
    return 'isFunction' in now && now.isFunction ? (row: Row) => holds(row as Item) : [where];
  };
  switch (now.kind) {
    case 'append':
      return table.append(now.rows);
    case 'overwrite':
      return table.overwrite(now.rows, { partitions: now.isDynamic ? 'dynamic' : 'all' });
    case 'replace':
      return table.replaceWhere([now.condition.where], now.rows.filter(now.condition.holds));
    case 'delete':
      return table.delete(whereOf());
    case 'update':
      return table.update({ p: now.p, n: (row) => ((row['n'] as number | null) ?? 0) + 1 }, whereOf());
    case 'merge':
      return table.merge(now.rows, {
        on: ['id'],
        whenMatched: now.whenMatched,
        whenNotMatched: now.whenNotMatched,
      });
  }
}

/** Every object that is no part of the log and that no version's snapshot names. */
async function strays(store: ObjectStore, named: ReadonlySet<string>): Promise<string[]> {
  const keys = (await collect(store.list(''))).map(({ key }) => key);
  return keys.filter((key) => !key.startsWith('_delta_log/') && !named.has(key));
}

test('random histories of writes are what a list of rows says, at every version', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      fc.constantFrom('none', 'name', 'id'),
      async (steps, isPartitioned, mode) => {
        const store = memoryStore();
        const table = await createTable(store, {
          schema: SCHEMA,
          partitionColumns: isPartitioned ? ['p'] : [],
          configuration: { 'delta.checkpointInterval': '3', 'delta.columnMapping.mode': mode },
        });
        const models: (readonly Item[])[] = [[]];
        for (const now of steps) {
          const before = models.at(-1) ?? [];
          const after = modelOf(before, now, isPartitioned);
          const result = await run(table, now);
          expect(result.kind).toMatch(/committed|unchanged/);
          if (result.kind === 'unchanged') expect(sorted(after)).toEqual(sorted(before));
          else models.push(after);
        }
        await table.settled();
        const fresh = await openTable(store);
        expect(fresh.cached().version).toBe(models.length - 1);
        const named = new Set<string>();
        for (const [version, rows] of models.entries()) {
          const snapshot = await fresh.snapshotAt({ version });
          const found = (await collect(snapshot.rows())).flat();
          expect(sorted(found)).toEqual(sorted(rows));
          expect(snapshot.rowCount).toBe(rows.length);
          for (const { path } of snapshot.files()) named.add(decodeURIComponent(path));
        }
        expect(await strays(store, named)).toEqual([]);
        expect((await fresh.check()).findings).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('two writers at once: what is committed is what one after the other would have done, in the order of versions', async () => {
  let races = 0;
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.array(fc.tuple(step, step), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (first, rounds, isPartitioned) => {
        const store = memoryStore();
        const partitionColumns = isPartitioned ? ['p'] : [];
        const tables = [
          await createTable(store, { schema: SCHEMA, partitionColumns }),
          await openTable(store),
        ] as const;
        await tables[0].append(first);
        let rows: readonly Item[] = first;
        for (const round of rounds) {
          const results = await Promise.all(
            round.map((now, writer) => orConflict(run(tables[writer] ?? tables[0], now))),
          );
          const inOrder = results
            .map((result, writer) => ({ result, now: round[writer] }))
            .filter(({ result }) => result.kind === 'committed')
            .sort((a, b) => a.result.version - b.result.version);
          if (inOrder.length === 2 || results.some(({ kind }) => kind === 'conflict')) races++;
          for (const { now } of inOrder) if (now) rows = modelOf(rows, now, isPartitioned);
          const found = (await collect((await openTable(store)).cached().rows())).flat();
          expect(sorted(found)).toEqual(sorted(rows));
        }
      },
    ),
    { numRuns: 80 },
  );
  expect(races).toBeGreaterThan(20);
});

/** A lost race as a value. */
function orConflict<T>(result: Promise<T>): Promise<T | { readonly kind: 'conflict'; readonly version: -1 }> {
  return result.catch((error: unknown) => {
    if (hasCode(error, 'conflict')) return { kind: 'conflict', version: -1 };
    throw error;
  });
}
