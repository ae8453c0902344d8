import { describe, expect, test } from 'vitest';
import { Commits, type Commit } from '../../src/state/commits.ts';

const commit = (table: string, version: number): Commit => ({
  type: 'commit',
  table,
  version,
  rows: 1,
  at: version,
});

/** The tables of one batch, in the order of their commits. */
const BATCH = ['bronze', 'quarantine', 'silver', 'silver_ml', 'gold/traffic', 'gold/metrics'];

describe('the commits of a batch', () => {
  test('make a panel ask once, for its own table', () => {
    const commits = new Commits();
    const heard: (number | null)[] = [];
    commits.of('gold/traffic').subscribe((one) => heard.push(one?.version ?? null));
    for (const version of [1, 2]) for (const table of BATCH) commits.take(commit(table, version));
    expect(heard).toEqual([null, 1, 2]);
    expect(commits.all.value).toBe(12);
  });

  test('are told when somebody looks again: the newest of each table alone', () => {
    const commits = new Commits();
    const heard: (number | null)[] = [];
    commits.of('silver').subscribe((one) => heard.push(one?.version ?? null));
    commits.setPaused(true);
    for (let version = 1; version <= 100; version++) commits.take(commit('silver', version));
    commits.take(commit('bronze', 1));
    expect([heard, commits.all.value]).toEqual([[null], 0]);
    commits.setPaused(false);
    expect([heard, commits.all.value]).toEqual([[null, 100], 2]);
    commits.setPaused(false);
    expect(heard).toHaveLength(2);
  });
});
