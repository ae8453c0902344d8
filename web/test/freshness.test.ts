import { describe, expect, test } from 'vitest';
import {
  firstSilent,
  isConnected,
  isRecording,
  isStale,
  knownStages,
  mapPace_s,
  pageState,
  positionAge_s,
  type FreshnessFacts,
} from '../src/live/freshness.ts';
import { createFleet } from './fake/fleet.ts';
import { liveState, type Scenario } from './fake/answers.ts';

const NOW = 1_800_000_000;
const server = (scenario: Scenario, eventTime: number | null) =>
  liveState({ scenario, now: NOW, eventTime, flights: createFleet(3), version: 1 });

function facts(age: number | null, part: Partial<FreshnessFacts> = {}): FreshnessFacts {
  const eventTime = age === null ? null : NOW - age;
  return {
    link: { kind: 'open' },
    server: server('live', eventTime),
    aircraft: age === null ? 0 : 3,
    eventTime: eventTime ?? Number.NaN,
    now: NOW,
    ...part,
  };
}

describe('pageState', () => {
  test.each([
    [0, 'live'],
    [20, 'live'],
    [20.5, 'delayed'],
    [60, 'delayed'],
    [60.5, 'stale'],
    [9999, 'stale'],
    [null, 'waiting'],
  ] as const)('with positions %s s old is %s', (age, state) => {
    expect(pageState(facts(age))).toBe(state);
  });

  test('follows the thresholds that the server names, for a slower trigger', () => {
    const slow = { ...server('live', NOW - 40), delayed_after_s: 45, stale_after_s: 75 };
    expect(pageState(facts(40, { server: slow }))).toBe('live');
    expect(isStale(facts(70, { server: slow }))).toBe(false);
  });

  test('is loading until the first word, and disconnected only after a failure', () => {
    const first = {
      link: { kind: 'connecting', attempt: 0, polling: false },
      server: null,
      aircraft: 0,
    } as const;
    expect(pageState(facts(null, first))).toBe('loading');
    const lost = { link: { kind: 'retrying', attempt: 1, retryAt_ms: 0, polling: false } } as const;
    expect(pageState(facts(5, lost))).toBe('disconnected');
    expect(pageState(facts(5, { link: { kind: 'connecting', attempt: 3, polling: true } }))).toBe(
      'disconnected',
    );
  });

  test('a page that is cut off also tells that its positions have become stale', () => {
    const lost = facts(90, { link: { kind: 'retrying', attempt: 9, retryAt_ms: 0, polling: false } });
    expect([pageState(lost), isStale(lost)]).toEqual(['disconnected', true]);
  });

  test('a recording is one however old it is, and not stale; positions of any feed are one after a day', () => {
    const old = facts(150_000_000, { server: server('recording', NOW - 150_000_000) });
    expect([pageState(old), isStale(old), isRecording(old)]).toEqual(['recording', false, true]);
    const live = facts(86_000);
    expect([pageState(live), isStale(live), isRecording(live)]).toEqual(['stale', true, false]);
    const past = facts(86_500);
    expect([pageState(past), isStale(past), isRecording(past)]).toEqual(['recording', false, true]);
    const lost = { link: { kind: 'retrying', attempt: 1, retryAt_ms: 0, polling: false } } as const;
    expect(pageState({ ...old, ...lost })).toBe('disconnected');
    const replayed = { ...live, ...lost, isReplayed: true };
    expect([pageState(replayed), isStale(replayed), isRecording(replayed)]).toEqual(['replay', false, false]);
  });

  test('aircraft of a slow source do not fade because a fast one beside it is on time', () => {
    const quiet = {
      said: null,
      age_s: 1,
      next_poll_at_ms: null,
      credits_left: null,
      message: null,
      notices: [],
    };
    const at = (state: 'ok' | 'failed', pace_s: number | null) => ({ ...quiet, source: 'x', state, pace_s });
    expect(mapPace_s({ pace_s: 1, sources: [at('ok', 86), at('ok', 1)] })).toBe(86);
    expect(mapPace_s({ pace_s: 1, sources: [at('failed', 864), at('ok', 1), at('ok', null)] })).toBe(1);
    expect([mapPace_s(null), mapPace_s({ pace_s: 0, sources: [] })]).toEqual([0, 0]);
  });

  test('ages are never negative and never invented', () => {
    expect(positionAge_s({ eventTime: NOW + 2, now: NOW })).toBe(0);
    expect(positionAge_s({ eventTime: Number.NaN, now: NOW })).toBeNull();
  });
});

describe('firstSilent', () => {
  test('names the first stage from which nothing comes, in the direction of the flow', () => {
    expect(firstSilent(server('waiting', null).stages)?.name).toBe('source');
    expect(firstSilent(server('failed', NOW).stages)?.name).toBe('gold');
    expect(firstSilent(server('live', NOW).stages)).toBeNull();
  });
});

describe('the stages of a server that cannot be reached', () => {
  const { stages } = server('failed', NOW - 1);

  test('are not called well, while one that had failed stays failed', () => {
    expect(knownStages(stages, true)).toBe(stages);
    const lost = knownStages(stages, false);
    expect(lost.filter(({ state }) => state === 'ok' || state === 'delayed')).toEqual([]);
    expect(lost.filter(({ state }) => state === 'failed')).toEqual(
      stages.filter(({ state }) => state === 'failed'),
    );
  });

  test('are known while its answers are polled', () => {
    const retrying = { kind: 'retrying', attempt: 3, retryAt_ms: 0 } as const;
    expect(isConnected({ ...retrying, polling: true })).toBe(true);
    expect(isConnected({ ...retrying, polling: false })).toBe(false);
    expect(isConnected({ kind: 'connecting', attempt: 0, polling: false })).toBe(true);
    expect(isConnected({ kind: 'connecting', attempt: 1, polling: false })).toBe(false);
  });
});
