import { describe, expect, test } from 'vitest';
import { ContrailError } from '../../src/errors.ts';
import { type IngestCounts, ingest } from '../../src/ingest/ingest.ts';
import type { Poll, Source, SourceState } from '../../src/ingest/source.ts';
import { ListTopic } from './list-topic.ts';
import { vector } from './vector.ts';

const clock = () => 1_700_000_000_000;
const vectors = (...list: ReturnType<typeof vector>[]): Poll => ({ kind: 'vectors', vectors: list });
const lines = (...values: string[]): Poll => ({ kind: 'messages', values });

function sourceOf(polls: readonly Poll[], simulated: boolean | null = null): Source {
  return {
    name: 'test',
    simulated,
    async *polls() {
      yield* polls;
    },
  };
}

const kindDiffers = expect.objectContaining({ kind: 'invalid', code: 'lake-kind-differs' }) as ContrailError;

describe('ingest', () => {
  test('appends each poll whole and in order, with the time of receipt', async () => {
    const topic = new ListTopic();
    let now = 1000;
    const polls = [vectors(vector({ icao24: 'aaaaaa' }), vector({ icao24: 'bbbbbb' })), vectors(vector())];
    const counts = await ingest(sourceOf(polls), topic, { clock: () => (now += 1) });
    expect(
      topic.appends.map((messages) => messages.map(({ key, timestamp_ms }) => [key, timestamp_ms])),
    ).toEqual([
      [
        ['aaaaaa', 1001],
        ['bbbbbb', 1001],
      ],
      [['4b1812', 1002]],
    ]);
    expect(JSON.parse(String(topic.messages[2]?.value))).toEqual(vector());
    expect(counts).toEqual({
      polls: 2,
      messages: 3,
      simulated: 0,
      real: 3,
      firstSimulated: false,
      malformed: 0,
    });
  });

  test('keys by the lower-case icao24 and leaves the value as it came', async () => {
    const topic = new ListTopic();
    const line = '{ "icao24": "4B1812" , "x": 1 }';
    await ingest(
      sourceOf([lines(line, '{"icao24":null}', '{}'), vectors(vector({ icao24: 'ABCDEF' }))]),
      topic,
      { clock },
    );
    expect(topic.messages.map((message) => message.key)).toEqual(['4b1812', null, null, 'abcdef']);
    expect(topic.messages[0]?.value).toBe(line);
  });

  test('sends malformed lines as they stand, with a key only where they tell an aircraft', async () => {
    const topic = new ListTopic();
    const bad = [
      '{"icao24":',
      'NaN',
      '[1]',
      '"4b1812"',
      'null',
      '{"icao24":7}',
      '{"icao24":"4B1812","velocity":"fast"}',
    ];
    const counts = await ingest(sourceOf([lines(...bad)]), topic, { clock });
    expect(topic.messages.map((message) => message.value)).toEqual(bad);
    expect(topic.messages.map((message) => message.key)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      '4b1812',
    ]);
    expect(counts).toMatchObject({ messages: 7, malformed: 7, real: 0, simulated: 0 });
  });

  test('tells simulated from real messages by their feed', async () => {
    const counts = await ingest(
      sourceOf([
        lines('{"feed":"simulator"}', '{"feed":"readsb"}', '{}'),
        vectors(vector({ feed: 'simulator' })),
      ]),
      new ListTopic(),
      { clock },
    );
    expect(counts).toMatchObject({ simulated: 2, real: 2, firstSimulated: true });
  });

  test.each([
    ['real lines where simulated ones are', true, lines('{}', 'malformed', '{"feed":"opensky"}')],
    ['simulated lines where real ones are', false, lines('{"feed":"simulator"}')],
    ['simulated vectors where real ones are', false, vectors(vector({ feed: 'simulator' }))],
  ])('refuses a source of nothing but %s before it appends a position', async (_, expectSimulated, poll) => {
    const topic = new ListTopic();
    const run = ingest(sourceOf([lines('malformed is neither'), poll]), topic, { clock, expectSimulated });
    await expect(run).rejects.toThrow(kindDiffers);
    expect(topic.messages.map(({ value }) => value)).toEqual(['malformed is neither']);
  });

  test('sends positions of the other kind among those of the right one as they stand', async () => {
    const topic = new ListTopic();
    const polls = [lines('{"feed":"simulator"}', '{}'), lines('{"feed":"simulator"}')];
    const counts = await ingest(sourceOf(polls), topic, { clock, expectSimulated: false });
    expect(counts).toMatchObject({ messages: 3, simulated: 2, real: 1 });
    expect(topic.messages.length).toBe(3);
  });

  test('refuses a source that says what it is before asking it for anything', async () => {
    let asked = false;
    const source: Source = {
      name: 'simulator',
      simulated: true,
      async *polls() {
        asked = true;
        yield vectors();
      },
    };
    await expect(ingest(source, new ListTopic(), { clock, expectSimulated: false })).rejects.toThrow(
      kindDiffers,
    );
    expect(asked).toBe(false);
  });

  test('reports sums after each durable poll, empty polls too, with the bytes behind', async () => {
    const seen: IngestCounts[] = [];
    const topic = new ListTopic();
    const polls: Poll[] = [
      vectors(),
      { kind: 'messages', values: ['{}'], done: 3, total: 9 },
      { ...vectors(), done: 9, total: 9 },
    ];
    await ingest(sourceOf(polls), topic, { clock, onPoll: (counts) => seen.push(counts) });
    expect(seen).toMatchObject([
      { polls: 1, messages: 0 },
      { polls: 2, messages: 1, done: 3, total: 9 },
      { polls: 3, messages: 1, done: 9, total: 9 },
    ]);
    expect(topic.appends.length).toBe(1);
  });

  test('stops after maxPolls, and after the poll in which the signal fired', async () => {
    const three = sourceOf([vectors(vector()), vectors(vector()), vectors(vector())]);
    expect(await ingest(three, new ListTopic(), { clock, maxPolls: 2 })).toMatchObject({ polls: 2 });
    const stop = new AbortController();
    const counts = await ingest(three, new ListTopic(), {
      clock,
      signal: stop.signal,
      onPoll: () => stop.abort(),
    });
    expect(counts.polls).toBe(1);
  });

  test('passes a failure of the topic on, and does not count the poll', async () => {
    const topic = new ListTopic();
    topic.failure = new ContrailError('topic-busy', 'The topic is away.');
    const seen: IngestCounts[] = [];
    const run = ingest(sourceOf([vectors(vector())]), topic, {
      clock,
      onPoll: (counts) => seen.push(counts),
    });
    await expect(run).rejects.toBe(topic.failure);
    expect(seen).toEqual([]);
  });

  test('ends quietly when the append was broken off by the signal', async () => {
    const topic = new ListTopic();
    const stop = new AbortController();
    stop.abort();
    topic.failure = stop.signal.reason as Error;
    const counts = await ingest(sourceOf([vectors(vector())]), topic, { clock, signal: stop.signal });
    expect(counts).toMatchObject({ polls: 0, messages: 0 });
  });

  test('tries a poll again until the topic takes it, says so once per trouble, and loses nothing', async () => {
    const topic = new ListTopic();
    topic.failure = new ContrailError('topic-disk-full', 'The disk is full.');
    const states: SourceState[] = [];
    const pauses: number[] = [];
    await ingest(sourceOf([vectors(vector()), vectors(vector())]), topic, {
      clock,
      onState: (state) => states.push(state),
      sleep: async (ms) => {
        pauses.push(ms);
        if (pauses.length === 5) topic.failure = null;
      },
    });
    expect(topic.messages.length).toBe(2);
    expect(pauses).toEqual([1000, 2000, 5000, 10_000, 10_000]);
    expect(new Set(states.map(({ about }) => about))).toEqual(new Set(['topic', undefined]));
    expect(states.at(-1)).toMatchObject({ kind: 'ok', message: 'The topic accepts positions again.' });
  });

  test('takes what the file system says of a full disk for the same', async () => {
    const topic = new ListTopic();
    topic.failure = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    await ingest(sourceOf([vectors(vector())]), topic, {
      clock,
      sleep: async () => void (topic.failure = null),
    });
    expect(topic.messages.length).toBe(1);
  });

  test('ends with any other error of the topic', async () => {
    const topic = new ListTopic();
    topic.failure = new ContrailError('topic-damaged', 'Damaged.');
    const run = ingest(sourceOf([vectors(vector())]), topic, { clock, sleep: async () => undefined });
    await expect(run).rejects.toMatchObject({ code: 'topic-damaged' });
  });

  test('takes no poll while there is no room on the disk, says so once, and goes on by itself', async () => {
    const topic = new ListTopic();
    let looks = 0;
    let taken = 0;
    const source: Source = {
      name: 'test',
      simulated: null,
      async *polls({ whenReady }) {
        for (; taken < 2; taken += 1) {
          await whenReady?.();
          expect(looks).toBeGreaterThanOrEqual(4);
          yield vectors(vector());
        }
      },
    };
    const states: SourceState[] = [];
    await ingest(source, topic, {
      clock,
      onState: (state) => states.push(state),
      shortage: () => ((looks += 1) < 4 ? `Only ${looks} MB are free.` : null),
      sleep: async () => expect(taken).toBe(0),
    });
    expect(topic.messages.length).toBe(2);
    expect(states).toEqual([
      { kind: 'waiting', message: 'Only 1 MB are free.', about: 'disk' },
      { kind: 'ok', message: expect.stringContaining('space on the disk again') },
    ]);
  });

  test('keeps a poll that was taken before the disk was full, with its time of receipt', async () => {
    const topic = new ListTopic();
    let isFull = false;
    let now = 1000;
    const source = sourceOf([vectors(vector())]);
    await ingest(source, topic, {
      clock: () => {
        isFull = true;
        return (now += 1);
      },
      shortage: () => (isFull ? 'The disk is full.' : null),
      sleep: async () => void (isFull = false),
    });
    expect(topic.messages.map((message) => message.timestamp_ms)).toEqual([1001]);
  });

  test('ends when the signal fires while it waits for room', async () => {
    const stop = new AbortController();
    const counts = await ingest(sourceOf([vectors(vector())]), new ListTopic(), {
      clock,
      signal: stop.signal,
      shortage: () => 'The disk is full.',
      sleep: async () => stop.abort(),
    });
    expect(counts.messages).toBe(0);
  });

  test('does not count a poll that was dropped, and ends after it where one was asked for', async () => {
    const polls = [vectors(vector()), vectors(vector(), vector()), vectors(vector())];
    let asked = 0;
    const full = {
      say: async () => undefined,
      append: async () => ((asked += 1) === 2 ? ('dropped' as const) : undefined),
    };
    expect(await ingest(sourceOf(polls), full, { clock })).toMatchObject({ polls: 2, messages: 2 });
    asked = 1;
    expect(await ingest(sourceOf(polls), full, { clock, maxPolls: 1 })).toMatchObject({ polls: 0 });
  });

  test('sends what came among vectors and is none as it stands, without a key', async () => {
    const topic = new ListTopic();
    const poll: Poll = { kind: 'vectors', vectors: [vector()], others: ['null', '[{"feed":"simulator"}]'] };
    const counts = await ingest(sourceOf([poll]), topic, { clock, expectSimulated: false });
    expect(counts).toMatchObject({ messages: 3, real: 1, malformed: 2, simulated: 0 });
    expect(topic.messages.slice(1).map(({ key, value }) => [key, value])).toEqual([
      [null, 'null'],
      [null, '[{"feed":"simulator"}]'],
    ]);
  });
});
