import { describe, expect, it } from 'vitest';
import { type SourceWord, toSourceWord } from '../../src/flight/source-word.ts';
import { Voice } from '../../src/ingest/voice.ts';
import { ListTopic } from './list-topic.ts';

const WORD: SourceWord = {
  source: 'opensky',
  state: 'ok',
  message: null,
  at_ms: 1_000,
  next_poll_at_ms: null,
  credits_left: null,
  notices: [],
};

const setUp = (): { readonly topic: ListTopic; readonly voice: Voice } => {
  const topic = new ListTopic();
  return { topic, voice: new Voice(topic, 'opensky', () => 5_000) };
};

describe('the voice of a source', () => {
  it('says with each poll when the next one comes and what is left', () => {
    const { topic, voice } = setUp();
    voice.heard({ kind: 'ok', message: 'Polled.', next_poll_at_ms: 91_000, credits_left: 62 });
    expect(topic.said).toEqual([]);
    voice.polled(1_000);
    expect(topic.said).toEqual([{ ...WORD, next_poll_at_ms: 91_000, credits_left: 62 }]);
  });

  it('says how often each thing happened, and nobody takes names or numbers that are none', () => {
    const { topic, voice } = setUp();
    const counters = { requests: 3, status_429: 1 };
    voice.heard({ kind: 'ok', message: 'Polled.', counters });
    voice.polled(1_000);
    expect(topic.said).toEqual([{ ...WORD, counters }]);
    const odd = { ...counters, 'a b': 1, negative: -1, half: 0.5, text: '4' };
    expect(toSourceWord({ ...WORD, counters: odd })).toEqual({ ...WORD, counters });
    expect(toSourceWord({ ...WORD, counters: 7 })).toEqual(WORD);
  });

  it('says trouble at once, and that it is over with the next poll', async () => {
    const { topic, voice } = setUp();
    voice.heard({ kind: 'rate-limited', message: 'Until 14:05.', retry_at_ms: 99_000 });
    expect(topic.said).toEqual([
      { ...WORD, state: 'rate-limited', message: 'Until 14:05.', at_ms: 5_000, next_poll_at_ms: 99_000 },
    ]);
    await Promise.resolve();
    voice.polled(1_000);
    await expect.poll(() => topic.said.at(-1)).toEqual(WORD);
  });

  it('says what is odd, and the end', async () => {
    const { topic, voice } = setUp();
    voice.heard({ kind: 'ok', message: '', notices: [{ about: 'clock', message: 'The clock is wrong.' }] });
    voice.polled(1_000);
    await voice.ended();
    expect(topic.said).toEqual([
      { ...WORD, notices: ['The clock is wrong.'] },
      { ...WORD, state: 'ended', at_ms: 5_000 },
    ]);
  });

  it('says what a source that failed for good failed by', async () => {
    const { topic, voice } = setUp();
    await voice.ended(new Error('There is no file.'));
    expect(topic.said).toEqual([
      { ...WORD, state: 'unavailable', message: 'There is no file.', at_ms: 5_000 },
    ]);
  });

  it('gives a topic that is slow the newest word, and is kept up by none that is away', async () => {
    const taken: number[] = [];
    const slow = Promise.withResolvers<void>();
    const topic = new ListTopic();
    topic.say = async ({ at_ms }) => {
      taken.push(at_ms);
      if (taken.length === 1) await slow.promise;
      throw new Error('away');
    };
    const voice = new Voice(topic, 'opensky', () => 9);
    for (let at_ms = 1; at_ms <= 5; at_ms += 1) voice.polled(at_ms);
    slow.resolve();
    await expect.poll(() => taken).toEqual([1, 5]);
    await voice.ended();
    expect(taken).toEqual([1, 5, 9]);
  });
});
