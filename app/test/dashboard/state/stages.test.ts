import { describe, expect, it } from 'vitest';
import type { Stage, StageName, TableStatus } from '../../../src/dashboard/protocol.ts';
import { stagesOf } from '../../../src/dashboard/state/stages.ts';
import type { StageFacts } from '../../../src/dashboard/state/stages.ts';
import { thresholdsFor } from '../../../src/dashboard/state/thresholds.ts';
import type { Progress } from '../../../src/lake/progress.ts';
import { BATCH_TABLES } from '../../../src/lake/tables.ts';
import { NOW } from '../live/sightings.ts';
import { PROGRESS } from '../progress-fixture.ts';

const NOW_MS = NOW * 1000;

function tables(age_s: number | null): readonly TableStatus[] {
  const committed_at_ms = age_s === null ? null : NOW_MS - age_s * 1000;
  return BATCH_TABLES.map(({ name }) =>
    age_s === null
      ? { name, version: null, rows: null, files: null, bytes: null, committed_at_ms, refusal: null }
      : { name, version: 3, rows: 100, files: 2, bytes: 999, committed_at_ms, refusal: null },
  );
}

function stages(change: Partial<StageFacts> = {}): Readonly<Record<StageName, Stage>> {
  const facts: StageFacts = {
    now_ms: NOW_MS,
    tables: tables(3),
    progress: PROGRESS,
    aircraft: 4000,
    event_time: NOW - 4,
    sources: [],
    thresholds: thresholdsFor(5, 0),
    ...change,
  };
  const list = stagesOf(facts);
  return Object.fromEntries(list.map((stage) => [stage.name, stage])) as Record<StageName, Stage>;
}

const states = (all: Readonly<Record<StageName, Stage>>): string =>
  Object.values(all)
    .map(({ state }) => state)
    .join(' ');

