import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { createTable, openTable, struct } from '../../src/index.ts';
import { collect, temporaryFolder } from '../tables.ts';

const WRITERS = 4;
const ROUNDS = 25;
const APPENDER = join(import.meta.dirname, 'row-appender.ts');
const ALL = { retentionMs: 0, allowShortRetention: true } as const;

test(`${WRITERS} processes append beside forced vacuums without retention: no row is lost`, async () => {
  const folder = temporaryFolder();
  const table = await createTable(folder, { schema: struct({ writer: 'integer', row: 'long' }) });
  const writers = Array.from({ length: WRITERS }, (_, number) => {
    const child = spawn(process.execPath, [APPENDER, folder, String(number)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  for (const { lines } of writers) expect(await lines.next()).toMatchObject({ value: 'ready' });

  let deleted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await table.optimize();
    for (const scope of ['folder', 'log'] as const)
      deleted += (await table.vacuum({ ...ALL, scope })).files.length;
  }
  expect(deleted).toBeGreaterThan(0);
  const counts = await Promise.all(
    writers.map(async ({ child, lines }) => {
      const exit = once(child, 'exit');
      child.stdin.end();
      const last = await lines.next();
      expect((await exit)[0]).toBe(0);
      return Number(last.value);
    }),
  );
  const other = await openTable(folder);
  const rows = (await collect(other.cached().rows())).flat();
  expect(counts.map((_, number) => rows.filter(({ writer }) => writer === number).length)).toEqual(counts);
  expect((await other.check()).findings).toEqual([]);
});
