import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContrailError } from '../../../src/errors.ts';
import type { SourceWord } from '../../../src/flight/source-word.ts';
import { PackedMessages } from '../../../src/topic/packed-messages.ts';
import { Spool } from '../../../src/topic/spool/spool.ts';
import { type SpoolOptions, SpooledTopic } from '../../../src/topic/spool/spooled-topic.ts';
import { folderOf } from '../../ingest/folder.ts';
import { ListTopic } from '../../ingest/list-topic.ts';

const away = new ContrailError('kafka-unreachable', 'Kafka does not answer.');

function poll(name: string, timestamp_ms = 1): PackedMessages {
  const messages = new PackedMessages(timestamp_ms);
  messages.add('4b1812', name);
  messages.add(null, `${name}'`);
  return messages;
}
const names = (topic: ListTopic) => topic.appends.map(([first]) => first?.value);

/** A sleep that lasts until it is told. */
function manualSleep() {
  const sleepers: (() => void)[] = [];
  return {
    sleep: (_ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        if (signal?.aborted === true) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
        sleepers.push(resolve);
      }),
    wake: (): void => {
      for (const wake of sleepers.splice(0)) wake();
    },
  };
}

async function setting(more: Partial<SpoolOptions> = {}) {
  const folder = await folderOf({});
  const told: string[] = [];
  const file = join(folder.path, 'spool', 'topic.db');
  const options: SpoolOptions = {
    file,
    maxBytes: 1_000_000,
    clock: () => 0,
    sleep: () => new Promise((resolve) => void setImmediate(resolve)),
    tell: (sentence) => told.push(sentence),
    ...more,
  };
  const open = (topic: Pick<ListTopic, 'append' | 'say'>): SpooledTopic => {
    const spooled = SpooledTopic.open(topic, options);
    if (spooled === 'held') throw new Error('The spool is held.');
    return spooled;
  };
  return { folder, file, told, open, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
const NEVER = new AbortController().signal;

describe('a topic with a spool', () => {
  test('passes polls on while the topic takes them, and writes nothing', async () => {
    await using it = await setting();
    const topic = new ListTopic();
    await using spooled = it.open(topic);
    for (const name of ['a', 'b']) await spooled.append(poll(name));
    expect(names(topic)).toEqual(['a', 'b']);
    expect(spooled.waiting).toBe(0);
    expect(it.told).toEqual([]);
  });

  test('keeps polls while the topic is away, says so once, and sends them in order with their times', async () => {
    await using it = await setting();
    const topic = new ListTopic();
    await using spooled = it.open(topic);
    topic.failure = away;
    for (const [at, name] of ['a', 'b', 'c'].entries()) await spooled.append(poll(name, 1000 + at));
    expect(topic.appends).toEqual([]);
    expect(it.told).toEqual(['Kafka does not answer. Polls are kept on the disk until it is back.']);
    topic.failure = null;
    await spooled.append(poll('d', 1003));
    await spooled.drained(NEVER);
    expect(names(topic)).toEqual(['a', 'b', 'c', 'd']);
    expect(topic.appends.map(([first]) => first?.timestamp_ms)).toEqual([1000, 1001, 1002, 1003]);
    expect(topic.messages.map(({ key }) => key)).toEqual(Array(4).fill(['4b1812', null]).flat());
    expect(it.told[1]).toBe('The topic takes positions again: 4 polls that waited are in it.');
    await spooled.append(poll('e'));
    expect(names(topic).at(-1)).toBe('e');
  });

  test('puts a poll on the disk that the topic is slow to take, and sends it once', async () => {
    const time = manualSleep();
    await using it = await setting({ sleep: time.sleep });
    const topic = new ListTopic();
    const taken = Promise.withResolvers<void>();
    const slow = {
      say: async () => undefined,
      append: async (messages: PackedMessages) => {
        const copied = [...messages];
        if (topic.appends.length === 0) await taken.promise;
        await topic.append(copied);
      },
    };
    await using spooled = it.open(slow as unknown as ListTopic);
    const first = poll('a');
    const appended = spooled.append(first);
    while (spooled.waiting === 0) {
      time.wake();
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await appended;
    first.release();
    expect(spooled.waiting).toBe(1);
    await spooled.append(poll('b'));
    taken.resolve();
    await spooled.drained(NEVER);
    expect(names(topic)).toEqual(['a', 'b']);
    expect(it.told[0]).toMatch(/^The topic does not answer/);
  });

  test('drops the newest polls when the spool is full, says so once, counts them, and tells how many when it is back', async () => {
    await using it = await setting({ maxBytes: 200 });
    const topic = new ListTopic();
    await using spooled = it.open(topic);
    topic.failure = away;
    const outcomes: unknown[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) outcomes.push(await spooled.append(poll(name)));
    const kept = outcomes.filter((outcome) => outcome === undefined).length;
    expect(outcomes.slice(kept)).toEqual(Array(7 - kept).fill('dropped'));
    expect(kept).toBeGreaterThan(1);
    expect(it.told[1]).toMatch(
      /^The topic is away, and the spool is full \(0\.00 MB, SPOOL_LIMIT\): new polls are lost/,
    );
    expect(it.told.length).toBe(2);
    topic.failure = null;
    await spooled.drained(NEVER);
    expect(names(topic)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].slice(0, kept));
    expect(it.told.at(-1)).toContain(
      `${7 - kept} polls with ${2 * (7 - kept)} messages were lost between 1970-01-01`,
    );

    const word: SourceWord = {
      source: 'opensky',
      state: 'ok',
      message: null,
      at_ms: 5,
      next_poll_at_ms: null,
      credits_left: null,
      notices: ['a clock'],
      counters: { polls: 9 },
    };
    await spooled.say(word);
    expect(topic.said[0]?.counters).toEqual({
      polls: 9,
      spool_polls: 0,
      spool_dropped_polls: 7 - kept,
      spool_dropped_messages: 2 * (7 - kept),
    });
    expect(topic.said[0]?.notices).toEqual([
      'a clock',
      expect.stringMatching(/^The topic was away from .*: \d polls waited on the disk, and are in it\.$/),
      expect.stringContaining('were lost between'),
    ]);
  });

  test('leaves what the topic has not taken to the next run, which sends it first', async () => {
    await using it = await setting();
    const topic = new ListTopic();
    {
      await using spooled = it.open(topic);
      topic.failure = away;
      for (const name of ['a', 'b']) await spooled.append(poll(name, 7));
    }
    topic.failure = null;
    await using spooled = it.open(topic);
    await spooled.append(poll('c'));
    await spooled.drained(NEVER);
    expect(names(topic)).toEqual(['a', 'b', 'c']);
    expect(topic.messages[0]?.timestamp_ms).toBe(7);
    expect(it.told).toContainEqual(
      expect.stringMatching(/^2 polls \(.* MB\) wait on the disk from an earlier run/),
    );
  });

  test('sends nothing before it is ready, and passes on why it never will be', async () => {
    const ready = Promise.withResolvers<void>();
    await using it = await setting({ ready: ready.promise });
    const topic = new ListTopic();
    await using spooled = it.open(topic);
    await spooled.append(poll('a'));
    expect([topic.appends.length, spooled.waiting]).toEqual([0, 1]);
    ready.reject(new ContrailError('lake-kind-differs', 'The topic holds simulated positions.'));
    await spooled.drained(NEVER);
    await expect(spooled.append(poll('b'))).rejects.toThrow('holds simulated');
    expect([topic.appends.length, spooled.waiting]).toEqual([0, 1]);
  });

  test('stops at an error that does not pass, and keeps the polls', async () => {
    await using it = await setting();
    const topic = new ListTopic();
    await using spooled = it.open(topic);
    topic.failure = away;
    await spooled.append(poll('a'));
    topic.failure = new ContrailError('topic-replaced', 'The topic was replaced.');
    await spooled.drained(NEVER);
    await expect(spooled.append(poll('b'))).rejects.toThrow('was replaced');
    expect(spooled.waiting).toBe(1);
  });
});

describe('a spool', () => {
  test('is of one process', async () => {
    await using it = await setting();
    await using _first = it.open(new ListTopic());
    expect(Spool.open(it.file, 1, () => undefined)).toBe('held');
  });

  test('that is damaged is set aside, and said', async () => {
    await using it = await setting();
    await it.open(new ListTopic())[Symbol.asyncDispose]();
    writeFileSync(it.file, Buffer.alloc(8192, 'no database at all '));
    await using spooled = it.open(new ListTopic());
    expect(spooled.waiting).toBe(0);
    expect(it.told[0]).toMatch(/damaged, and is set aside as .*topic\.db\.damaged/);
  });
});
