import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContrailError } from '../../../src/errors.ts';
import type { SourceWord } from '../../../src/flight/source-word.ts';
import { PackedMessages } from '../../../src/topic/packed-messages.ts';
import { SpooledTopic } from '../../../src/topic/spool/spooled-topic.ts';
import { newestWords, readWords, wordsBeside } from '../../../src/topic/spool/word-file.ts';
import { folderOf } from '../../ingest/folder.ts';
import { ListTopic } from '../../ingest/list-topic.ts';

const away = new ContrailError('kafka-unreachable', 'Kafka does not answer.');
const NOON = Date.parse('2026-11-30T12:00:00Z');
const NEVER = new AbortController().signal;

const word = (more: Partial<SourceWord> = {}): SourceWord => ({
  source: 'opensky',
  state: 'ok',
  message: null,
  at_ms: NOON,
  next_poll_at_ms: NOON + 90_000,
  credits_left: 62,
  notices: [],
  ...more,
});

function poll(): PackedMessages {
  const messages = new PackedMessages(NOON);
  messages.add('4b1812', '{}');
  return messages;
}

/** A topic with a spool, whose clock a test sets. */
async function setting(maxBytes = 1_000_000) {
  const folder = await folderOf({});
  const file = join(folder.path, 'spool', 'topic.db');
  const time = { nowMs: NOON };
  const topic = new ListTopic();
  const open = (): SpooledTopic => {
    const spooled = SpooledTopic.open(topic, {
      file,
      maxBytes,
      clock: () => time.nowMs,
      sleep: () => new Promise((resolve) => void setImmediate(resolve)),
      tell: () => undefined,
    });
    if (spooled === 'held') throw new Error('The spool is held.');
    return spooled;
  };
  const here = () => readWords(wordsBeside(file));
  return { file, time, topic, open, here, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('while the topic is away', () => {
  test('a source that works is said to wait, since when and with what, beside the spool; after that the topic has the story', async () => {
    await using it = await setting();
    await using spooled = it.open();
    await spooled.say(word());
    expect(it.here()).toEqual([]);
    it.topic.failure = away;
    it.time.nowMs += 5_000;
    await spooled.append(poll());
    it.time.nowMs += 60_000;
    await spooled.append(poll());
    await spooled.say(word({ at_ms: it.time.nowMs })).catch(() => undefined);
    expect(it.here()).toMatchObject([
      {
        source: 'opensky',
        state: 'waiting',
        message: 'The topic is away since 2026-11-30 12:00:05 UTC: 2 polls (0.00 MB) wait on the disk.',
        next_poll_at_ms: NOON + 90_000,
        credits_left: 62,
        counters: { spool_polls: 2, spool_dropped_polls: 0 },
      },
    ]);
    expect(spooled.state).toMatchObject({ awayFromMs: NOON + 5_000, polls: 2 });
    it.topic.failure = null;
    it.time.nowMs += 1_000;
    await spooled.drained(NEVER);
    expect(it.here()).toEqual([]);
    await spooled.say(word());
    expect(it.topic.said.at(-1)).toMatchObject({
      state: 'ok',
      message: null,
      notices: [
        'The topic was away from 2026-11-30 12:00:05 UTC to 2026-11-30 12:01:06 UTC: 2 polls waited on the disk, and are in it.',
      ],
    });
    // Nobody needs to read it for ever.
    it.time.nowMs += 3_600_000;
    await spooled.say(word());
    expect(it.topic.said.at(-1)?.notices).toEqual([]);
  });

  test('a source that has a trouble of its own keeps it, and has the outage among its notices', async () => {
    await using it = await setting();
    await using spooled = it.open();
    it.topic.failure = away;
    await spooled.append(poll());
    const limited = word({ state: 'rate-limited', message: 'until 14:00', notices: ['a clock'] });
    await spooled.say(limited).catch(() => undefined);
    expect(it.here()).toMatchObject([
      {
        state: 'rate-limited',
        message: 'until 14:00',
        notices: ['a clock', expect.stringMatching(/^The topic is away since .* 1 polls/)],
      },
    ]);
  });

  test('the words of a run that ended lie there as long as its polls do', async () => {
    await using it = await setting();
    it.topic.failure = away;
    {
      await using spooled = it.open();
      await spooled.append(poll());
      await spooled.say(word()).catch(() => undefined);
    }
    expect(it.here().length).toBe(1);
    it.topic.failure = null;
    {
      await using spooled = it.open();
      await spooled.drained(NEVER);
    }
    expect(it.here()).toEqual([]);
  });

  test('a poll without room is not held in memory either, and counts as lost unless it arrives after all', async () => {
    await using it = await setting(1);
    const taken = Promise.withResolvers<void>();
    let appends = 0;
    const slow = {
      say: async () => undefined,
      append: async () => {
        appends += 1;
        await taken.promise;
      },
    };
    const spooled = SpooledTopic.open(slow, {
      file: it.file,
      maxBytes: 1,
      patienceMs: 0,
      clock: () => it.time.nowMs,
      sleep: () => new Promise((resolve) => void setImmediate(resolve)),
      tell: () => undefined,
    });
    if (spooled === 'held') throw new Error('The spool is held.');
    await using _spooled = spooled;
    for (let at = 0; at < 5; at += 1) expect(await spooled.append(poll())).toBe('dropped');
    expect(appends).toBe(1);
    expect(spooled.state.dropped).toMatchObject({ polls: 5, messages: 5 });
    taken.resolve();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(await spooled.append(poll())).toBeUndefined();
    expect(spooled.state).toMatchObject({ awayFromMs: null, dropped: { polls: 4, messages: 4 } });
  });
});

test('a file of words that is torn or of another version is none', async () => {
  await using it = await setting();
  await using _spooled = it.open();
  for (const text of ['', '[{', '{}', '[{"source":1}]', '[null]']) {
    writeFileSync(wordsBeside(it.file), text);
    expect(it.here()).toEqual([]);
  }
  expect(readFileSync(wordsBeside(it.file), 'utf8')).toBe('[null]');
});

test('of several words of a source the newest counts', () => {
  const [old, young] = [word({ at_ms: 1 }), word({ at_ms: 2, state: 'waiting' })];
  const other = word({ source: 'adsblol:1,2,3' });
  expect(newestWords([old, other], [young])).toEqual([other, young]);
  expect(newestWords([young], [old])).toEqual([young]);
});
