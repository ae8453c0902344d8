import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '@contrail/delta-lake';
import { loadQueries } from '../../../src/dashboard/queries/load.ts';
import { ChunkBuilder } from '../../../src/dashboard/replay/chunk-builder.ts';
import { estimatedRows, filesOf, readChunk } from '../../../src/dashboard/replay/read-chunk.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { MAX_REPORTS } from '../../../src/wire/replay-chunk.ts';
import { AIRLINER } from '../../wire/frames.ts';
import { LakeFixture } from '../lake-fixture.ts';
import { silverRow } from '../silver-row.ts';

const FROM = 1_700_000_100;
const WINDOW = { from: FROM, to: FROM + 300 };

describe('a chunk is bounded', () => {
  let lake: LakeFixture;
  beforeAll(async () => {
    lake = await LakeFixture.create();
  });
  afterAll(() => lake[Symbol.asyncDispose]());

  it('by its rows: a builder takes as many as a chunk may have, and no more', () => {
    const builder = new ChunkBuilder();
    const told = { ...AIRLINER, origin_country: null, feed: null };
    for (let seconds = 0; seconds < MAX_REPORTS; seconds++) builder.add({ ...told, seconds: seconds % 300 });
    expect(builder.add({ ...told, seconds: 1 })).toBe(false);
    expect(builder.chunk({ ...WINDOW, until: WINDOW.to, step: 1, cut: true }).reports).toBe(MAX_REPORTS);
  });

  it('by a step that follows from the statistics of its files: of each aircraft the newest of each step is kept', async () => {
    const seconds = Array.from({ length: 300 }, (_, i) => i);
    await lake.append(
      SILVER_FLIGHTS,
      seconds.map((i) => silverRow({ time_position: BigInt(FROM + i), last_contact: BigInt(FROM + i) })),
    );
    const snapshot = await (await openTable(`${lake.root}/${SILVER_FLIGHTS.name}`)).snapshot();
    const files = filesOf(snapshot, WINDOW);
    expect(estimatedRows(files, WINDOW)).toBeCloseTo(300, 6);
    const [file] = files;
    if (file?.stats == null) throw new Error('no statistics');
    // As if the file had 6,000 aircraft more.
    const many = [{ ...file, stats: { ...file.stats, numRecords: 6000 * 300 } }];
    const { replay } = await loadQueries();
    const read = { ...WINDOW, snapshot, now_s: FROM + 4000, signal: new AbortController().signal };
    const all = await readChunk(lake.engine, replay, { ...read, files });
    expect([all.step, all.reports]).toEqual([1, 300]);
    const few = await readChunk(lake.engine, replay, { ...read, files: many });
    expect([few.step, few.reports]).toEqual([5, 60]);
    expect([...few.reportColumns.time.subarray(0, 3)]).toEqual([4, 9, 14]);
  });

  it('reads only files of its days and times', async () => {
    const snapshot = await (await openTable(`${lake.root}/${SILVER_FLIGHTS.name}`)).snapshot();
    expect(filesOf(snapshot, { from: FROM + 1200, to: FROM + 1500 })).toHaveLength(0);
    expect(filesOf(snapshot, { from: FROM + 1199, to: FROM + 1499 })).toHaveLength(1);
    expect(filesOf(snapshot, { from: FROM - 86_400, to: FROM - 86_100 })).toHaveLength(0);
  });
});
