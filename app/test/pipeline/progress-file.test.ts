import { localStore, type ObjectStore } from '@contrail/delta-lake';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROGRESS_FILE, type Progress } from '../../src/lake/progress.ts';
import { putProgress } from '../../src/pipeline/progress-file.ts';
import { PROGRESS } from '../dashboard/progress-fixture.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'contrail-progress-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (): Progress => JSON.parse(readFileSync(join(directory, PROGRESS_FILE), 'utf8')) as Progress;
const withBatches = (count: number): Progress => ({
  ...PROGRESS,
  batches: Array.from({ length: count }, (_, index) => ({ ...PROGRESS.batches[0]!, batch_id: index })),
});
/** A store on a disk without a free block. */
const full = (store: ObjectStore): ObjectStore => ({
  ...store,
  put: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
});

test('a report is written on a full disk into the room of the last one, with the newest batches that fit', async () => {
  const store = localStore(directory);
  await putProgress(store, withBatches(20));
  const { blocks } = statSync(join(directory, PROGRESS_FILE));
  await putProgress(full(store), { ...withBatches(100), state: 'waiting', message: 'The disk is full.' });
  expect(read()).toMatchObject({ state: 'waiting', message: 'The disk is full.' });
  expect(read().batches.at(-1)?.batch_id).toBe(99);
  expect(statSync(join(directory, PROGRESS_FILE)).blocks).toBe(blocks);
  await putProgress(full(store), withBatches(0));
  expect(read()).toEqual(withBatches(0));
});

test('a report that cannot be written on a full disk is an error, and the last one stays', async () => {
  const store = localStore(directory);
  await expect(putProgress(full(store), PROGRESS)).rejects.toThrow('ENOSPC');
  await putProgress(store, withBatches(0));
  const long = { ...withBatches(0), message: 'x'.repeat(10_000) };
  await expect(putProgress(full(store), long)).rejects.toThrow('ENOSPC');
  expect(read()).toEqual(withBatches(0));
});
