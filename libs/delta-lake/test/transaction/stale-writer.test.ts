import { expect, test } from 'vitest';
import { createTable, memoryStore, openTable } from '../../src/index.ts';
import { fileNamed, paths, SCHEMA } from '../tables.ts';

const HOUR_MS = 3_600_000;

test('a writer that slept through a log cleanup does not commit into the part that is gone', async () => {
  let now = Date.UTC(2026, 10, 24);
  const clock = (): number => now;
  const store = memoryStore({ clock });
  const configuration = {
    'delta.checkpointInterval': '2',
    'delta.logRetentionDuration': 'interval 2 hours',
  };
  const awake = await createTable(store, { schema: SCHEMA, configuration }, { clock });
  const asleep = await openTable(store, { clock });
  const open = asleep.startTransaction({ operation: 'WRITE' }).append([fileNamed('late')]);
  for (let i = 1; i <= 8; i++) {
    now += HOUR_MS;
    await awake
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed(`f${i}`)])
      .commit();
    await awake.settled();
  }
  // Version 1 is free again: put-if-absent alone would take it, and nobody would ever see the commit.
  expect(await store.head(`_delta_log/${'1'.padStart(20, '0')}.json`)).toBeNull();
  expect(await open.commit()).toMatchObject({ kind: 'conflict', reason: 'commits-gone', version: 8 });
  const again = asleep.startTransaction({ operation: 'WRITE' }).append([fileNamed('late')]);
  expect(await again.commit()).toMatchObject({ kind: 'committed', version: 9 });
  expect(paths((await openTable(store, { clock })).cached())).toHaveLength(9);
});
