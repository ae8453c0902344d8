import type { TrafficAnswer } from 'contrail/dashboard/protocol';
import { describe, expect, test } from 'vitest';
import { sinceOf, wholeOf } from '../src/api/increment.ts';
import { trafficAnswer, type FakeLake } from './fake/answers.ts';

const LAKE: FakeLake = {
  scenario: 'live',
  now: 1_800_000_100,
  eventTime: 1_800_000_099,
  flights: [],
  version: 7,
};
const answer = (part: Partial<TrafficAnswer>): TrafficAnswer => ({ ...trafficAnswer(LAKE, 1), ...part });

const KNOWN = answer({
  windows: [300, 600, 900],
  rows: [
    [300, 'Italy', 1],
    [600, 'Italy', 2],
    [600, 'Malta', 1],
    [900, 'Italy', 3],
  ],
});

describe('an answer that goes on from another one', () => {
  test('is asked for by the version that the page has, and whole where it has none', () => {
    expect(sinceOf(answer({ version: 7, as_of_ms: 1234 }))).toBe('&since=7-1234');
    expect(sinceOf(answer({ version: null, as_of_ms: null }))).toBe('');
  });

  test('replaces whole windows, keeps the others, and forgets those that have gone', () => {
    const next = answer({
      since: '7-1234',
      windows: [600, 900, 1200],
      rows: [
        [1200, 'Italy', 5],
        [600, 'Italy', 4],
      ],
    });
    expect(wholeOf(KNOWN, next)).toMatchObject({
      since: null,
      windows: [600, 900, 1200],
      rows: [
        [600, 'Italy', 4],
        [900, 'Italy', 3],
        [1200, 'Italy', 5],
      ],
    });
  });

  test('that says it is whole is taken as it is', () => {
    const whole = answer({ since: null, windows: [1200], rows: [[1200, 'Italy', 5]] });
    expect(wholeOf(KNOWN, whole)).toBe(whole);
  });
});
