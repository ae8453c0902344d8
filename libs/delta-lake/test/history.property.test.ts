import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, openTable, type Rewrite } from '../src/index.ts';
import { commitKey } from '../src/log/names.ts';
import { fileNamed, paths, SCHEMA } from './tables.ts';

/** Random histories that are tried; `DELTA_HISTORIES=10000` for a long run. */
const HISTORIES = Number(process.env['DELTA_HISTORIES'] ?? 200);
const HOUR_MS = 3_600_000;

const pick = fc.nat();
/** One step of a random history; numbers choose among what is there. `by` is one of two writers, who may be behind. */
const step = fc.record({
  by: fc.integer({ min: 0, max: 1 }),
  work: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('append' as const), files: fc.integer({ min: 0, max: 3 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('replace' as const),
        pick,
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
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean up' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  ),
});

/** What the table holds, by a model that knows nothing of logs. */
interface Model {
  readonly files: readonly string[];
  readonly apps: ReadonlyMap<string, number>;
}

test(
  'random histories of two writers: conflicts, contents, checkpoints and cleanup are as a plain model says, at every version',
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 2, max: 12 }),
        async (steps, interval, retentionHours) => {
          let now = Date.UTC(2026, 10, 24);
          const clock = (): number => now;
          const store = memoryStore({ clock });
          const configuration = {
            'delta.checkpointInterval': String(interval),
            'delta.logRetentionDuration': `interval ${retentionHours} hours`,
          };
          await createTable(store, { schema: SCHEMA, configuration }, { clock });
          const open = (): Promise<DeltaTable> => openTable(store, { clock });
          const writers = [await open(), await open()];
          const models: Model[] = [{ files: [], apps: new Map() }];
          let next = 0;
          const fresh = (): string => `part ${next++}%.parquet`;

          for (const { by, work } of steps) {
            now += HOUR_MS;
            const table = writers[by] ?? (await open());
            const { files, apps } = models.at(-1) ?? { files: [], apps: new Map<string, number>() };
            if (work.kind === 'reopen') writers[by] = await open();
            else if (work.kind === 'clean up') await table.cleanUpLog();
            else if (work.kind === 'compact') {
              const name = fresh();
              const rewrite: Rewrite = async (group) => [
                fileNamed(name, {
                  rows: group.files.reduce((sum, file) => sum + (file.stats?.numRecords ?? 0), 0),
                }),
              ];
              const { version } = await table.optimize({ rewrite });
              // Below the target is everything here.
              expect(version).toBe(files.length > 1 ? models.length : null);
              if (version !== null) models.push({ files: [name], apps });
            } else {
              const transaction = table.startTransaction({ operation: work.kind });
              const gone: string[] = [];
              const added: string[] = [];
              let expected: string = 'committed';
              if (work.kind === 'append') for (let i = 0; i < work.files; i++) added.push(fresh());
              if (work.kind === 'replace') {
                // Of what this writer knows, which may have gone since.
                const known = table.cached().files();
                const start = known.length === 0 ? 0 : work.pick % known.length;
                const chosen = known.slice(start, start + work.count);
                transaction.remove(chosen);
                gone.push(...chosen.map(({ path }) => decodeURIComponent(path)));
                added.push(fresh());
                if (gone.some((path) => !files.includes(path))) expected = 'conflict';
              }
              if (work.kind === 'identify') {
                transaction.identify(`app${work.app}`, work.version);
                added.push(fresh());
                const app = `app${work.app}`;
                const unseen = models.slice(transaction.readVersion).map((model) => model.apps.get(app));
                if ((apps.get(app) ?? -1) >= work.version) expected = 'already-committed';
                else if (new Set(unseen).size > 1) expected = 'conflict';
              }
              // What was committed since this writer looked, and has been cleaned up, nobody can judge.
              const isBehind = transaction.readVersion < models.length - 1;
              if (
                isBehind &&
                expected === 'committed' &&
                (await store.head(commitKey(transaction.readVersion + 1))) === null
              )
                expected = 'conflict';
              const result = await transaction.append(added.map((path) => fileNamed(path))).commit();
              expect(result.kind).toBe(expected);
              if (expected === 'committed') {
                models.push({
                  files: [...files.filter((path) => !gone.includes(path)), ...added],
                  apps:
                    work.kind === 'identify' ? new Map([...apps, [`app${work.app}`, work.version]]) : apps,
                });
              }
            }
            for (const writer of writers) await writer.settled();
          }

          const reader = await open();
          expect(reader.cached().version).toBe(models.length - 1);
          let isReadable = false;
          for (const [version, model] of models.entries()) {
            const snapshot = await reader.snapshotAt({ version }).catch((error: unknown) => {
              // Cleaned up: then so were all versions before.
              expect(error).toMatchObject({ code: 'no-such-version' });
              expect(isReadable).toBe(false);
              return null;
            });
            // What is younger than the retention is never cleaned up.
            if (snapshot === null) continue;
            isReadable = true;
            expect(paths(snapshot).map(decodeURIComponent).sort()).toEqual(model.files.toSorted());
            expect(snapshot.fileCount).toBe(model.files.length);
            for (const [app, at] of model.apps) expect(snapshot.transactionVersion(app)).toBe(at);
          }
          expect(isReadable).toBe(true);
          const report = await reader.check();
          expect(report.findings.filter(({ kind }) => kind === 'checkpoint' || kind === 'checksum')).toEqual(
            [],
          );
        },
      ),
      { numRuns: HISTORIES },
    );
  },
);
