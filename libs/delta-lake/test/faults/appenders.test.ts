import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createTable, openTable, struct } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';

const WRITERS = 32;
/** `STRESS_SECONDS=60 npm run test:stress` for a long run. */
const SECONDS = Number(process.env['STRESS_SECONDS'] ?? 10);
const APPENDER = join(import.meta.dirname, 'row-appender.ts');

interface Writer {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

function startWriter(folder: string, number: number): Writer {
  const child = spawn(process.execPath, [APPENDER, folder, String(number)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  return { child, lines };
}

test(
  `${WRITERS} processes append and one compacts: no row is lost, none is doubled, no writer ever fails`,
  { timeout: (SECONDS + 240) * 1000 },
  async () => {
    const folder = temporaryFolder();
    const table = await createTable(folder, {
      schema: struct({ writer: 'integer', row: 'long' }),
      configuration: { 'delta.checkpointInterval': '50' },
    });
    const writers = Array.from({ length: WRITERS }, (_, number) => startWriter(folder, number));
    for (const { lines } of writers) expect(await lines.next()).toMatchObject({ value: 'ready' });

    let compactions = 0;
    const until = performance.now() + SECONDS * 1000;
    while (performance.now() < until) {
      const report = await table.optimize();
      expect(report.lostGroups).toBe(0);
      if (report.version !== null) compactions += 1;
      await wait(50);
    }
    const counts = await Promise.all(
      writers.map(async ({ child, lines }) => {
        const exit = once(child, 'exit');
        child.stdin?.end();
        const last = await lines.next();
        expect((await exit)[0]).toBe(0);
        return Number(last.value);
      }),
    );
    await table.optimize();
    await table.settled();

    const snapshot = (await openTable(folder)).cached();
    const rows = new Map<number, bigint[]>();
    for await (const batch of snapshot.rows()) {
      for (const row of batch) {
        const writer = row['writer'] as number;
        rows.set(writer, [...(rows.get(writer) ?? []), row['row'] as bigint]);
      }
    }
    for (const [writer, count] of counts.entries()) {
      expect(rows.get(writer)?.toSorted((a, b) => Number(a - b)) ?? []).toEqual(
        Array.from({ length: count }, (_, row) => BigInt(row)),
      );
      expect(snapshot.transactionVersion(`writer${writer}`)).toBe(count > 0 ? count - 1 : null);
    }
    const commits = counts.reduce((sum, count) => sum + count, 0);
    expect(commits).toBeGreaterThan(WRITERS);
    expect(compactions).toBeGreaterThan(0);
    expect(snapshot.version).toBeGreaterThanOrEqual(commits + compactions);
    const report = await table.check();
    expect(report.findings).toEqual([]);
    process.stdout.write(`${commits} appends by ${WRITERS} processes, ${compactions} compactions\n`);
  },
);
