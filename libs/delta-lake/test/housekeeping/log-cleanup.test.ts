import { describe, expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, type ObjectStore, openTable } from '../../src/index.ts';
import { collect, fileNamed, paths, SCHEMA } from '../tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 10, 24);

class Clock {
  now = MIDNIGHT;
  readonly read = (): number => this.now;
}

/** A table whose version i was committed at i o'clock; a checkpoint every fourth version. */
async function hourly(
  store: ObjectStore,
  clock: Clock,
  versions: number,
  properties: Readonly<Record<string, string>> = {},
): Promise<DeltaTable> {
  const table = await createTable(
    store,
    { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '4', ...properties } },
    { clock: clock.read },
  );
  await appendHourly(table, clock, versions);
  return table;
}

async function appendHourly(table: DeltaTable, clock: Clock, versions: number): Promise<void> {
  for (let i = 0; i < versions; i++) {
    clock.now += HOUR_MS;
    const version = table.cached().version + 1;
    await table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed(`f${version}`)])
      .commit();
    await table.settled();
  }
}

const KEEP_FOREVER = { 'delta.enableExpiredLogCleanup': 'false' };
const versionsIn = async (store: ObjectStore, suffix: string): Promise<number[]> =>
  (await collect(store.list('_delta_log/0')))
    .filter(({ key }) => key.endsWith(suffix))
    .map(({ key }) => Number(key.slice(11, 31)));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('cleanup of the log', () => {
  test('keeps the checkpoint at or before the cutoff, its commit, and everything after', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 14, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 3 hours',
    });
    // 14 o'clock: the cutoff commit is version 11, the newest checkpoint up to there is 8.
    const report = await table.cleanUpLog();
    expect(report).toEqual({ deleted: 16, oldestVersion: 8, isComplete: true });
    expect(await versionsIn(store, '.json')).toEqual(range(8, 14));
    expect(await versionsIn(store, '.crc')).toEqual(range(8, 14));
    expect(await versionsIn(store, '.checkpoint.parquet')).toEqual([8, 12]);
    expect((await table.cleanUpLog()).deleted).toBe(0);
    const fresh = await openTable(store);
    expect(fresh.cached()).toMatchObject({ version: 14, fileCount: 14 });
    expect(paths(await fresh.snapshotAt({ version: 8 }))).toEqual(range(1, 8).map((i) => `f${i}`));
    await expect(fresh.snapshotAt({ version: 7 })).rejects.toMatchObject({ code: 'no-such-version' });
    expect((await collect(fresh.history())).map(({ version }) => version)).toEqual(range(8, 14).reverse());
  });

  test('goes on after commits whose clock was a year ahead', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 3, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 3 hours',
    });
    const away = 365 * DAY_MS;
    clock.now += away;
    await appendHourly(table, clock, 2);
    clock.now -= away;
    // The clock is right again, but no commit says yet how old those of the wrong clock are.
    clock.now += 4 * HOUR_MS;
    expect((await table.cleanUpLog()).deleted).toBe(0);
    await appendHourly(table, clock, 9);
    // 18 o'clock: the cutoff commit is version 11, of 15 o'clock, the newest checkpoint up to there is 8.
    expect(await table.cleanUpLog()).toMatchObject({ oldestVersion: 8, isComplete: true });
    expect(await versionsIn(store, '.json')).toEqual(range(8, 14));
    expect((await openTable(store)).cached()).toMatchObject({ version: 14, fileCount: 14 });
  });

  test('counts a retention of days from midnight', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 40, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 1 day',
    });
    // The second day, 16 o'clock: all since yesterday's midnight is kept, and that is the whole log.
    expect(await table.cleanUpLog()).toEqual({ deleted: 0, oldestVersion: null, isComplete: true });
    clock.now = MIDNIGHT + 2 * DAY_MS;
    expect(await table.cleanUpLog()).toMatchObject({ oldestVersion: 24 });
    expect((await versionsIn(store, '.json'))[0]).toBe(24);
  });

  test('cuts a log of too many versions before its time, but nothing that is too young', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 40, KEEP_FOREVER);
    expect(await table.cleanUpLog()).toMatchObject({ deleted: 0 });
    // 40 o'clock: of the newest 10 versions nothing goes, and the checkpoint before them is 28.
    const beyond = { versions: 10, leastMs: HOUR_MS };
    expect(await table.cleanUpLog({ beyond })).toMatchObject({ oldestVersion: 28, isComplete: true });
    expect(await versionsIn(store, '.json')).toEqual(range(28, 40));
    expect(await table.cleanUpLog({ beyond: { versions: 0, leastMs: 6 * HOUR_MS } })).toMatchObject({
      oldestVersion: 32,
    });
    expect(await table.cleanUpLog({ retentionMs: HOUR_MS })).toMatchObject({ oldestVersion: 36 });
    expect((await openTable(store)).cached()).toMatchObject({ version: 40, fileCount: 40 });
    await expect(table.cleanUpLog({ beyond: { versions: 10, leastMs: 60_000 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('deletes nothing where no checkpoint is old enough, or the one to begin with is torn', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const retention = { ...KEEP_FOREVER, 'delta.logRetentionDuration': 'interval 3 hours' };
    const table = await hourly(store, clock, 6, retention);
    expect(await table.cleanUpLog()).toEqual({ deleted: 0, oldestVersion: null, isComplete: true });
    await appendHourly(table, clock, 2);
    await store.put(`_delta_log/${'4'.padStart(20, '0')}.checkpoint.parquet`, 'PAR1 torn');
    expect(await table.cleanUpLog()).toEqual({ deleted: 0, oldestVersion: null, isComplete: true });
    expect(await versionsIn(store, '.json')).toEqual(range(0, 8));
  });

  test('goes on where its limit ended it, and leaves a log without a hole each time', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 30, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 1 hour',
    });
    const runs = [];
    for (let run = 0; run < 50; run++) {
      const report = await table.cleanUpLog({ limit: 5 });
      expect(report.deleted).toBeLessThanOrEqual(5);
      runs.push(report);
      const left = await versionsIn(store, '.json');
      expect(left).toEqual(range(left[0] ?? -1, 30));
      expect(paths((await openTable(store)).cached())).toHaveLength(30);
      if (report.isComplete) break;
    }
    expect(runs.length).toBeGreaterThan(10);
    expect(await versionsIn(store, '.json')).toEqual(range(28, 30));
  });

  test('follows each checkpoint of a stream by itself, and is off where the table says so', async () => {
    const clock = new Clock();
    const retention = { 'delta.logRetentionDuration': 'interval 3 hours' };
    const store = memoryStore({ clock: clock.read });
    await hourly(store, clock, 17, retention);
    expect(await versionsIn(store, '.json')).toEqual(range(12, 17));
    const kept = memoryStore({ clock: clock.read });
    await hourly(kept, clock, 17, { ...retention, ...KEEP_FOREVER });
    expect(await versionsIn(kept, '.json')).toEqual(range(0, 17));
  });

  test('looks at the log of a busy stream once an hour', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 8, { 'delta.logRetentionDuration': 'interval 1 second' });
    expect(await versionsIn(store, '.json')).toEqual(range(4, 8));
    const appendLater = async (seconds: number): Promise<void> => {
      clock.now += seconds * 1000;
      const name = `f${table.cached().version + 1}`;
      await table
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(name)])
        .commit();
      await table.settled();
    };
    for (let i = 0; i < 8; i++) await appendLater(60);
    expect(await versionsIn(store, '.json')).toEqual(range(4, 16));
    for (let i = 0; i < 4; i++) await appendLater(1000);
    expect(await versionsIn(store, '.json')).toEqual(range(16, 20));
  });

  test('takes compactions that begin at the kept checkpoint or before, and no other file', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 9, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 1 hour',
    });
    const compacted = (from: number, to: number): string =>
      `_delta_log/${String(from).padStart(20, '0')}.${String(to).padStart(20, '0')}.compacted.json`;
    for (const key of [compacted(0, 3), compacted(8, 9), compacted(9, 10), '_delta_log/0.note'])
      await store.put(key, '');
    await table.cleanUpLog();
    const left = (await collect(store.list('_delta_log/'))).map(({ key }) => key);
    expect(left).not.toContain(compacted(0, 3));
    expect(left).not.toContain(compacted(8, 9));
    expect(left).toContain(compacted(9, 10));
    expect(left).toContain('_delta_log/0.note');
    expect(left).toContain('_delta_log/_last_checkpoint');
  });

  test('takes sidecars that no checkpoint names, once they are older than a day', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const table = await hourly(store, clock, 2, {
      ...KEEP_FOREVER,
      'delta.logRetentionDuration': 'interval 1 hour',
    });
    const key = (version: number, suffix: string): string =>
      `_delta_log/${String(version).padStart(20, '0')}.${suffix}`;
    const sidecar = (name: string): string => `_delta_log/_sidecars/${name}.parquet`;
    const protocol = {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['v2Checkpoint'],
      writerFeatures: ['v2Checkpoint'],
    };
    await store.put(key(3, 'json'), `${JSON.stringify({ protocol })}\n`);
    const checkpoint = [
      { checkpointMetadata: { version: 3 } },
      { protocol },
      { metaData: table.cached().metadata },
      { sidecar: { path: 'named.parquet', sizeInBytes: 1, modificationTime: clock.now } },
    ];
    const v2 = key(3, 'checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json');
    await store.put(v2, checkpoint.map((action) => `${JSON.stringify(action)}\n`).join(''));
    for (const name of ['named', 'orphan']) await store.put(sidecar(name), 'x');
    clock.now += 2 * DAY_MS;
    await store.put(sidecar('young'), 'x');
    await store.put(key(4, 'json'), '{"commitInfo":{}}\n');
    await table.cleanUpLog();
    const left = (await collect(store.list('_delta_log/_sidecars/'))).map((entry) => entry.key);
    expect(left).toEqual([sidecar('named'), sidecar('young')]);
    await store.put(v2, 'torn');
    clock.now += 2 * DAY_MS;
    expect(await table.cleanUpLog()).toMatchObject({ deleted: 0, oldestVersion: null });
    expect(await collect(store.list('_delta_log/_sidecars/'))).toHaveLength(2);
  });

  test('a table object that was left behind by cleanup finds its way back', async () => {
    const clock = new Clock();
    const store = memoryStore({ clock: clock.read });
    const retention = { 'delta.logRetentionDuration': 'interval 3 hours' };
    const writer = await hourly(store, clock, 1, retention);
    const reader = await openTable(store);
    await appendHourly(writer, clock, 16);
    expect((await reader.snapshot()).version).toBe(17);
    const result = await (await openTable(store)).startTransaction({ operation: 'WRITE' }).commit();
    expect(result).toMatchObject({ kind: 'committed', version: 18 });
  });
});
