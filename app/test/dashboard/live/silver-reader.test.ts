import { beforeEach, describe, expect, it } from 'vitest';
import type { AddFile } from '@contrail/delta-lake';
import type { TableSnapshot } from '../../../src/dashboard/watch/lake-tables.ts';
import { LiveHub } from '../../../src/dashboard/live/live-hub.ts';
import { SilverReader } from '../../../src/dashboard/live/silver-reader.ts';
import { START_WINDOW_S } from '../../../src/dashboard/live/silver-rows.ts';
import { loadQueries } from '../../../src/dashboard/queries/load.ts';
import type { LiveState } from '../../../src/dashboard/protocol.ts';
import type { Engine, Row, Select } from '../../../src/engine/engine.ts';
import { silverRow } from '../silver-row.ts';
import { tableSnapshot } from '../table-snapshot.ts';
import { NOW } from './sightings.ts';

/** A file of Silver by its name, with the newest time_position that it says it holds. */
const file = (path: string, newest: number | null, dataChange = true): AddFile => ({
  path,
  size: 1,
  modificationTime: 0,
  dataChange,
  partitionValues: {},
  statsText: null,
  stats:
    newest === null
      ? null
      : { numRecords: 1, minValues: {}, maxValues: { time_position: newest }, nullCount: {} },
});

/** A snapshot of these files that chooses by statistics as the library does. */
function snapshotOf(...files: readonly AddFile[]): TableSnapshot {
  return tableSnapshot({
    version: files.length,
    fileCount: files.length,
    files: (predicate) => {
      const since = (predicate as readonly { readonly min?: bigint }[] | undefined)?.[0]?.min ?? 0n;
      return files.filter(
        ({ stats }) => stats === null || BigInt(stats.maxValues['time_position'] as number) >= since,
      );
    },
  });
}

