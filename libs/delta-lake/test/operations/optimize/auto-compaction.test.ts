import { describe, expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, type Rewrite } from '../../../src/index.ts';
import { fileNamed, SCHEMA } from '../../tables.ts';

const MINUTE_MS = 60_000;
const KIB = 1024;

/** A stream of small files on a clock of its own; rewriting happens on paper, and its bytes are counted. */
class Stream {
  now = Date.UTC(2026, 10, 24);
  table!: DeltaTable;
  rewrittenBytes = 0;
  appendedBytes = 0;
  #files = 0;

  static async open(): Promise<Stream> {
    const stream = new Stream();
    const configuration = { 'delta.checkpointInterval': '10000' };
    stream.table = await createTable(
      memoryStore(),
      { schema: SCHEMA, partitionColumns: ['day'], configuration },
      { clock: () => stream.now },
    );
    return stream;
  }

  readonly rewrite: Rewrite = async ({ files }) => {
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const rows = files.reduce((sum, file) => sum + (file.stats?.numRecords ?? 0), 0);
    this.rewrittenBytes += bytes;
    const day = files[0]?.partitionValues['day'] ?? null;
    return [fileNamed(`compacted-${this.#files++}`, { bytes, rows, partition: { day } })];
  };

  async append(bytes: number, day = '2026-11-24'): Promise<void> {
    this.appendedBytes += bytes;
    await this.table
      .startTransaction({ operation: 'STREAMING UPDATE' })
      .append([fileNamed(`f${this.#files++}`, { bytes, partition: { day } })])
      .commit();
  }
}

describe('auto-compaction', () => {
  test('waits for enough small files in one partition, and takes that partition alone', async () => {
    const stream = await Stream.open();
    const { table, rewrite } = stream;
    for (let i = 0; i < 49; i++) await stream.append(KIB);
    for (let i = 0; i < 10; i++) await stream.append(KIB, '2026-11-23');
    stream.now += 10 * MINUTE_MS;
    expect(await table.autoCompact({ rewrite })).toMatchObject({ version: null, lostGroups: 0 });
    await stream.append(KIB);
    stream.now += 10 * MINUTE_MS;
    const report = await table.autoCompact({ rewrite });
    expect(report.metrics).toMatchObject({ numRemovedFiles: 50, numAddedFiles: 1 });
    expect(table.cached().fileCount).toBe(11);
    expect((await table.changes(report.version ?? -1)).commitInfo).toMatchObject({
      operation: 'OPTIMIZE',
      operationParameters: { auto: 'true' },
      isolationLevel: 'SnapshotIsolation',
    });
  });

  test('leaves the newest files alone, and files that are no longer small', async () => {
    const stream = await Stream.open();
    const { table, rewrite } = stream;
    for (let i = 0; i < 10; i++) await stream.append(600 * KIB);
    for (let i = 0; i < 30; i++) await stream.append(KIB);
    stream.now += 5 * MINUTE_MS;
    for (let i = 0; i < 30; i++) await stream.append(2 * KIB);
    const policy = { minFiles: 20, maxBytes: 1200 * KIB, rewrite };
    expect((await table.autoCompact(policy)).metrics).toMatchObject({
      numRemovedFiles: 30,
      numRemovedBytes: 30 * KIB,
    });
    expect((await table.autoCompact({ ...policy, minAgeMs: 0 })).metrics.numRemovedFiles).toBe(31);
  });

  test('goes up to the size that it is given and not beyond', async () => {
    const stream = await Stream.open();
    for (let i = 0; i < 100; i++) await stream.append(KIB);
    const { metrics } = await stream.table.autoCompact({
      minAgeMs: 0,
      maxBytes: 64 * KIB,
      rewrite: stream.rewrite,
    });
    expect(metrics).toMatchObject({ numRemovedFiles: 64, maxFileSize: 64 * KIB });
  });

  test('rewrites a byte a logarithmic number of times, and keeps few files, however long the stream runs', async () => {
    const stream = await Stream.open();
    let most = 0;
    for (let i = 0; i < 3000; i++) {
      await stream.append(KIB);
      await stream.table.autoCompact({ minAgeMs: 0, rewrite: stream.rewrite });
      most = Math.max(most, stream.table.cached().fileCount);
    }
    expect(most).toBeLessThanOrEqual(60);
    // 3,000 files of one size are 60 rounds of fifty. Taking every small file each time would rewrite each byte 30 times.
    expect(stream.rewrittenBytes / stream.appendedBytes).toBeLessThan(Math.log2(60) + 1);
    expect(stream.table.cached()).toMatchObject({ bytes: 3000 * KIB, rowCount: 30_000 });
  });

  test('takes the groups that a caller chooses', async () => {
    const stream = await Stream.open();
    const { table, rewrite } = stream;
    for (let i = 0; i < 4; i++) await stream.append(KIB);
    const report = await table.compact((snapshot) => [snapshot.files().slice(0, 3)], {
      targetBytes: KIB,
      rewrite,
    });
    expect(report).toMatchObject({ lostGroups: 0, metrics: { numRemovedFiles: 3, numAddedFiles: 1 } });
    expect(table.cached().fileCount).toBe(2);
    expect(await table.compact(() => [], { targetBytes: KIB, rewrite })).toMatchObject({ version: null });
  });
});
