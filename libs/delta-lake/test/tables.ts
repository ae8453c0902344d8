import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type DataFile,
  type DeltaTable,
  hyparquetCodec,
  type Row,
  struct,
  type StructType,
} from '../src/index.ts';

/** The columns of most test tables. */
export const SCHEMA: StructType = struct({ id: 'long', name: 'string', day: 'date' });

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'delta-lake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A data file that nobody wrote, for tests that only look at the log. */
export function fileNamed(path: string, facts: Partial<DataFile> = {}): DataFile {
  return { path, bytes: 100, rows: 10, partition: {}, statistics: {}, ...facts };
}

/** Writes a real data file into the table. */
export async function writeFile(
  table: DeltaTable,
  path: string,
  schema: StructType,
  rows: readonly Row[],
): Promise<DataFile> {
  const body = await hyparquetCodec().write(rows, schema);
  await table.store.put(path, body);
  return { path, bytes: body.byteLength, rows: rows.length, partition: {}, statistics: {} };
}

/** Paths of the live files, sorted. */
export function paths(snapshot: { files(): Iterable<{ readonly path: string }> }): string[] {
  return Array.from(snapshot.files(), ({ path }) => path).sort();
}

/** Everything that comes, in order. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
