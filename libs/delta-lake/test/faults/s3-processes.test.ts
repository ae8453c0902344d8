import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { canonicalRow, createTable, openTable, type S3Options, struct } from '../../src/index.ts';
import { SERVERS } from '../storage/s3/servers.ts';
import { STAND_IN_KEYS, StandIn } from '../storage/s3/stand-in.ts';
import { SCHEMA } from '../tables.ts';

const SECONDS = 60;
const WRITERS = 32;
const WORKER = join(import.meta.dirname, '../storage/s3/worker.ts');

/** gofakes3, whose conditional PUT passes the race of `s3-servers.test.ts`; else the stand-in. */
async function startServer(): Promise<S3Options> {
  const real = SERVERS.find(({ name, start }) => name === 'gofakes3' && start);
  if (real?.start) {
    const server = await real.start();
    onTestFinished(() => server[Symbol.asyncDispose]());
    return { ...server.s3, conditionalPut: true };
  }
  console.warn('gofakes3 is not here: the processes race on the stand-in.');
  const standIn = await new StandIn().listen();
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return { endpoint: standIn.endpoint, credentials: STAND_IN_KEYS, conditionalPut: true };
}

test(`${WRITERS} processes append to a table in S3 and one compacts it for ${SECONDS} s: no row is lost or doubled`, async () => {
  const s3 = await startServer();
  const address = 's3://bucket/table';
  await createTable(address, { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '50' } }, { s3 });
  const run = async (what: string, name: string) => {
    const args = [
      '--conditions=@contrail/source',
      WORKER,
      what,
      address,
      JSON.stringify(s3),
      name,
      String(SECONDS),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as { name: string; commits: number; lostGroups: number };
  };
  const [compactor, ...writers] = await Promise.all([
    run('optimize', 'compactor'),
    ...Array.from({ length: WRITERS }, (_, i) => run('append', `writer${i}`)),
  ]);

  const table = await openTable(address, { s3 });
  const appended = writers.reduce((sum, { commits }) => sum + commits, 0);
  console.info(
    `${appended} appends and ${compactor?.commits} compactions (${compactor?.lostGroups} groups lost to appenders) in ${SECONDS} s`,
  );
  expect(table.cached().version).toBe(appended + (compactor?.commits ?? 0));
  expect(compactor?.commits).toBeGreaterThan(0);
  const found: string[] = [];
  for await (const batch of table.cached().rows({ columns: ['id', 'name'] }))
    for (const row of batch) found.push(canonicalRow(struct({ name: 'string', id: 'long' }), row));
  const expected = writers.flatMap(({ name, commits }) =>
    Array.from({ length: commits }, (_, i) => JSON.stringify([name, i])),
  );
  expect(found.toSorted()).toEqual(expected.toSorted());
  const { findings } = await table.check();
  expect(findings).toEqual([]);
});
