import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTable, memoryStore, openTable } from '../src/index.ts';
import { fileNamed, paths, SCHEMA } from './tables.ts';

/** One step of a random history; numbers choose among what is there. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('append' as const), files: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      pick: fc.nat(),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('identify' as const),
      app: fc.integer({ min: 0, max: 2 }),
      version: fc.integer({ min: 0, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

test('random histories: what is reopened is what a plain model says, at every version', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, interval) => {
        const store = memoryStore();
        let table = await createTable(store, {
          schema: SCHEMA,
          configuration: { 'delta.checkpointInterval': String(interval) },
        });
        const live = new Set<string>();
        const apps = new Map<string, number>();
        const models: { files: string[]; apps: [string, number][] }[] = [{ files: [], apps: [] }];
        let next = 0;
        for (const now of steps) {
          if (now.kind === 'reopen') {
            table = await openTable(store);
            continue;
          }
          const transaction = table.startTransaction({ operation: now.kind });
          const added: string[] = [];
          const gone: string[] = [];
          let isNews = true;
          if (now.kind === 'append')
            for (let i = 0; i < now.files; i++) added.push(`part ${next++}%.parquet`);
          if (now.kind === 'replace') {
            const files = [...table.cached().files()];
            const chosen = files.length === 0 ? [] : files.slice(now.pick % files.length).slice(0, now.count);
            transaction.remove(chosen);
            gone.push(...chosen.map(({ path }) => decodeURIComponent(path)));
            added.push(`part ${next++}%.parquet`);
          }
          if (now.kind === 'identify') {
            transaction.identify(`app${now.app}`, now.version);
            added.push(`part ${next++}%.parquet`);
            isNews = (apps.get(`app${now.app}`) ?? -1) < now.version;
          }
          const result = await transaction.append(added.map((path) => fileNamed(path))).commit();
          expect(result.kind).toBe(isNews ? 'committed' : 'already-committed');
          if (!isNews) continue;
          for (const path of gone) live.delete(path);
          for (const path of added) live.add(path);
          if (now.kind === 'identify') apps.set(`app${now.app}`, now.version);
          models.push({ files: [...live].sort(), apps: [...apps] });
        }
        await table.settled();
        const fresh = await openTable(store);
        expect(fresh.cached().version).toBe(models.length - 1);
        for (const [version, model] of models.entries()) {
          const snapshot = await fresh.snapshotAt({ version });
          expect(paths(snapshot).map(decodeURIComponent).sort()).toEqual(model.files);
          expect(snapshot.fileCount).toBe(model.files.length);
          expect(snapshot.bytes).toBe(100 * model.files.length);
          expect(snapshot.rowCount).toBe(10 * model.files.length);
          for (const [app, at] of model.apps) expect(snapshot.transactionVersion(app)).toBe(at);
        }
        const report = await fresh.check();
        expect(report.findings.filter(({ kind }) => kind === 'checkpoint' || kind === 'checksum')).toEqual(
          [],
        );
      },
    ),
    { numRuns: 60 },
  );
});
