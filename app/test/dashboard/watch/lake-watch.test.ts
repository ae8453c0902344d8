import { DeltaError, localStore } from '@contrail/delta-lake';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_COMMITS_TOLD, watchTable } from '../../../src/dashboard/watch/lake-watch.ts';
import type { TableEvent, WatchedTable } from '../../../src/dashboard/watch/lake-watch.ts';
import { Lake } from '../../../src/lake/lake.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { LakeFixture } from '../lake-fixture.ts';
import { silverRow } from '../silver-row.ts';
import { tableSnapshot } from '../table-snapshot.ts';

const HOUR_MS = 3_600_000;

/** The next event that is not `idle`, as one line. */
async function next(events: AsyncGenerator<TableEvent>): Promise<string> {
  for (;;) {
    const { value } = await events.next();
    const event = value as TableEvent;
    if (event.kind === 'idle') continue;
    if (event.kind === 'opened') return `opened ${event.snapshot.version}`;
    return event.kind === 'commit' ? `commit ${event.version} (+${event.adds.length})` : event.kind;
  }
}

describe('the watch of a table', () => {
  let lake: LakeFixture;
  let stop: AbortController;
  beforeEach(async () => {
    lake = await LakeFixture.create();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await lake[Symbol.asyncDispose]();
  });

  const watch = (pollMs: number): AsyncGenerator<TableEvent> => {
    const watched = new Lake(localStore(lake.root), Date.now);
    const { url } = watched.store.at(SILVER_FLIGHTS.name);
    const open = (): ReturnType<Lake['reopen']> => watched.reopen(SILVER_FLIGHTS);
    return watchTable({ url, open, signal: stop.signal, pollMs });
  };
  const watchFake = (open: () => Promise<WatchedTable | null>): AsyncGenerator<TableEvent> =>
    watchTable({ url: 'memory://lake', open, signal: stop.signal, pollMs: 1 });

  it('tells each commit once, in order, called by the file system alone', async () => {
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    // The poll is an hour away: what comes within the test came by a call.
    const events = watch(HOUR_MS);
    expect(await next(events)).toBe('opened 1');
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    expect([await next(events), await next(events)]).toEqual(['commit 2 (+1)', 'commit 3 (+1)']);
    const later = next(events);
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    expect(await later).toBe('commit 4 (+1)');
  });

  it('awaits a table that is not there, says when it goes, and tells another one at its place as new', async () => {
    const events = watch(20);
    expect((await events.next()).value).toEqual({ kind: 'idle' });
    const first = next(events);
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    // Made and filled are two commits; a look may fall between them.
    const seen = [await first];
    if (seen[0] === 'opened 0') seen.push(await next(events));
    expect(['opened 1', 'commit 1 (+1)']).toContain(seen.at(-1));
    await lake.drop(SILVER_FLIGHTS);
    const gone = [await next(events)];
    // A look may meet the folder half deleted; then it says so and looks again.
    while (gone.at(-1) === 'failed') gone.push(await next(events));
    expect(gone.at(-1)).toBe('gone');
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    expect(await next(events)).toMatch(/^opened [01]$/);
  });

  it('notices a table made again with as many versions between two looks', async () => {
    await lake.append(SILVER_FLIGHTS, [silverRow()]);
    const events = watch(20);
    expect(await next(events)).toBe('opened 1');
    await lake.drop(SILVER_FLIGHTS);
    await lake.append(SILVER_FLIGHTS, [silverRow(), silverRow({ icao24: 'bbbbbb' })]);
    expect(await next(events)).toBe('opened 1');
  });

  it('tells a table that ran far ahead as new, and ends with the signal', async () => {
    const versions = [1, MAX_COMMITS_TOLD + 2];
    const asked: number[] = [];
    const table: WatchedTable = {
      commitStamp: async () => null,
      snapshot: async () => tableSnapshot({ version: versions.shift() ?? MAX_COMMITS_TOLD + 2 }),
      changes: async (version) => {
        asked.push(version);
        return { adds: [], removes: [] };
      },
    };
    const events = watchFake(async () => table);
    expect([await next(events), await next(events)]).toEqual(['opened 1', `opened ${MAX_COMMITS_TOLD + 2}`]);
    expect(asked).toEqual([]);
    stop.abort();
    expect([(await events.next()).value, (await events.next()).done]).toEqual([{ kind: 'idle' }, true]);
  });

  it('tells a table as new where the log has lost the commits between', async () => {
    const versions = [1, 5, 6];
    const table: WatchedTable = {
      commitStamp: async () => null,
      snapshot: async () => tableSnapshot({ version: versions.shift() ?? 6 }),
      changes: async (version) => {
        if (version < 6) throw new DeltaError('no-such-version', 'cleaned up');
        return { adds: [], removes: [] };
      },
    };
    const events = watchFake(async () => table);
    expect([await next(events), await next(events), await next(events)]).toEqual([
      'opened 1',
      'opened 5',
      'commit 6 (+0)',
    ]);
  });

  it('goes on after a failure', async () => {
    let attempts = 0;
    const open = async (): Promise<WatchedTable | null> => {
      if (attempts++ === 0) throw new Error('the store is away');
      return null;
    };
    const events = watchFake(open);
    expect((await events.next()).value).toMatchObject({
      kind: 'failed',
      error: { message: 'the store is away' },
    });
    expect((await events.next()).value).toEqual({ kind: 'idle' });
  });
});
