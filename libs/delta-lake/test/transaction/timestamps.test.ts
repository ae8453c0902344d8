import { expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, openTable, struct } from '../../src/index.ts';
import { fileNamed, SCHEMA } from '../tables.ts';

const IN_COMMIT = { 'delta.enableInCommitTimestamps': 'true' };
const append = (table: DeltaTable, path: string) =>
  table
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed(path)])
    .commit();

/** A clock that stands where it is put. */
function handClock(start: number): { nowMs: number; read: () => number } {
  const clock = { nowMs: start, read: () => clock.nowMs };
  return clock;
}

test('in-commit timestamps grow strictly, whatever the clock does, and stand first in the commit', async () => {
  const clock = handClock(1_000);
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA, configuration: IN_COMMIT }, { clock: clock.read });
  for (const now of [5_000, 5_000, 2_000, 9_000]) {
    clock.nowMs = now;
    await append(table, `f${now}-${table.cached().version}`);
  }
  const times: unknown[] = [];
  for (let version = 0; version <= 4; version++) {
    const text = Buffer.from(await store.get(`_delta_log/0000000000000000000${version}.json`)).toString();
    expect(text).toMatch(/^\{"commitInfo":\{"inCommitTimestamp":\d+,/);
    times.push((await table.changes(version)).commitInfo?.inCommitTimestamp);
  }
  expect(times).toEqual([1_000, 5_000, 5_001, 5_002, 9_000]);
  await table.settled();
  const checksum = JSON.parse(Buffer.from(await store.get('_delta_log/00000000000000000003.crc')).toString());
  expect(checksum).toMatchObject({ inCommitTimestampOpt: 5_002 });
});

test('a loser gets a later timestamp than the winner it comes after', async () => {
  const clock = handClock(1_000);
  const store = memoryStore();
  const ours = await createTable(store, { schema: SCHEMA, configuration: IN_COMMIT }, { clock: clock.read });
  const theirs = await openTable(store, { clock: () => 70_000 });
  const transaction = ours.startTransaction({ operation: 'WRITE' }).append([fileNamed('ours')]);
  await append(theirs, 'theirs');
  expect(await transaction.commit()).toMatchObject({ kind: 'committed', version: 2 });
  expect(ours.cached().timestampMs).toBe(70_001);
});

test('after a checkpoint the timestamp of the newest commit is still known', async () => {
  const clock = handClock(50_000);
  const store = memoryStore({ clock: () => 1 });
  const configuration = { ...IN_COMMIT, 'delta.checkpointInterval': '2' };
  const table = await createTable(store, { schema: SCHEMA, configuration }, { clock: clock.read });
  await append(table, 'a');
  await append(table, 'b');
  await table.settled();
  const reopened = await openTable(store, { clock: () => 2 });
  expect(reopened.cached()).toMatchObject({ version: 2, timestampMs: 50_002 });
  await append(reopened, 'c');
  expect(reopened.cached().timestampMs).toBe(50_003);
});

test('a table that gets in-commit timestamps later notes since when, also after a lost race', async () => {
  const store = memoryStore();
  const table = await createTable(store, { schema: struct({ id: 'long' }) }, { clock: () => 3_000 });
  const { metadata } = table.cached();
  const transaction = table
    .startTransaction({ operation: 'SET TBLPROPERTIES' })
    .setProtocol({ minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['inCommitTimestamp'] })
    .setMetadata({ ...metadata, configuration: IN_COMMIT });
  await append(await openTable(store, { clock: () => 8_000 }), 'theirs');
  expect((await transaction.commit()).kind).toBe('committed');
  expect(table.cached()).toMatchObject({ version: 2, timestampMs: 8_001 });
  expect(table.cached().configuration).toEqual({
    ...IN_COMMIT,
    'delta.inCommitTimestampEnablementVersion': '2',
    'delta.inCommitTimestampEnablementTimestamp': '8001',
  });
});
