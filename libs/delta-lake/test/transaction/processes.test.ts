import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTable, openTable } from '../../src/index.ts';
import { paths, SCHEMA, temporaryFolder } from '../tables.ts';

const APPENDER = join(import.meta.dirname, 'appender.ts');

function startAppender(folder: string, name: string, count: number): ChildProcess {
  const child = spawn(process.execPath, [APPENDER, folder, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

describe('several processes on one local table', () => {
  test(
    '8 processes append 50 commits each: none is lost, none is doubled',
    { timeout: 120_000 },
    async () => {
      const folder = temporaryFolder();
      await createTable(folder, { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '20' } });
      const children = Array.from({ length: 8 }, (_, i) => startAppender(folder, `writer${i}`, 50));
      const codes = await Promise.all(
        children.map(async (child) => (await once(child, 'exit'))[0] as number | null),
      );
      expect(codes).toEqual(Array.from({ length: 8 }, () => 0));

      const table = await openTable(folder);
      const snapshot = table.cached();
      expect(snapshot.version).toBe(400);
      expect(snapshot.fileCount).toBe(400);
      const expected = Array.from({ length: 8 }, (_, i) =>
        Array.from({ length: 50 }, (_unused, j) => `writer${i}-${j}.parquet`),
      );
      expect(paths(snapshot)).toEqual(expected.flat().sort());
      for (let i = 0; i < 8; i++) expect(snapshot.transactionVersion(`writer${i}`)).toBe(49);
      // What the checkpoints say is what the commits say.
      const report = await table.check();
      expect(report.checkpointsChecked).toBeGreaterThan(10);
      expect(report.findings.filter(({ kind }) => kind === 'checkpoint' || kind === 'checksum')).toEqual([]);
    },
  );

  test(
    'kill -9 at any moment leaves a whole table, with every acknowledged commit',
    { timeout: 120_000 },
    async () => {
      const folder = temporaryFolder();
      await createTable(folder, { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '5' } });
      for (let round = 0; round < 6; round++) {
        const child = startAppender(folder, `round${round}`, 100_000);
        const acknowledged: number[] = [];
        const lines = createInterface({ input: child.stdout ?? process.stdin });
        for await (const line of lines) {
          acknowledged.push(Number(line));
          // Killed while the next commit, a checksum or a checkpoint is being written.
          if (acknowledged.length === 7 + 3 * round) child.kill('SIGKILL');
        }
        const table = await openTable(folder);
        const snapshot = table.cached();
        expect(snapshot.version).toBeGreaterThanOrEqual(acknowledged.at(-1) ?? Infinity);
        expect(snapshot.fileCount).toBe(snapshot.version);
        expect(snapshot.transactionVersion(`round${round}`)).toBeGreaterThanOrEqual(acknowledged.length - 1);
        const report = await table.check();
        expect(report.findings.filter(({ kind }) => kind === 'checkpoint' || kind === 'checksum')).toEqual(
          [],
        );
      }
    },
  );
});
