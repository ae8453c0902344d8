import { createTable, type DeltaTable, mapOf, struct, type StructType } from '../../../src/index.ts';
import { randomRows } from '../random-rows.ts';
import { PLAIN } from '../schemas.ts';
import { grow, type Scenario } from './scenario.ts';

export const PARTED: StructType = struct({ id: 'long', part: 'string', name: 'string', amount: 'double' });

export const row = (
  id: number,
  part: string | null,
  name: string | null,
): Record<string, bigint | string | number | null> => ({
  id: BigInt(id),
  part,
  name,
  amount: id / 3,
});

/** Ten rows in each of the partitions `a`, `b` and null; ids 0 to 29. */
export async function parted(
  folder: string,
  configuration: Readonly<Record<string, string>> = {},
): Promise<DeltaTable> {
  const table = await createTable(folder, { schema: PARTED, partitionColumns: ['part'], configuration });
  for (const [i, part] of ['a', 'b', null].entries())
    await table.append(Array.from({ length: 10 }, (_, n) => row(10 * i + n, part, `name ${n}`)));
  return table;
}

/** Every operation that changes rows, one version each. */
export async function changed(table: DeltaTable): Promise<DeltaTable> {
  await table.delete([{ column: 'id', min: 3n, max: 5n }]);
  await table.delete([{ column: 'part', isNull: true }]);
  await table.update({ name: 'updated', amount: ({ amount }) => Number(amount) * 2 }, [
    { column: 'name', equals: 'name 7' },
  ]);
  await table.update({ part: 'c' }, ({ id }) => id === 12n);
  await table.merge([row(1, 'a', 'merged'), row(100, 'd', 'inserted'), row(101, null, null)], { on: ['id'] });
  await table.merge([row(2, 'a', 'x'), row(13, 'b', 'x'), row(102, 'e', 'x')], {
    on: ['id', 'part'],
    whenMatched: ({ id }) => (id === 2n ? 'delete' : 'keep'),
    whenNotMatched: 'ignore',
  });
  await table.replaceWhere([{ column: 'part', equals: 'b' }], [row(200, 'b', 'replaced')]);
  await table.replaceWhere([{ column: 'id', below: 8n }], [row(6, 'a', 'replaced too')]);
  await table.overwrite([row(300, 'd', 'dynamic'), row(301, 'f', 'dynamic')], { partitions: 'dynamic' });
  return table;
}

/** Tables that were changed by each write operation. */
export const WRITES: readonly Scenario[] = [
  {
    name: 'deleted from, updated, merged into, replaced',
    build: async (folder) => ({ table: await changed(await parted(folder)) }),
  },
  {
    name: 'the same with a change data feed',
    build: async (folder) => ({
      table: await changed(await parted(folder, { 'delta.enableChangeDataFeed': 'true' })),
    }),
  },
  {
    name: 'the same with mapped columns, in-commit timestamps and checkpoints',
    build: async (folder) => {
      const table = await parted(folder, {
        'delta.columnMapping.mode': 'name',
        'delta.enableInCommitTimestamps': 'true',
        'delta.checkpointInterval': '4',
      });
      await changed(table);
      await table.settled();
      return { table };
    },
    unwritableBy: { 'delta-rs': /InCommitTimestamp/ },
  },
  {
    name: 'overwritten',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: PLAIN }));
      await table.overwrite(randomRows(PLAIN, 10, 30));
      return { table: await grow(table, 1) };
    },
  },
  {
    name: 'overwritten with another schema and partitioning',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: PLAIN }));
      const schema = struct({ id: 'string', kind: 'integer', tags: mapOf('string', 'date') });
      const rows = randomRows(schema, 10, 30).map((one, i) => ({ ...one, kind: i % 3 }));
      await table.overwrite(rows, { overwriteSchema: { schema, partitionColumns: ['kind'] } });
      return { table };
    },
  },
  {
    name: 'columns that came later, at the top and in structs',
    build: async (folder) => {
      const schema = struct({ id: 'long', at: struct({ x: { type: 'double', nullable: false } }) });
      const table = await grow(await createTable(folder, { schema }), 2);
      await table.addColumns(struct({ name: 'string', at: struct({ y: 'decimal(10,4)' }) }));
      await grow(table, 1, 10);
      const wider = struct({ id: 'long', seen: 'timestamp', at: struct({ z: mapOf('string', 'float') }) });
      await table.append(randomRows(struct({ id: 'long', seen: 'timestamp' }), 5), { mergeSchema: wider });
      await table.dropNotNull(['at', 'x']);
      return { table: await grow(table, 1, 20) };
    },
  },
  {
    name: 'properties that were set and unset, and columns mapped afterwards',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: PLAIN }), 2);
      await table.setProperties({ 'delta.checkpointInterval': '2', owner: 'tower' });
      await grow(table, 2, 10);
      await table.unsetProperties(['owner']);
      await table.addFeatures(['columnMapping']);
      await table.setProperties({ 'delta.columnMapping.mode': 'name' });
      await table.addColumns(struct({ 'with blank': 'string' }));
      return { table: await grow(table, 2, 20) };
    },
    notOptimizedBy: { 'delta-rs': /Column mapping is not supported for write operation 'OPTIMIZE'/ },
  },
];
