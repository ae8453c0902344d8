import { describe, expect, test } from 'vitest';
import { noticesOf } from '../src/live/notices.ts';

const NOW = 1_780_000_000;

function said(change: object): readonly string[] {
  const progress = { at_ms: NOW * 1000, state: 'running', message: null, ...change };
  return noticesOf(progress as Parameters<typeof noticesOf>[0], NOW + 1);
}

describe('what the pipeline says', () => {
  test('is why it waits, why it has failed, and what to know though it goes on', () => {
    const message = 'The disk has 0.4 GB left.';
    expect(said({})).toEqual([]);
    expect(said({ state: 'waiting', message })).toEqual([
      `The pipeline is waiting and will continue by itself: ${message}`,
    ]);
    expect(said({ state: 'failed', message })).toEqual([message]);
    expect(said({ message, notices: ['The clock is 1200 s behind the feed.', message] })).toEqual([
      message,
      'The clock is 1200 s behind the feed.',
    ]);
  });

  test('is not said on where the pipeline was stopped, or has said nothing for two minutes', () => {
    const notices = ['The clock is 1200 s behind the feed.'];
    expect(said({ state: 'stopped', notices })).toEqual([]);
    expect(said({ at_ms: (NOW - 121) * 1000, notices })).toEqual([]);
    expect(noticesOf(null, NOW)).toEqual([]);
  });
});
