import {
  createTable,
  type DeltaTable,
  hyparquetCodec,
  localStore,
  openTable,
  struct,
} from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { optimizeTable, restoreTable, vacuumTable } from '../../../src/cli/table/operations.ts';
import { printed } from './printed.ts';

const COMMON = { format: 'json', signal: new AbortController().signal } as const;
const VACUUM = { ...COMMON, dryRun: false, force: false, logOnly: false };

let folder: string;
let table: DeltaTable;

/** What a command prints, one JSON object a line. */
const printedRows = async (work: () => Promise<void>): Promise<Record<string, unknown>[]> =>
  (await printed(work))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const factsOf = async (work: () => Promise<void>): Promise<Record<string, unknown>> =>
  Object.fromEntries((await printedRows(work)).map(({ fact, value }) => [String(fact as string), value]));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'contrail-operations-'));
  table = await createTable(localStore(folder), {
    schema: struct({ id: 'long', day: 'date' }),
    partitionColumns: ['day'],
  });
  for (const day of ['2026-11-23', '2026-11-24']) {
    for (let i = 0; i < 3; i++) {
      const path = `day=${day}/${i}.parquet`;
      const body = await hyparquetCodec().write([{ id: BigInt(i) }], struct({ id: 'long' }));
      await table.store.put(path, body);
      await table
        .startTransaction({ operation: 'WRITE' })
        .append([{ path, bytes: body.byteLength, rows: 1, partition: { day }, statistics: {} }])
        .commit();
    }
  }
  await table.settled();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('contrail table optimize', () => {
  it('puts the files of each partition together and says what it did', async () => {
    expect(await factsOf(() => optimizeTable(folder, COMMON))).toMatchObject({
      version: 7,
      files_removed: 6,
      files_added: 2,
      groups_lost: 0,
    });
    expect((await openTable(folder)).cached()).toMatchObject({ version: 7, fileCount: 2, rowCount: 6 });
    expect(await factsOf(() => optimizeTable(folder, COMMON))).toMatchObject({
      version: 'unchanged: there is nothing to compact',
    });
  });

  it('takes the partition that --where names', async () => {
    await printedRows(() => optimizeTable(folder, { ...COMMON, where: ['day=2026-11-24'], sort: ['id'] }));
    expect((await openTable(folder)).cached().fileCount).toBe(4);
    await expect(optimizeTable(folder, { ...COMMON, where: ['id=1'] })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('COLUMN=VALUE with one of: day') as string,
    });
  });

  it('ends quietly when it is told to stop', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const lines = await printedRows(() => optimizeTable(folder, { ...COMMON, signal: AbortSignal.abort() }));
    expect(stderr.mock.calls.flat().join('')).toContain('Stopped.');
    stderr.mockRestore();
    expect(lines).toEqual([]);
    expect((await openTable(folder)).cached().version).toBe(6);
  });
});

describe('contrail table vacuum', () => {
  it('prints with --dry-run what it would delete, deletes it without, and needs --force below the retention', async () => {
    await printedRows(() => optimizeTable(folder, COMMON));
    await expect(vacuumTable(folder, { ...VACUUM, retainHours: 0 })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('--retain-hours') as string,
    });
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const forced = { ...VACUUM, retainHours: 0, force: true };
    // Files are younger than now only from the next millisecond on.
    await vi.waitUntil(async () => {
      const lines = await printedRows(() => vacuumTable(folder, { ...forced, dryRun: true }));
      return lines.length === 6;
    });
    stderr.mockRestore();
    expect(await factsOf(() => vacuumTable(folder, forced))).toMatchObject({ files_deleted: 6 });
    expect(await factsOf(() => vacuumTable(folder, forced))).toMatchObject({ files_deleted: 0 });
    expect((await openTable(folder)).cached()).toMatchObject({ fileCount: 2, rowCount: 6 });
  });
});

describe('contrail table restore', () => {
  it('goes back to a version and says so', async () => {
    const flags = { format: 'json', version: 2 } as const;
    expect(await factsOf(() => restoreTable(folder, flags))).toMatchObject({
      version: 7,
      restored_version: 2,
      files_removed: 4,
    });
    expect(await factsOf(() => restoreTable(folder, flags))).toMatchObject({
      version: 'unchanged: version 7 is the same as version 2',
    });
    await expect(restoreTable(folder, { ...flags, version: 99 })).rejects.toMatchObject({
      code: 'no-such-version',
    });
  });
});
