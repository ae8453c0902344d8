import { describe, expect, test } from 'vitest';
import { createTable, openTable, type S3RequestEvent } from '../../../src/index.ts';
import { collect, fileNamed, SCHEMA } from '../../tables.ts';
import { start } from './started.ts';

describe('requests of a table', () => {
  test('are few, however long the log is', async () => {
    const { s3 } = await start();
    const events: S3RequestEvent[] = [];
    const options = { s3: { ...s3, onRequest: (event: S3RequestEvent) => events.push(event) } };
    const count = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
      events.length = 0;
      await work();
      const counts: Record<string, number> = {};
      for (const { operation } of events) counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    };
    const commit = async (): Promise<void> => {
      const transaction = table.startTransaction({ operation: 'WRITE' });
      const result = await transaction.append([fileNamed(`f${table.cached().version}`)]).commit();
      expect(result.kind).toBe('committed');
      await table.settled();
    };
    const table = await createTable(
      's3://bucket/table',
      { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '10' } },
      options,
    );
    for (let i = 0; i < 24; i++) await commit();
    // A scan: one request for each small file, and none for those that the predicate leaves out.
    const data = await createTable(
      's3://bucket/data',
      { schema: SCHEMA, partitionColumns: ['day'] },
      options,
    );
    for (const day of ['2026-11-23', '2026-11-24', '2026-11-25'])
      await data.append([{ id: 1n, name: 'x', day }]);
    await data.settled();
    const snapshot = data.cached();
    const scan = (days: readonly string[]) =>
      collect(snapshot.rows({ predicate: [{ column: 'day', in: days }] }));
    expect(await count(() => collect(snapshot.rows()))).toEqual({ GetObject: 3 });
    expect(await count(() => scan(['2026-11-24']))).toEqual({ GetObject: 1 });
    expect(await count(() => scan(['2026-11-22']))).toEqual({});
    // The commit and its checksum.
    expect(await count(commit)).toEqual({ PutObject: 2 });
    // The next commit, absent; the current one, still there.
    expect(await count(() => table.snapshot())).toEqual({ GetObject: 1, HeadObject: 1 });
    // Against two commits of others: the lost version, what came after it, the end of the log; the version that is won.
    const other = await openTable('s3://bucket/table', { s3 });
    for (const path of ['other1', 'other2'])
      await other
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(path)])
        .commit();
    await other.settled();
    expect(await count(commit)).toEqual({ PutObject: 1 + 2, GetObject: 1 + 2 });
    // The hint, the listing from there on, the checkpoint (size, bytes), commits 21 to 28.
    expect(await count(() => openTable('s3://bucket/table', options))).toEqual({
      GetObject: 1 + 1 + 8,
      HeadObject: 1,
      ListObjectsV2: 1,
    });
  });
});
