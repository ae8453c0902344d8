import type { SourceStatus } from 'contrail/dashboard/protocol';
import { describe, expect, test } from 'vitest';
import {
  nextPollWords,
  sourcesShort,
  sourcesWords,
  sourceStateWord,
  sourceTitle,
  sourceWords,
} from '../src/text/sources.ts';
import { Times } from '../src/text/time.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 13, 50, 0);
const NOW = new Times(NOW_MS / 1000, false);
const OPENSKY: SourceStatus = {
  source: 'opensky',
  state: 'ok',
  said: 'ok',
  pace_s: 86,
  age_s: 48,
  next_poll_at_ms: NOW_MS + 41_000,
  credits_left: 62,
  message: null,
  notices: [],
};
const words = (change: Partial<SourceStatus>): string => sourceWords({ ...OPENSKY, ...change }, NOW);

describe('a source', () => {
  test.each([
    ['opensky', 'OpenSky'],
    ['simulator', 'Simulator'],
    ['adsblol:47.4,8.5,50', 'adsb.lol near 47.4, 8.5'],
    ['adsbfi:47.4, 8.5, 50', 'adsb.fi near 47.4, 8.5'],
    ['airplaneslive:-33.9,151.2,100', 'airplanes.live near -33.9, 151.2'],
    ['readsb:http://pi.local:8080/data/aircraft.json', 'Receiver at pi.local'],
    ['readsb:http://user:secret@pi.local/data/aircraft.json', 'Receiver at pi.local'],
    ['readsb:/run/readsb/aircraft.json', 'Receiver file aircraft.json'],
    ['adsbx:https://example.org/v2/', 'ADS-B service at example.org'],
    ['sbs:192.168.1.7:30003', 'Receiver at 192.168.1.7'],
    ['sbs:[::1]:30003', 'Receiver at [::1]'],
    ['readsb', 'Receiver'],
    ['replay:shared/data/states/', 'Recording states'],
    ['replay', 'Recording'],
    ['ndjson:-', 'Messages from standard input'],
    ['somebody-else', 'somebody-else'],
    ['', ''],
  ])('%s is called %s', (source, title) => {
    expect(sourceTitle(source)).toBe(title);
  });

  test('says when it asks next and what it has left', () => {
    expect(words({})).toBe('OpenSky, next in 41 s, 62 credits left');
    expect(words({ next_poll_at_ms: NOW_MS + 780_000, credits_left: 1 })).toBe(
      'OpenSky, next in 13 min, 1 credit left',
    );
    expect(words({ next_poll_at_ms: null, credits_left: null })).toBe('OpenSky');
  });

  test('says until when it is limited, with the day where that is another one', () => {
    const limited = { state: 'failed', said: 'rate-limited', credits_left: 0 } as const;
    expect(words({ ...limited, next_poll_at_ms: NOW_MS + 900_000 })).toBe(
      'OpenSky, rate limited until 14:05 UTC',
    );
    expect(words({ ...limited, next_poll_at_ms: NOW_MS + 43_200_000 })).toBe(
      'OpenSky, rate limited until 2026-12-01 01:50 UTC',
    );
    expect(words({ ...limited, next_poll_at_ms: null })).toBe('OpenSky, rate limited');
    const there = new Times(NOW_MS / 1000, true, 'Europe/Berlin');
    expect(sourceWords({ ...OPENSKY, ...limited, next_poll_at_ms: NOW_MS + 900_000 }, there)).toBe(
      'OpenSky, rate limited until 14:05 UTC (15:05 CET)',
    );
  });

  test('says that it fails, is late, waits or has ended', () => {
    const failed = { state: 'failed', said: 'unavailable' } as const;
    expect(words(failed)).toBe('OpenSky, unavailable, next try in 41 s');
    expect(words({ ...failed, next_poll_at_ms: NOW_MS - 100 })).toBe('OpenSky, unavailable, trying now');
    expect(words({ state: 'delayed', next_poll_at_ms: NOW_MS - 90_000 })).toBe(
      'OpenSky, late, next poll 90 s overdue, 62 credits left',
    );
    expect(words({ source: 'replay:x.json', state: 'ended', said: 'ended', credits_left: null })).toBe(
      'Recording x.json, ended',
    );
    expect(sourceStateWord({ state: 'failed', said: 'unauthorized' })).toBe('Sign-in refused');
  });

  test('that asks every few seconds has no countdown, unless an answer is overdue', () => {
    const quick = { pace_s: 1, credits_left: null, source: 'sbs:pi:30003' };
    expect(words({ ...quick, next_poll_at_ms: NOW_MS + 900 })).toBe('Receiver at pi');
    expect(words({ ...quick, next_poll_at_ms: NOW_MS - 2_000 })).toBe('Receiver at pi');
    expect(words({ ...quick, next_poll_at_ms: NOW_MS - 45_000 })).toContain('45 s overdue');
    expect(words({ source: 'simulator', pace_s: 10, credits_left: null })).toBe('Simulated, next in 41 s');
    expect(nextPollWords({ ...OPENSKY, next_poll_at_ms: NOW_MS - 3_000 }, NOW)).toBe('asking now');
  });

  test('is counted among several, and named where it is the one that is not well', () => {
    const pi = { ...OPENSKY, source: 'sbs:pi:30003', pace_s: 1, credits_left: null, next_poll_at_ms: null };
    expect(sourcesWords([], NOW)).toBeNull();
    expect(sourcesWords([OPENSKY], NOW)).toBe('OpenSky, next in 41 s, 62 credits left');
    expect(sourcesWords([OPENSKY, pi], NOW)).toBe('2 sources');
    expect(sourcesShort([OPENSKY, pi], NOW)).toBeNull();
    expect(sourcesShort([OPENSKY], NOW)).toBe('next in 41 s');
    expect(sourcesWords([OPENSKY, { ...pi, state: 'stale' }], NOW)).toBe('2 sources: Receiver at pi, silent');
    const limited = { ...OPENSKY, state: 'failed', said: 'rate-limited' } as const;
    expect(sourcesWords([{ ...pi, state: 'delayed' }, limited], NOW)).toContain('OpenSky, rate limited');
  });
});