describe('the stages', () => {
  it('are ok, with rows, lag and age, and nothing to say, while all flows', () => {
    const all = stages();
    expect(states(all)).toBe('ok ok ok ok ok ok ok');
    expect(Object.values(all).map(({ sentence }) => sentence)).toEqual(Array.from({ length: 7 }, () => null));
    expect(all.source).toMatchObject({ age_s: 4 });
    expect(all.topic).toMatchObject({ rows: 300, lag: 10, age_s: 1 });
    expect(all.bronze).toMatchObject({ rows: 100, age_s: 3 });
    expect(all.gold).toMatchObject({ rows: 200, age_s: 3 });
    expect(all.dashboard).toMatchObject({ rows: 4000, age_s: 4 });
  });

  it('wait on a lake that is not there, each saying what for and what to do', () => {
    const all = stages({ tables: tables(null), progress: null, aircraft: 0, event_time: null });
    expect(states(all)).toBe('waiting waiting waiting waiting waiting waiting waiting');
    expect(all.source.sentence).toContain('contrail up');
    expect(all.topic.sentence).toContain('contrail pipeline');
    expect(all.dashboard).toMatchObject({ age_s: null, sentence: expect.stringContaining('silver') });
  });

  it('wait for a source while the pipeline runs on an empty topic', () => {
    const partitions = [{ partition: 0, next: '0', end: '0', lag: 0 }];
    const progress: Progress = {
      ...PROGRESS,
      state: 'waiting',
      batches: [],
      topic: { name: 't', partitions },
    };
    const all = stages({ tables: tables(null), progress, aircraft: 0, event_time: null });
    expect(states(all)).toBe('waiting waiting waiting waiting waiting waiting waiting');
    expect(all.topic).toMatchObject({
      rows: 0,
      lag: 0,
      sentence: expect.stringContaining('contrail produce'),
    });
    expect(all.silver.sentence).toBe('silver/flights has no rows yet; it waits for bronze.');
  });

  it('are delayed from 15 s and the trigger, and stale after a minute', () => {
    const at = (age_s: number): string =>
      states(stages({ tables: tables(age_s), event_time: NOW - age_s }))
        .split(' ')
        .slice(2)
        .join(' ');
    expect(at(20)).toBe('ok ok ok ok ok');
    expect(at(21)).toBe('ok ok ok ok delayed');
    expect(at(26)).toBe('delayed delayed delayed delayed delayed');
    expect(at(60)).toBe('delayed delayed delayed delayed delayed');
    expect(at(61)).toBe('stale stale stale stale stale');
    expect(stages({ event_time: NOW - 61 }).dashboard.sentence).toBe(
      'No new positions since 2023-11-14 22:12:19 UTC.',
    );
  });

  it('blame the pipeline when it is silent or stopped', () => {
    const silent = stages({ tables: tables(90), progress: { ...PROGRESS, at_ms: NOW_MS - 61_000 } });
    expect(silent.topic).toMatchObject({
      state: 'stale',
      sentence: expect.stringContaining('has not reported since'),
    });
    expect(silent.silver.sentence).toContain('has not reported since');
    const stopped = stages({ progress: { ...PROGRESS, state: 'stopped' } });
    expect(stopped.topic).toMatchObject({ state: 'stale', sentence: expect.stringContaining('was stopped') });
  });

  it('say that a micro-batch is running while it takes long, and do not blame a source that it reads', () => {
    const progress: Progress = { ...PROGRESS, state: 'running' };
    const all = stages({ tables: tables(200), progress, event_time: NOW - 200, now_ms: NOW_MS });
    expect(states(all)).toBe('ok ok stale stale stale stale stale');
    expect(all.bronze.sentence).toBe('No commit for 200 s: a micro-batch is still running.');
    const first = stages({ tables: tables(null), progress: { ...progress, batches: [] } });
    expect(first.bronze.sentence).toBe('bronze/flights has no rows yet; the first micro-batch is running.');
    expect(first.silver.sentence).toBe('silver/flights has no rows yet; it waits for bronze.');
  });

  it('say what the pipeline waits for', () => {
    const progress: Progress = { ...PROGRESS, state: 'waiting', message: 'Kafka is away.' };
    const all = stages({ tables: tables(90), progress });
    expect(all.topic).toMatchObject({
      state: 'stale',
      sentence: 'The pipeline is waiting and will continue by itself: Kafka is away.',
    });
    expect(all.gold.sentence).toBe(all.topic.sentence);
    const gone = stages({ progress: { ...progress, at_ms: NOW_MS - 61_000 } });
    expect(gone.topic.sentence).toContain('has not reported since');
  });

  it('are not called ok for hours by a clock that was set back', () => {
    const hour_ms = 3_600_000;
    const all = stages({ tables: tables(-3600), progress: { ...PROGRESS, at_ms: NOW_MS + hour_ms } });
    expect(all.topic).toMatchObject({ state: 'stale', sentence: expect.stringContaining('clocks is wrong') });
    expect(all.silver).toMatchObject({
      state: 'delayed',
      sentence: expect.stringContaining('one of the two clocks is wrong'),
    });
  });

  it('say what the pipeline has to say while it works', () => {
    const message = 'The clock of this machine is 1200 s behind the feed: set it.';
    const all = stages({ progress: { ...PROGRESS, message } });
    expect(all.topic).toMatchObject({ state: 'delayed', sentence: message });
    expect(all.bronze.state).toBe('ok');
  });

  it('show what the pipeline says when it has failed', () => {
    const all = stages({
      progress: { ...PROGRESS, state: 'failed', message: 'The disk is full: free some space.' },
    });
    expect(states(all)).toBe('ok ok failed failed failed failed ok');
    expect(all.bronze.sentence).toBe('The disk is full: free some space.');
  });

  it('call the topic delayed when the pipeline is more than a batch behind', () => {
    const partitions = [{ partition: 0, next: '0', end: '51', lag: 51 }];
    const behind = stages({ progress: { ...PROGRESS, topic: { name: 't', partitions } } });
    expect(behind.topic).toMatchObject({
      state: 'delayed',
      lag: 51,
      sentence: expect.stringContaining('51 messages behind'),
    });
  });

  it('never show an age below zero when clocks differ', () => {
    const all = stages({ tables: tables(-5), event_time: NOW + 5 });
    expect([all.bronze.age_s, all.dashboard.age_s]).toEqual([0, 0]);
  });
});
