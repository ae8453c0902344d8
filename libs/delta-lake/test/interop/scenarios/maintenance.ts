import { createTable, struct } from '../../../src/index.ts';
import { FLAT, PLAIN } from '../schemas.ts';
import { grow, type Scenario } from './scenario.ts';

const DAY_MS = 86_400_000;

/** Tables after each operation that keeps files and log small. */
export const MAINTENANCE: readonly Scenario[] = [
  {
    name: 'checkpoints, with tombstones in them',
    build: async (folder) => {
      const configuration = { 'delta.checkpointInterval': '3' };
      const table = await grow(await createTable(folder, { schema: PLAIN, configuration }), 4);
      await table.delete([{ column: 'id', above: 0n }]);
      return { table: await grow(table, 4, 10) };
    },
  },
  {
    name: 'optimized',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: FLAT }), 3);
      await table.optimize();
      return { table: await grow(table, 1) };
    },
  },
  {
    name: 'optimized by partition, sorted and in Z-order',
    build: async (folder) => {
      const schema = struct({ id: 'long', part: 'boolean', name: 'string', at: 'timestamp' });
      const table = await grow(await createTable(folder, { schema, partitionColumns: ['part'] }), 3);
      await table.optimize({ order: { kind: 'sort', columns: ['name'] } });
      await grow(table, 1);
      await table.optimize({ order: { kind: 'z-order', columns: ['id', 'at'] } });
      return { table };
    },
  },
  {
    name: 'restored to an earlier version',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: PLAIN }), 3);
      await table.optimize();
      await table.restore({ version: 2 });
      return { table: await grow(table, 1) };
    },
  },
  {
    name: 'vacuumed',
    build: async (folder) => {
      const table = await grow(await createTable(folder, { schema: PLAIN }), 3);
      const { version } = await table.optimize();
      await grow(table, 1);
      await table.vacuum({ retentionMs: 0, allowShortRetention: true });
      return { table, oldest: version ?? 0 };
    },
  },
  {
    name: 'partitions that were removed and counted, their files deleted, no longer append-only',
    build: async (folder) => {
      const schema = struct({ id: 'long', part: 'boolean', name: 'string' });
      const configuration = { 'delta.appendOnly': 'true', 'delta.checkpointInterval': '3' };
      const spec = { schema, partitionColumns: ['part'], configuration };
      const table = await grow(await createTable(folder, spec), 4);
      await table.setProperties({ 'delta.appendOnly': 'false' });
      const files = table.cached().files([{ column: 'part', min: true, max: true }]);
      await table
        .startTransaction({
          operation: 'DELETE',
          operationParameters: { predicate: JSON.stringify(["part IN ('true')"]) },
        })
        .remove(files)
        .identify('application/rows', 12)
        .identify('application/day', 20_000)
        .commit();
      await grow(table, 4, 10);
      const { version } = table.cached();
      await table.deleteExpired({ retentionMs: 0 });
      return { table, oldest: version };
    },
  },
  {
    name: 'a log that was cleaned up',
    build: async (folder) => {
      const configuration = {
        'delta.checkpointInterval': '4',
        'delta.logRetentionDuration': 'interval 2 days',
      };
      let now = Date.now() - 10 * DAY_MS;
      const table = await createTable(folder, { schema: PLAIN, configuration }, { clock: () => now });
      await grow(table, 6);
      now = Date.now();
      await grow(table, 2);
      const { oldestVersion } = await table.cleanUpLog();
      return { table, oldest: oldestVersion ?? 0 };
    },
  },
];
