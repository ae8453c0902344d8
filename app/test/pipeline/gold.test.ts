import type { AddFile } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { factsOf, filesOfWindows, freshFacts } from '../../src/pipeline/gold.ts';
import { openEngine } from './small-world.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const file = (path: string, from: number, to: number): AddFile =>
  ({
    path,
    stats: { numRecords: 1, minValues: { window_start: at(from) }, maxValues: { window_start: at(to) } },
  }) as unknown as AddFile;

it('replaces the files of touched windows, and rewrites those that hold others too', () => {
  const files = [
    file('touched', 300, 300),
    file('beside', 600, 600),
    file('compacted around', 0, 600),
    file('compacted up to', 0, 300),
    file('compacted before', 0, 200),
    file('compacted between two touched', 1200, 1500),
    file('touched too', 1800, 1800),
  ];
  const { replaced, mixed } = filesOfWindows({ files: () => files } as never, [300n, 1800n]);
  expect(replaced.map(({ path }) => path)).toEqual(['touched', 'touched too']);
  // A file between the first and the last is taken for mixed: its rows move, which changes none.
  expect(mixed.map(({ path }) => path)).toEqual([
    'compacted around',
    'compacted up to',
    'compacted between two touched',
  ]);
});

it('tells the windows of new rows in their order, and the newest event time of all', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-gold-'));
  await using engine = await openEngine(directory);
  const rows = [905n, 100n, 299n, 901n, 700n].map((time_position) => ({ icao24: 'abc001', time_position }));
  const fresh = { kind: 'rows', columns: SILVER_FLIGHTS_ML.columns, rows } as const;
  expect(await freshFacts(engine, fresh)).toEqual({ rows: 5, newest: 905n, touched: [0n, 600n, 900n] });
  expect(await freshFacts(engine, { ...fresh, rows: [] })).toEqual({ rows: 0, newest: null, touched: [] });
  rmSync(directory, { recursive: true, force: true });
});

it('tells the same from the statistics of files, unless a window between two others may have rows', () => {
  const holding = (rows: number, min: bigint, max: bigint, nulls = 0) => ({
    rows,
    statistics: { time_position: { nulls, min, max } },
  });
  expect(factsOf([])).toEqual({ rows: 0, newest: null, touched: [] });
  expect(factsOf([holding(2, 299n, 300n)])).toEqual({ rows: 2, newest: 300n, touched: [0n, 300n] });
  // Two days, one file each.
  const days = [holding(1, 86_400n, 86_400n), holding(4, 86_100n, 86_399n)];
  expect(factsOf(days)).toEqual({ rows: 5, newest: 86_400n, touched: [86_100n, 86_400n] });
  expect(factsOf([holding(3, 299n, 600n)])).toBeNull();
  expect(factsOf([holding(3, 299n, 300n, 1)])).toBeNull();
  expect(factsOf([{ rows: 1, statistics: {} }])).toBeNull();
});
