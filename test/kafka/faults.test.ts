import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accounts, contents, fillTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { collect, messagesOf } from '../../app/test/topic/collect.ts';
import type { KafkaTopicOptions } from '../../app/src/topic/kafka/kafka-topic.ts';
import type { Topic } from '../../app/src/topic/topic.ts';
import { freshName, kafkaTopic, numbered, startBroker, type TestBroker } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const MESSAGES = smallWorld();
/** Messages of a large append: several rounds, so that a kill finds some done and some not. */
const LARGE = 12_000;

/** What a topic said while Kafka was away. */
function listener() {
  const heard: string[] = [];
  return {
    heard,
    onTrouble: ({ code }: { readonly code: string }) => void heard.push(code),
    onRecovered: () => void heard.push('recovered'),
  };
}

describe.skipIf(!HAS_KAFKA)('a broker that is killed with SIGKILL', () => {
  let kafka: TestBroker;
  beforeAll(async () => {
    kafka = await startBroker();
  });
  afterAll(() => kafka[Symbol.asyncDispose]());
  beforeEach(async () => {
    // What a test left behind, when it failed.
    if (!kafka.broker.isRunning) await kafka.restart();
  });

  const open = (name: string, options: Partial<KafkaTopicOptions> = {}) =>
    kafkaTopic(kafka.broker.bootstrap, name, options);

  /** The numbers in each partition, in the order of their offsets. */
  async function numbersByPartition(topic: Topic): Promise<readonly (readonly number[])[]> {
    const found: number[][] = [[], [], [], []];
    for (const { partition, value } of await collect(topic))
      found[partition]?.push(Number.parseInt(value, 10));
    return found;
  }

  it('loses and doubles nothing of appends: they wait, say so once, and go on in order', async () => {
    const { heard, ...hooks } = listener();
    await using topic = open(freshName(), hooks);
    const large = (first: number) =>
      numbered(LARGE, first).map((message) => ({
        ...message,
        value: `${String(message.value)} ${'x'.repeat(400)}`,
        // After a kill a broker knows a producer by its batches of the last day, by their messages' own time.
        timestamp_ms: Date.now(),
      }));
    await topic.append(large(0));
    let next = LARGE;
    for (let kill = 0; kill < 3; kill++) {
      // Several appends wait in line; the broker dies while the first of them is under way.
      const appends = Array.from({ length: 3 }, () => {
        const append = topic.append(large(next));
        next += LARGE;
        return append;
      });
      if (kill > 0) await Promise.race([appends[0], ends(topic)]);
      await kafka.broker.kill();
      await expect
        .poll(() => heard.at(-1), { timeout: 60_000 })
        .not.toBe(kill === 0 ? undefined : 'recovered');
      await kafka.restart();
      await Promise.all(appends);
      expect(heard.filter((word) => word === 'recovered')).toHaveLength(kill + 1);
    }
    expect(heard).toEqual(Array.from({ length: 3 }, () => ['kafka-unreachable', 'recovered']).flat());
    const found = await numbersByPartition(topic);
    expect(found.flat()).toHaveLength(next);
    for (const numbers of found) {
      expect(numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? n))).toBe(true);
    }
  });

  /** Resolves as soon as something of an append is there. */
  async function ends(topic: Topic): Promise<void> {
    const sum = async (): Promise<bigint> =>
      (await topic.offsets()).reduce((total, { end }) => total + end, 0n);
    for (const before = await sum(); (await sum()) === before;);
  }

  it('is told to a reader, who goes on where it stopped', async () => {
    await using topic = open(freshName());
    // 20 MB that do not shrink much: some twenty fetches.
    const messages = numbered(10_000, 0, 1).map((message) => ({
      ...message,
      value: `${String(message.value)} ${randomBytes(1_500).toString('base64')}`,
    }));
    await topic.append(messages);
    const range = (await topic.offsets()).find(({ end }) => end > 0n);
    if (range === undefined) throw new Error('the append is not there');
    const received: number[] = [];
    let next = range.start;
    let failures = 0;
    for (let isKilled = false; next < range.end;) {
      try {
        for await (const chunk of topic.read([{ ...range, start: next }])) {
          const chunkMessages = messagesOf(chunk);
          received.push(...chunkMessages.map(({ value }) => Number.parseInt(value, 10)));
          next = (chunkMessages.at(-1)?.offset ?? next) + 1n;
          if (!isKilled) await kafka.broker.kill();
          isKilled = true;
        }
      } catch (error) {
        expect(error).toMatchObject({ kind: 'unavailable' });
        failures += 1;
        await kafka.restart();
      }
    }
    expect(failures).toBe(1);
    expect(received).toEqual(messages.map((_, i) => i));
  });

  it('keeps an append that was given up from holding the program back', async () => {
    const topic = open(freshName());
    await topic.append(numbered(10));
    await kafka.broker.kill();
    const stop = new AbortController();
    const append = topic.append(numbered(10), { signal: stop.signal });
    stop.abort(new Error('stop'));
    await expect(append).rejects.toThrow('stop');
    const started = performance.now();
    await topic[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(9_000);
    await kafka.restart();
  });

  describe('under the pipeline', () => {
    let root: string;
    let expected: Awaited<ReturnType<typeof contents>>;
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'contrail-kafka-pipeline-'));
      await fillTopic(join(root, 'embedded'), MESSAGES);
      await run(join(root, 'embedded'), { maxRows: 100 });
      expected = await contents(join(root, 'embedded'));
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it.each(['planned', 'recorded', 'written silver/flights_ml'] as const)(
      'leaves tables that are the same as from the embedded topic, killed when the second batch is %s',
      async (point) => {
        const directory = join(root, point.replaceAll(/\W/g, '-'));
        await using topic = open(freshName());
        await topic.append(MESSAGES);
        let times = 0;
        let restarted: Promise<unknown> = Promise.resolve();
        const troubles: string[] = [];
        await run(directory, {
          topic,
          maxRows: 100,
          onTrouble: (error) => troubles.push(error.message),
          onPoint: (reached) => {
            if (reached !== point || ++times !== 2) return;
            restarted = kafka.broker.kill().then(() => kafka.restart());
          },
        });
        await restarted;
        expect(times).toBeGreaterThanOrEqual(2);
        expect(troubles.length).toBeGreaterThan(0);
        const found = await contents(directory);
        expect(found).toEqual(expected);
        expect(accounts(found, MESSAGES.length).found).toEqual(accounts(found, MESSAGES.length).expected);
      },
    );
  });
});
