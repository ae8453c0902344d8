import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
} from '../../../src/index.ts';
import { collect, fileNamed, SCHEMA } from '../../tables.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A table whose newest file is replaced again and again, each a minute after the one before. */
class Stream {
  now = Date.UTC(2026, 10, 24);
  readonly clock = (): number => this.now;
  readonly store: ObjectStore = memoryStore({ clock: this.clock });
  table!: DeltaTable;
  #files = 0;

  static async open(): Promise<Stream> {
    const stream = new Stream();
    const configuration = { 'delta.deletedFileRetentionDuration': 'interval 2 hours' };
    const spec = { schema: SCHEMA, configuration };
    stream.table = await createTable(stream.store, spec, { clock: stream.clock });
    return stream;
  }

  async replace(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const path = `f ${this.#files++}.parquet`;
      await this.store.put(path, 'PAR1');
      await this.table
        .startTransaction({ operation: 'WRITE' })
        .remove(this.table.cached().files())
        .append([fileNamed(path)])
        .commit();
      this.now += MINUTE_MS;
    }
  }

  async files(): Promise<number> {
    return (await collect(this.store.list('f '))).length;
  }
}

describe('expiry of removed files', () => {
  test('deletes what was removed longer ago than asked, and commits nothing', async () => {
    const stream = await Stream.open();
    await stream.replace(100);
    const { version } = stream.table.cached();
    // One is live. Of the others the oldest was removed 99 minutes ago, and those of the last 60 stay.
    expect(await stream.table.deleteExpired({ retentionMs: HOUR_MS })).toEqual({
      deleted: 39,
      kept: 60,
      isComplete: true,
    });
    expect(await stream.files()).toBe(61);
    expect(stream.table.cached().version).toBe(version);
    expect(await stream.table.deleteExpired({ retentionMs: HOUR_MS })).toEqual({
      deleted: 0,
      kept: 60,
      isComplete: true,
    });
    stream.now += 5 * MINUTE_MS;
    expect(await stream.table.deleteExpired({ retentionMs: HOUR_MS })).toEqual({
      deleted: 5,
      kept: 55,
      isComplete: true,
    });
  });

  test('deletes the oldest first where it may delete only some, and goes on at the next call', async () => {
    const stream = await Stream.open();
    await stream.replace(100);
    const some = { retentionMs: HOUR_MS, limit: 30 };
    expect(await stream.table.deleteExpired(some)).toEqual({ deleted: 30, kept: 69, isComplete: false });
    expect((await collect(stream.store.list('f '))).map(({ key }) => key)).not.toContain('f 29.parquet');
    expect(await stream.table.deleteExpired(some)).toEqual({ deleted: 9, kept: 60, isComplete: true });
    expect(await stream.files()).toBe(61);
  });

  test('keeps what the table says where nothing else is asked', async () => {
    const stream = await Stream.open();
    await stream.replace(130);
    expect(await stream.table.deleteExpired()).toEqual({ deleted: 9, kept: 120, isComplete: true });
  });

  test('deletes sooner what is beyond a number of files, but nothing that is too young', async () => {
    const stream = await Stream.open();
    await stream.replace(100);
    const few = { files: 20, leastMs: 30 * MINUTE_MS };
    expect(await stream.table.deleteExpired({ beyond: few })).toEqual({
      deleted: 69,
      kept: 30,
      isComplete: true,
    });
    const more = { files: 20, leastMs: MINUTE_MS };
    expect(await stream.table.deleteExpired({ beyond: more })).toEqual({
      deleted: 10,
      kept: 20,
      isComplete: true,
    });
    expect(await stream.files()).toBe(21);
  });

  test('leaves a file that is part of the table again, by whatever name', async () => {
    const stream = await Stream.open();
    await stream.replace(2);
    const restored = ['f%200.parquet', './f%200.parquet'];
    for (const path of restored) {
      const version = String(stream.table.cached().version + 1).padStart(20, '0');
      const add = { path, partitionValues: {}, size: 4, modificationTime: stream.now, dataChange: true };
      await stream.store.put(`_delta_log/${version}.json`, `${JSON.stringify({ add })}\n`);
      stream.now += HOUR_MS;
      expect(await stream.table.deleteExpired({ retentionMs: 0 })).toMatchObject({ deleted: 0 });
      expect(await stream.files()).toBe(2);
    }
  });

  test('leaves what lies elsewhere, and what has no time of removal, to vacuum', async () => {
    const stream = await Stream.open();
    await stream.replace(1);
    const removes = [
      { path: 'f%200.parquet', deletionTimestamp: 0 },
      { path: '../other/f.parquet', deletionTimestamp: stream.now },
      { path: 'memory:/f.parquet', deletionTimestamp: stream.now },
    ];
    const text = removes.map((remove) => `${JSON.stringify({ remove: { ...remove, dataChange: true } })}\n`);
    await stream.store.put(`_delta_log/${'2'.padStart(20, '0')}.json`, text.join(''));
    stream.now += 24 * HOUR_MS;
    expect(await stream.table.deleteExpired({ retentionMs: 0 })).toMatchObject({ deleted: 0 });
    expect(await stream.files()).toBe(1);
  });

  test('tries again what failed, and does again what another process has done', async () => {
    const stream = await Stream.open();
    await stream.replace(10);
    const failing = { ...stream.store, delete: () => Promise.reject(new Error('away')) };
    const other = await openTable(failing, { clock: stream.clock });
    await expect(other.deleteExpired({ retentionMs: 0 })).rejects.toThrow('away');
    await expect(other.deleteExpired({ retentionMs: 0 })).rejects.toThrow('away');
    expect(await stream.table.deleteExpired({ retentionMs: 0 })).toMatchObject({ deleted: 9 });
    const third = await openTable(stream.store, { clock: stream.clock });
    expect(await third.deleteExpired({ retentionMs: 0 })).toMatchObject({ deleted: 9 });
    expect(await stream.files()).toBe(1);
  });
});
