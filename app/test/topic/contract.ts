import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceWord } from '../../src/flight/source-word.ts';
import type { Message, Topic } from '../../src/topic/topic.ts';
import { collect, messagesOf, present } from './collect.ts';
import type { Received } from './collect.ts';

/** A fresh, empty topic, openable several times. Disposed after each test. */
export interface TopicFixture extends AsyncDisposable {
  /** Opens one more handle on the same topic, as another process would; the fixture closes it in the end. */
  open(): Promise<Topic>;
}

const PARTITIONS = 4;

/**
 * The promises of the topic port, as tests that every adapter runs.
 * @param createFixture makes a topic of 4 partitions that keeps everything
 */
export function describeTopicContract(adapter: string, createFixture: () => Promise<TopicFixture>): void {
  describe(`topic contract: ${adapter}`, () => {
    let fixture: TopicFixture;
    let topic: Topic;
    beforeEach(async () => {
      fixture = await createFixture();
      topic = await fixture.open();
    });
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]();
    });

    it('holds nothing at first: one empty range per partition', async () => {
      const offsets = await topic.offsets();
      expect(topic.partitions).toBe(PARTITIONS);
      expect(offsets.map((range) => range.partition)).toEqual([0, 1, 2, 3]);
      expect(offsets.every((range) => range.start === range.end)).toBe(true);
      expect(await collect(topic)).toEqual([]);
    });

    it('gives back every message once, with its timestamp', async () => {
      const messages = numbered(1_000, (i) => `key-${i % 37}`);
      await topic.append(messages.slice(0, 400));
      await topic.append(messages.slice(400));
      const received = await collect(topic);
      expect(received.map(byValue).toSorted()).toEqual(messages.map(byValue).toSorted());
    });

    it('gives back text as text, and the bytes of what is not UTF-8, with or without line feeds', async () => {
      const values = [
        'é\n✈',
        Uint8Array.of(0x7b, 0xe9, 0x7d),
        Uint8Array.of(0, 0, 0, 1, 200),
        '',
        Uint8Array.of(0x0a, 0xff, 0x0a),
        'plain',
      ];
      const stored = [...values, 'bytes that are text'];
      await topic.append(
        [...values, new TextEncoder().encode('bytes that are text')].map((value) => ({
          key: 'one-key',
          value,
          timestamp_ms: 1_700_000_000_000,
        })),
      );
      const found: unknown[] = [];
      for await (const chunk of topic.read(await topic.offsets())) found.push(...chunk.values);
      expect(found).toEqual(stored);
      await topic.append([{ key: null, value: Uint8Array.of(0xff), timestamp_ms: 1_700_000_000_000 }]);
      expect(await collect(topic)).toHaveLength(stored.length + 1);
    });

    it('keeps the messages of a key in one partition, in order of appending', async () => {
      for (let round = 0; round < 5; round++) {
        await topic.append(numbered(200, (i) => `key-${i % 20}`, round * 200));
      }
      const partitions = new Map<number, Set<number>>();
      const last = new Map<number, number>();
      for (const { partition, value } of await collect(topic)) {
        const n = Number(value);
        const key = n % 20;
        partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
        expect(n).toBeGreaterThan(last.get(key) ?? -1);
        last.set(key, n);
      }
      expect(partitions.size).toBe(20);
      expect([...partitions.values()].every((set) => set.size === 1)).toBe(true);
    });

    it('keeps the order of appends that were not awaited one by one', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => topic.append([message('one-key', String(i))])));
      expect((await collect(topic)).map((received) => received.value)).toEqual(
        Array.from({ length: 20 }, (_, i) => String(i)),
      );
    });

    it('lets offsets rise within a partition, from start to end, and never reuses one', async () => {
      await topic.append(numbered(300, (i) => `key-${i}`));
      const before = await collect(topic);
      await topic.append(numbered(300, (i) => `key-${i}`, 300));
      const after = await collect(topic);
      for (const { partition, start, end } of await topic.offsets()) {
        const offsets = after
          .filter((received) => received.partition === partition)
          .map(({ offset }) => offset);
        expect(offsets.length).toBeGreaterThan(0);
        expect(offsets.every((offset, i) => i === 0 || offset > present(offsets[i - 1]))).toBe(true);
        expect(present(offsets[0])).toBeGreaterThanOrEqual(start);
        expect(present(offsets.at(-1))).toBeLessThan(end);
      }
      const valueAt = new Map(after.map((received) => [at(received), received.value]));
      expect(before.every((received) => valueAt.get(at(received)) === received.value)).toBe(true);
    });

    it('spreads messages without a key by their value', async () => {
      await topic.append(numbered(400, () => null));
      const offsets = await topic.offsets();
      expect(offsets.every((range) => range.end > range.start)).toBe(true);
      const where = new Map((await collect(topic)).map(({ value, partition }) => [value, partition]));
      await topic.append(numbered(400, () => null));
      const again = await collect(
        topic,
        (await topic.offsets()).map((range, i) => ({ ...range, start: present(offsets[i]).end })),
      );
      expect(again).toHaveLength(400);
      expect(again.every(({ value, partition }) => where.get(value) === partition)).toBe(true);
    });

    it('cuts ranges exactly, wherever they begin and end', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
          fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }),
          async (sizes, cuts) => {
            for (const size of sizes) await topic.append(numbered(size, (i) => `key-${i}`));
            const all = await collect(topic);
            const offsets = await topic.offsets();
            for (const [a, b] of cuts) {
              const ranges = offsets.map(({ partition, start, end }) => {
                const length = Number(end - start) + 1;
                const [low, high] = [a % length, b % length].toSorted((x, y) => x - y) as [number, number];
                return { partition, start: start + BigInt(low), end: start + BigInt(high) };
              });
              const expected = all.filter(({ partition, offset }) => {
                const range = present(ranges[partition]);
                return offset >= range.start && offset < range.end;
              });
              expect(await collect(topic, ranges)).toEqual(expected);
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it('gives ranges in the order in which they are asked, also several of one partition', async () => {
      await topic.append(numbered(50, () => 'one-key'));
      const { partition, start, end } = present(
        (await topic.offsets()).find((range) => range.end > range.start),
      );
      const middle = start + 20n;
      const received = await collect(topic, [
        { partition, start: middle, end },
        { partition, start, end: middle },
      ]);
      const numbers = received.map(({ value }) => Number(value));
      expect(numbers).toEqual([...range(20, 50), ...range(0, 20)]);
    });

    it('carries any Unicode text: empty, with line breaks, beyond the basic plane', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 30 }),
          async (texts) => {
            const before = await topic.offsets();
            await topic.append(texts.map((text) => message('one-key', text)));
            const after = await topic.offsets();
            const ranges = after.map((range, i) => ({ ...range, start: present(before[i]).end }));
            expect((await collect(topic, ranges)).map(({ value }) => value)).toEqual(texts);
          },
        ),
        {
          numRuns: 40,
          examples: [
            [['', '\n', 'a\nb', '\r\n', '\u2028', '✈️ Zürich', '𝄞', '\u0000']],
            [['']],
            [['', '']],
            [['\n']],
          ],
        },
      );
    });

    it('tells about how many bytes the messages of a range are', async () => {
      await topic.append(range(0, 400).map((i) => message(`key-${i % 37}`, `${i}`.padEnd(1_000))));
      const offsets = await topic.offsets();
      const bytes = await topic.bytesIn(offsets);
      const total = bytes.reduce((sum, part) => sum + part, 0);
      expect(total).toBeGreaterThan(300_000);
      expect(total).toBeLessThan(600_000);
      const halves = offsets.map(({ partition, start, end }) => ({
        partition,
        start,
        end: (start + end) / 2n,
      }));
      const half = (await topic.bytesIn(halves)).reduce((sum, part) => sum + part, 0);
      expect(half).toBeGreaterThan(0.3 * total);
      expect(half).toBeLessThan(0.7 * total);
    });

    it('does nothing for an empty append', async () => {
      await topic.append([message('a', '1')]);
      const before = await topic.offsets();
      await topic.append([]);
      expect(await topic.offsets()).toEqual(before);
    });

    it('carries messages of 900 KB between small ones', async () => {
      const large = (i: number): string => `${i}:${'é'.repeat(450_000)}`;
      const messages = range(0, 12).map((i) => message('one-key', i % 2 === 0 ? large(i) : String(i)));
      await topic.append(messages);
      expect((await collect(topic)).map(({ value }) => value)).toEqual(messages.map(({ value }) => value));
    });

    it('bounds its chunks: one partition each, at most 5,000 messages', async () => {
      await topic.append(numbered(30_000, (i) => `key-${i}`));
      let total = 0;
      for await (const chunk of topic.read(await topic.offsets())) {
        expect(chunk.values.length).toBeGreaterThan(0);
        expect(chunk.values.length).toBeLessThanOrEqual(5_000);
        expect(messagesOf(chunk)).toHaveLength(chunk.values.length);
        total += chunk.values.length;
      }
      expect(total).toBe(30_000);
    });

    it('serves a reader while another handle appends, and never shows half an append', async () => {
      const writer = await fixture.open();
      let isDone = false;
      const appends = (async () => {
        for (let i = 0; i < 30; i++) await writer.append(numbered(50, () => 'one-key', i * 50));
      })().finally(() => (isDone = true));
      const seen: Received[] = [];
      let next: readonly bigint[] = (await topic.offsets()).map(({ start }) => start);
      for (let isLast = false; !isLast;) {
        isLast = isDone;
        const ends = await topic.offsets();
        seen.push(
          ...(await collect(
            topic,
            ends.map((range, i) => ({ ...range, start: present(next[i]) })),
          )),
        );
        expect(seen.length % 50).toBe(0);
        next = ends.map(({ end }) => end);
      }
      await appends;
      expect(seen.map(({ value }) => Number(value))).toEqual(range(0, 1_500));
    });

    it('takes appends of several handles at once, each in its own order', async () => {
      const writers = [topic, await fixture.open(), await fixture.open()];
      await Promise.all(
        writers.map(async (writer, w) => {
          for (let i = 0; i < 20; i++) await writer.append([message(`key-${i % 5}`, `${w}:${i}`)]);
        }),
      );
      const received = await collect(topic);
      expect(new Set(received.map(({ value }) => value)).size).toBe(60);
      expect(received).toHaveLength(60);
      for (let w = 0; w < writers.length; w++) {
        for (let key = 0; key < 5; key++) {
          const order = received
            .map(({ value }) => value.split(':').map(Number) as [number, number])
            .filter(([writer, i]) => writer === w && i % 5 === key)
            .map(([, i]) => i);
          expect(order).toEqual([key, key + 5, key + 10, key + 15]);
        }
      }
    });

    it('gives several consumers the same messages, each at its own pace', async () => {
      await topic.append(numbered(2_000, (i) => `key-${i}`));
      const slow = topic.read(await topic.offsets())[Symbol.asyncIterator]();
      const first = await slow.next();
      const fast = await collect(topic);
      const rest: Received[] = first.done === true ? [] : messagesOf(first.value);
      for (let next = await slow.next(); next.done !== true; next = await slow.next()) {
        rest.push(...messagesOf(next.value));
      }
      expect(rest).toEqual(fast);
      expect(fast).toHaveLength(2_000);
    });

    it('appends nothing when the signal has fired before', async () => {
      const signal = AbortSignal.abort(new Error('stop'));
      await expect(topic.append([message('a', '1')], { signal })).rejects.toThrow('stop');
      await expect(topic.offsets({ signal })).rejects.toThrow('stop');
      expect(await collect(topic)).toEqual([]);
    });

    it('stops reading when the signal fires between chunks', async () => {
      await topic.append(numbered(12_000, () => 'one-key'));
      const abort = new AbortController();
      const chunks: number[] = [];
      const reading = (async () => {
        for await (const chunk of topic.read(await topic.offsets(), { signal: abort.signal })) {
          chunks.push(chunk.values.length);
          abort.abort(new Error('stop'));
        }
      })();
      await expect(reading).rejects.toThrow('stop');
      expect(chunks).toHaveLength(1);
    });

    it('takes one kind of positions, simulated or real, and says which', async () => {
      const reader = await fixture.open();
      expect((await topic.describe()).simulated).toBeNull();
      await topic.declareSimulated(true);
      await topic.append([message('3c6444', '{"icao24":"3c6444","feed":"simulator"}')]);
      await topic.declareSimulated(true);
      expect(await reader.exists()).toBe(true);
      expect((await reader.describe()).simulated).toBe(true);
      await expect(topic.declareSimulated(false)).rejects.toMatchObject({
        kind: 'invalid',
        code: 'lake-kind-differs',
      });
    });

    it('lets a reader leave in the middle', async () => {
      await topic.append(numbered(12_000, () => 'one-key'));
      for await (const chunk of topic.read(await topic.offsets())) {
        expect(chunk.values[0]).toBe('0');
        break;
      }
      await topic.append([message('one-key', 'last')]);
      expect((await collect(topic)).at(-1)?.value).toBe('last');
    });

    it('keeps the newest word of each source, for every handle', async () => {
      expect(await topic.words()).toEqual([]);
      await topic.say(word('opensky', 1));
      await topic.say(word('a', 2));
      await topic.say(word('opensky', 3));
      const other = await fixture.open();
      expect(await other.words()).toEqual([word('a', 2), word('opensky', 3)]);
      await topic.say(word('a', 4));
      expect(await other.words()).toEqual([word('a', 4), word('opensky', 3)]);
      expect((await other.offsets()).every(({ start, end }) => start === end)).toBe(true);
    });

    it('tells of an arrival at once, by this handle and by another, and of none in its time', async () => {
      await topic.append(numbered(3, () => 'key-1'));
      const before = await topic.offsets();
      await topic.arrival(before, 100);
      for (const appender of [topic, await fixture.open()]) {
        const known = await topic.offsets();
        const arrival = topic.arrival(known, 60_000);
        await appender.append(numbered(5, (i) => `key-${i}`));
        await arrival;
        expect(await topic.offsets()).not.toEqual(known);
        // What has arrived before is told at once too.
        await topic.arrival(known, 60_000);
      }
    });

    it('gives up waiting for an arrival when it is told to', async () => {
      const stop = new AbortController();
      const arrival = topic.arrival(await topic.offsets(), 60_000, { signal: stop.signal });
      stop.abort();
      await arrival.catch((error: unknown) => expect(error).toBe(stop.signal.reason));
    });
  });
}

const word = (source: string, at_ms: number): SourceWord => ({
  source,
  state: 'ok',
  message: null,
  at_ms,
  next_poll_at_ms: at_ms + 10_000,
  credits_left: null,
  notices: ['The clock is wrong.'],
});

function message(key: string | null, value: string, timestamp_ms = 1_700_000_000_000): Message {
  return { key, value, timestamp_ms };
}

/** Messages whose values count up, with timestamps that change now and then. */
function numbered(count: number, key: (i: number) => string | null, first = 0): Message[] {
  return range(first, first + count).map((i) =>
    message(key(i), String(i), 1_700_000_000_000 + Math.floor(i / 64)),
  );
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function byValue({ value, timestamp_ms }: Pick<Message, 'value' | 'timestamp_ms'>): string {
  return `${String(value)} at ${timestamp_ms}`;
}

function at({ partition, offset }: Received): string {
  return `${partition}/${offset}`;
}
