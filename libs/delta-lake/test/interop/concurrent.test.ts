import { setImmediate } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { createTable, openTable, type Row } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { canonicalRows, expectAgreement } from './agreement.ts';
import { isInstalled, test } from './fixtures.ts';
import { rowSet } from './random-rows.ts';
import { PLAIN } from './schemas.ts';

const COMMITS = 30;

const rowOf = (writer: string, i: number): Row => ({
  id: BigInt(i),
  name: writer,
  amount: i / 4,
  day: '2026-11-24',
});
const namesOf = (writer: string): string[] =>
  Array.from({ length: COMMITS }, (_, i) => `[${i},"${writer}",${i / 4},"2026-11-24"]`);

// Delta Spark is not here: on a local disk it looks whether a commit is there and then renames, which no other process
// may meet (its LocalLogStore says so).
describe.skipIf(!isInstalled('delta-rs'))('delta-rs and this library at once', () => {
  test('append to one local table, and nothing is lost', async ({ peers }) => {
    const peer = await peers.open('delta-rs');
    const path = temporaryFolder();
    const table = await createTable(path, {
      schema: PLAIN,
      configuration: { 'delta.checkpointInterval': '10' },
    });
    let theirCommits = 0;
    // We are quicker: after each append we wait for one of theirs, while their next is under way already.
    const ours = async (): Promise<void> => {
      for (let i = 0; i < COMMITS; i++) {
        const seen = theirCommits;
        expect(await table.append([rowOf('ours', i)])).toMatchObject({ kind: 'committed' });
        while (theirCommits === seen && seen < COMMITS) await setImmediate();
      }
    };
    const theirs = async (): Promise<void> => {
      for (; theirCommits < COMMITS; theirCommits++)
        await peer.call('append', { path, ...rowSet(PLAIN, [rowOf('theirs', theirCommits)]) });
    };
    await Promise.all([ours(), theirs()]);
    await table.settled();

    const snapshot = (await openTable(path)).cached();
    expect(snapshot.version).toBe(2 * COMMITS);
    const all = [...namesOf('ours'), ...namesOf('theirs')];
    expect((await canonicalRows(snapshot)).toSorted()).toEqual(all.toSorted());
    await expectAgreement(peer, path);
    // The two took turns: otherwise nothing was shown.
    const engines: (string | null)[] = [];
    for await (const { engineInfo } of table.history()) engines.push(engineInfo);
    const turns = engines.filter((engine, i) => i > 0 && engine !== engines[i - 1]);
    expect(turns.length).toBeGreaterThan(3);
  });

  test('append while we compact, and nothing is lost', async ({ peers }) => {
    const peer = await peers.open('delta-rs');
    const path = temporaryFolder();
    const table = await createTable(path, {
      schema: PLAIN,
      configuration: { 'delta.checkpointInterval': '10' },
    });
    let isOver = false;
    const theirs = async (): Promise<void> => {
      for (let i = 0; i < COMMITS; i++)
        await peer.call('append', { path, ...rowSet(PLAIN, [rowOf('theirs', i)]) });
      isOver = true;
    };
    const compact = async (): Promise<void> => {
      while (!isOver) {
        await table.optimize();
        // On a local disk a look at the log is quicker than a turn of the event loop.
        await setImmediate();
      }
    };
    await Promise.all([theirs(), compact()]);
    await table.optimize();
    await table.settled();
    const snapshot = (await openTable(path)).cached();
    expect((await canonicalRows(snapshot)).toSorted()).toEqual(namesOf('theirs').toSorted());
    expect(snapshot.fileCount).toBe(1);
    await expectAgreement(peer, path);
  });
});
