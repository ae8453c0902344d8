import { describe, expect, it } from 'vitest';
import { paceOf, sourcesOf } from '../../../src/dashboard/state/sources.ts';
import { thresholdsFor } from '../../../src/dashboard/state/thresholds.ts';
import type { SourceWord } from '../../../src/flight/source-word.ts';
import type { FeedPace } from '../../../src/lake/progress.ts';
import { NOW } from '../live/sightings.ts';
import { PROGRESS } from '../progress-fixture.ts';

const NOW_MS = NOW * 1000;
const TRIGGER_S = 1;

const word = (source: string, change: Partial<SourceWord> = {}): SourceWord => ({
  source,
  state: 'ok',
  message: null,
  at_ms: NOW_MS - 40_000,
  next_poll_at_ms: null,
  credits_left: null,
  notices: [],
  ...change,
});
const feed = (name: string, age_s: number, pace_s: number | null): FeedPace => ({
  feed: name,
  snapshot: NOW - age_s,
  pace_s,
});
const sources = (said: readonly SourceWord[], feeds: readonly FeedPace[]) =>
  sourcesOf({ ...PROGRESS, sources: said, feeds }, NOW_MS, TRIGGER_S);

describe('the sources', () => {
  it('say when they ask next, how fast they are and what they have left', () => {
    const said = word('opensky', { next_poll_at_ms: NOW_MS + 46_000, credits_left: 62 });
    expect(sources([said], [feed('opensky', 44, 86)])).toEqual([
      {
        source: 'opensky',
        state: 'ok',
        said: 'ok',
        pace_s: 86,
        age_s: 44,
        next_poll_at_ms: NOW_MS + 46_000,
        credits_left: 62,
        message: null,
        notices: [],
      },
    ]);
  });

  it.each([
    [1, 17, 'ok'],
    [1, 19, 'delayed'],
    [1, 61, 'stale'],
    [10, 35, 'ok'],
    [10, 37, 'delayed'],
    [86, 95, 'ok'],
    [86, 187, 'ok'],
    [86, 189, 'delayed'],
    [86, 318, 'stale'],
    [864, 870, 'ok'],
    [864, 1740, 'ok'],
    [864, 1760, 'delayed'],
    [null, 10, 'ok'],
    [null, 61, 'stale'],
  ])(
    'are late when they have missed two polls: pace %s s, newest answer %s s ago: %s',
    (pace_s, age_s, state) => {
      expect(sources([word('opensky')], [feed('opensky', age_s, pace_s)])[0]?.state).toBe(state);
    },
  );

  it('are believed when they slow down, before it can be seen', () => {
    const slow = word('opensky', { at_ms: NOW_MS - 300_000, next_poll_at_ms: NOW_MS + 564_000 });
    expect(sources([slow], [feed('opensky', 300, 60)])[0]).toMatchObject({ state: 'ok', pace_s: 864 });
  });

  it('say themselves that they fail, wait or have ended', () => {
    const said = [
      word('adsblol:1,2,3', { state: 'rate-limited', message: 'Until 14:05.' }),
      word('opensky', { state: 'waiting', message: 'The disk is full.' }),
      word('replay:x', { state: 'ended', next_poll_at_ms: 5 }),
    ];
    expect(sources(said, [feed('adsbx', 1, 1)]).map(({ state, message }) => [state, message])).toEqual([
      ['failed', 'Until 14:05.'],
      ['waiting', 'The disk is full.'],
      ['ended', null],
    ]);
  });

  it('of one kind are told apart by the name in their messages', () => {
    const said = [word('readsb:http://a'), word('readsb:http://b')];
    const found = sources(said, [feed('readsb:http://a', 2, 1), feed('readsb:http://b', 40, 1)]);
    expect(found.map(({ state }) => state)).toEqual(['ok', 'delayed']);
  });

  it('are seen too where their producers say nothing', () => {
    expect(sources([], [feed('opensky', 3, 10)])).toMatchObject([
      { source: 'opensky', state: 'ok', pace_s: 10, next_poll_at_ms: null },
    ]);
  });

  it('give the page the pace of the fastest that keeps it', () => {
    const two = (age_s: number) => sources([], [feed('opensky', 40, 86), feed('readsb', age_s, 1)]);
    expect(paceOf(two(1))).toBe(1);
    expect(paceOf(two(100))).toBe(86);
    expect(paceOf(sources([], [feed('readsb', 100, 1)]))).toBe(1);
    expect(paceOf([])).toBe(0);
  });
});

describe('the thresholds', () => {
  it('are those of a feed that nobody knows, plus two paces, and three and a half', () => {
    expect(thresholdsFor(5, 0)).toMatchObject({ positionsDelayed_s: 20, positionsStale_s: 60 });
    expect(thresholdsFor(1, 86)).toMatchObject({ positionsDelayed_s: 188, positionsStale_s: 318 });
    expect(thresholdsFor(1, 864)).toMatchObject({ positionsDelayed_s: 1744, tableDelayed_s: 1745 });
  });
});
