import { memoryStore } from '@contrail/delta-lake';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SourceWord } from '../../src/flight/source-word.ts';
import { Lake } from '../../src/lake/lake.ts';
import { PROGRESS_FILE, type Progress } from '../../src/lake/progress.ts';
import { Report } from '../../src/pipeline/report.ts';
import { PROGRESS } from '../dashboard/progress-fixture.ts';

const TRIGGER_MS = 30_000;

describe('the report of the pipeline', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 0 }));
  afterEach(() => void vi.useRealTimers());

  function setUp(words: readonly SourceWord[] = []): {
    readonly report: Report;
    readonly again: () => Report;
    readonly read: () => Promise<Progress>;
  } {
    const store = memoryStore();
    const topic = { name: 't', words: async () => words };
    const options = { topic, engine: { name: 'spark' as const }, triggerMs: TRIGGER_MS };
    const again = (): Report => new Report({ ...options, lake: new Lake(store, Date.now), clock: Date.now });
    const report = again();
    const read = async (): Promise<Progress> =>
      JSON.parse(new TextDecoder().decode(await store.get(PROGRESS_FILE))) as Progress;
    return { report, again, read };
  }

  it('is repeated at every trigger while a micro-batch takes long, and not after it', async () => {
    const { report, read } = setUp();
    await report.write('running', [{ partition: 0, start: 5n, end: 9n }]);
    const batch = Promise.withResolvers<string>();
    const running = report.during(batch.promise);
    vi.advanceTimersByTime(TRIGGER_MS * 10);
    await vi.waitFor(async () => expect((await read()).at_ms).toBeGreaterThanOrEqual(TRIGGER_MS * 10));
    expect(await read()).toMatchObject({ state: 'running', topic: { partitions: [{ lag: 4 }] } });
    batch.resolve('done');
    expect(await running).toBe('done');
    vi.advanceTimersByTime(TRIGGER_MS * 10);
    await report.write('stopped', null);
    expect(await read()).toMatchObject({ state: 'stopped' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says what the pipeline waits for until it runs again', async () => {
    const { report, read } = setUp();
    await report.trouble(new Error('Kafka is away.'));
    expect(await read()).toMatchObject({ state: 'waiting', message: 'Kafka is away.' });
    await report.write('running', []);
    expect(await read()).toMatchObject({ state: 'running', message: null });
  });

  it('has what sources say here while the topic is away, and what they say over the topic when it is back', async () => {
    const store = memoryStore();
    const word = { source: 'opensky', message: null, next_poll_at_ms: null, credits_left: null, notices: [] };
    const before: SourceWord = { ...word, state: 'ok', at_ms: 1 };
    const waiting: SourceWord = { ...word, state: 'waiting', message: '2 polls wait', at_ms: 2 };
    let [isAway, here]: [boolean, readonly SourceWord[]] = [false, []];
    const words = async (): Promise<readonly SourceWord[]> => {
      if (isAway) throw new Error('Kafka is away.');
      return [before];
    };
    const report = new Report({
      topic: { name: 't', words },
      engine: { name: 'duckdb' },
      triggerMs: TRIGGER_MS,
      lake: new Lake(store, Date.now),
      clock: Date.now,
      wordsHere: () => here,
    });
    const sources = async () =>
      (JSON.parse(new TextDecoder().decode(await store.get(PROGRESS_FILE))) as Progress).sources;
    await report.write('waiting', []);
    expect(await sources()).toEqual([before]);
    [isAway, here] = [true, [waiting]];
    await report.trouble(new Error('Kafka is away.'));
    expect(await sources()).toEqual([waiting]);
    [isAway, here] = [false, []];
    await report.write('waiting', []);
    expect(await sources()).toEqual([before]);
  });

  it('names a clock that differs from the feed as long as the newest micro-batch says so', async () => {
    const { report, read } = setUp();
    report.add({ ...PROGRESS.batches[0]!, clock_behind_s: 1200 });
    await report.write('waiting', []);
    expect(await read()).toMatchObject({
      state: 'waiting',
      message: null,
      notices: [expect.stringContaining('20 min behind')],
    });
    report.add({ ...PROGRESS.batches[0]!, clock_behind_s: null });
    await report.write('waiting', []);
    expect(await read()).not.toHaveProperty('notices');
  });

  it('carries what the sources say, and the pace of each feed, over a restart', async () => {
    const word: SourceWord = {
      source: 'opensky',
      state: 'ok',
      message: null,
      at_ms: 5,
      next_poll_at_ms: 90_005,
      credits_left: 62,
      notices: [],
    };
    const { report, again, read } = setUp([word]);
    await report.begin();
    for (const snapshot of [1000, 1090, 1180])
      report.add({ ...PROGRESS.batches[0]!, feeds: [{ feed: 'opensky', snapshot, snapshots: 1 }] });
    await report.write('waiting', []);
    const feeds = [{ feed: 'opensky', snapshot: 1180, pace_s: 90 }];
    expect(await read()).toMatchObject({ sources: [word], feeds });
    const next = again();
    await next.begin();
    expect(await read()).toMatchObject({ state: 'starting', feeds });
  });

  it('is no reason to fail when the lake is away', async () => {
    const { report } = setUp();
    const lake = new Lake({ ...memoryStore(), put: () => Promise.reject(new Error('away')) }, Date.now);
    const lost = new Report({
      lake,
      topic: { name: 't', words: () => Promise.reject(new Error('away')) },
      engine: { name: 'duckdb' },
      triggerMs: 1,
      clock: Date.now,
    });
    await expect(lost.trouble(new Error('S3 is away.'))).resolves.toBeUndefined();
    await expect(report.during(Promise.reject(new Error('the batch failed')))).rejects.toThrow(
      'the batch failed',
    );
  });
});