describe('the reader of Silver', () => {
  let hub: LiveHub;
  let reader: SilverReader;
  let reads: { readonly files: readonly string[]; readonly since: unknown }[];
  let failures: number;

  beforeEach(async () => {
    reads = [];
    failures = 0;
    const engine: Pick<Engine, 'rows'> = {
      rows: async ({ relations, parameters }: Select): Promise<readonly Row[]> => {
        const { silver } = relations;
        const files = silver?.kind === 'files' ? silver.files.map(({ path }) => path) : [];
        reads.push({ files, since: parameters?.['since'] });
        if (failures-- > 0) throw new Error('the engine is away');
        return files.map((name) => silverRow({ icao24: name }));
      },
    };
    hub = new LiveHub({
      clock: () => NOW * 1000,
      state: () => ({}) as LiveState,
      progress: () => ({ type: 'progress', progress: null }),
    });
    const { 'newest-sightings': sql } = await loadQueries();
    reader = new SilverReader(hub, engine as Engine, sql, new AbortController().signal);
  });

  it('does not call a picture empty that it could not read yet, and one without a table it does', async () => {
    failures = 1;
    await expect(reader.take({ kind: 'opened', snapshot: snapshotOf(file('aaaaaa', NOW)) })).rejects.toThrow(
      'away',
    );
    expect(hub.isReady).toBe(false);
    await reader.take({ kind: 'idle' });
    expect([hub.isReady, hub.picture.size]).toEqual([true, 1]);
    hub.reset();
    await reader.take({ kind: 'idle' });
    expect([hub.isReady, hub.picture.size]).toEqual([true, 0]);
  });

  it('starts from the files of the newest 15 minutes, and those that do not say how old they are', async () => {
    const snapshot = snapshotOf(
      file('aaaaaa', NOW - START_WINDOW_S - 1),
      file('bbbbbb', NOW - START_WINDOW_S),
      file('cccccc', null),
      file('dddddd', NOW),
    );
    await reader.take({ kind: 'opened', snapshot });
    expect(reads).toEqual([{ files: ['bbbbbb', 'cccccc', 'dddddd'], since: BigInt(NOW - START_WINDOW_S) }]);
    expect(hub.picture.size).toBe(3);
  });

  it('reads the files that a commit added, not those that compaction rewrote', async () => {
    const snapshot = snapshotOf(file('aaaaaa', NOW));
    await reader.take({ kind: 'opened', snapshot });
    const adds = [file('bbbbbb', NOW), file('aaaaaa', NOW, false)];
    await reader.take({ kind: 'commit', version: 2, adds, removes: [], snapshot });
    expect(reads[1]).toEqual({ files: ['bbbbbb'], since: BigInt(NOW - 300) });
    expect(hub.ticks.tick).toBe(2);
  });

  const gone = (path: string) => ({ path, deletionTimestamp: 0, dataChange: true });

  it('keeps its picture, and reads nothing, when a rebuild replaces files of old rows', async () => {
    const now = file('aaaaaa', NOW);
    await reader.take({ kind: 'opened', snapshot: snapshotOf(now, file('bbbbbb', NOW - 7200)) });
    const { picture } = hub;
    const adds = [file('cccccc', NOW - 7200), file('dddddd', NOW - 9000)];
    const snapshot = snapshotOf(now, ...adds);
    await reader.take({ kind: 'commit', version: 3, adds, removes: [gone('bbbbbb')], snapshot });
    expect(reads).toHaveLength(1);
    expect([hub.picture === picture, hub.picture.size]).toEqual([true, 1]);
    // The rows after it come as ever.
    const next = file('eeeeee', NOW);
    const later = snapshotOf(now, ...adds, next);
    await reader.take({ kind: 'commit', version: 4, adds: [next], removes: [], snapshot: later });
    expect(reads[1]?.files).toEqual(['eeeeee']);
  });

  it.each([
    ['hold rows of the picture', file('bbbbbb', NOW - 60)],
    ['do not say how old their rows are', file('bbbbbb', null)],
  ])('starts a new picture when removed files %s', async (_, removed) => {
    const now = file('aaaaaa', NOW);
    await reader.take({ kind: 'opened', snapshot: snapshotOf(now, removed) });
    const snapshot = snapshotOf(now);
    await reader.take({ kind: 'commit', version: 3, adds: [], removes: [gone('bbbbbb')], snapshot });
    expect(reads[1]?.files).toEqual(['aaaaaa']);
    expect(hub.picture.size).toBe(1);
  });

  it('reads again what a failed read should have brought, until it succeeds', async () => {
    const first = snapshotOf(file('aaaaaa', NOW));
    await reader.take({ kind: 'opened', snapshot: first });
    failures = 2;
    const both = snapshotOf(file('aaaaaa', NOW), file('bbbbbb', NOW));
    const commit = {
      kind: 'commit',
      version: 2,
      adds: [file('bbbbbb', NOW)],
      removes: [],
      snapshot: both,
    } as const;
    await expect(reader.take(commit)).rejects.toThrow('the engine is away');
    await expect(reader.take({ kind: 'idle' })).rejects.toThrow('the engine is away');
    const all = snapshotOf(file('aaaaaa', NOW), file('bbbbbb', NOW), file('cccccc', NOW));
    await reader.take({
      kind: 'commit',
      version: 3,
      adds: [file('cccccc', NOW)],
      removes: [],
      snapshot: all,
    });
    expect(hub.picture.size).toBe(3);
    const before = reads.length;
    await reader.take({ kind: 'idle' });
    expect(reads.length).toBe(before);
  });

  it('shows the recording that is more than a sample, though a newer one was committed after it', async () => {
    const YEAR = 31_536_000;
    const recorded = (path: string, years: number, numRecords: number): AddFile => {
      const one = file(path, NOW - years * YEAR);
      return { ...one, stats: one.stats === null ? null : { ...one.stats, numRecords } };
    };
    const world = recorded('aaaaaa', 5, 5400);
    const sample = recorded('bbbbbb', 3, 4);
    await reader.take({ kind: 'opened', snapshot: snapshotOf(world) });
    const both = snapshotOf(world, sample);
    await reader.take({ kind: 'commit', version: 2, adds: [sample], removes: [], snapshot: both });
    expect(reads.at(-1)).toEqual({ files: ['aaaaaa'], since: BigInt(NOW - 5 * YEAR - START_WINDOW_S) });
  });

  it('forgets what a commit took away, also while what is left cannot be read', async () => {
    await reader.take({ kind: 'opened', snapshot: snapshotOf(file('aaaaaa', NOW), file('bbbbbb', NOW)) });
    const removes = [{ path: 'aaaaaa', deletionTimestamp: 0, dataChange: true }];
    const left = snapshotOf(file('bbbbbb', NOW));
    failures = 1;
    const taken = reader.take({ kind: 'commit', version: 2, adds: [], removes, snapshot: left });
    await expect(taken).rejects.toThrow('the engine is away');
    expect(hub.picture.size).toBe(0);
    await reader.take({ kind: 'idle' });
    expect(reads.at(-1)?.files).toEqual(['bbbbbb']);
    expect(hub.picture.size).toBe(1);
    // Compaction takes nothing away.
    const before = hub.ticks.picture;
    const compacted = removes.map((one) => ({ ...one, dataChange: false }));
    await reader.take({ kind: 'commit', version: 3, adds: [], removes: compacted, snapshot: left });
    expect(hub.ticks.picture).toBe(before);
  });

  it('empties the picture, under another number, when the table goes', async () => {
    await reader.take({ kind: 'opened', snapshot: snapshotOf(file('aaaaaa', NOW)) });
    const before = hub.ticks.picture;
    await reader.take({ kind: 'gone' });
    expect([hub.picture.size, hub.ticks.picture === before]).toEqual([0, false]);
  });
});
