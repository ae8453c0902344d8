import { Admin, type MessageToProduce, Producer, type ProducerOptions } from '@platformatic/kafka';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { collect, present } from '../../app/test/topic/collect.ts';
import type { KafkaTopic, KafkaTopicOptions } from '../../app/src/topic/kafka/kafka-topic.ts';
import { freshName, kafkaTopic, numbered } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

type StrangerOptions = Partial<ProducerOptions<Buffer, Buffer, Buffer, Buffer>>;

const HEADERS = new Map([[Buffer.from('source'), Buffer.from('theirs')]]);

describe.skipIf(!HAS_KAFKA)('a topic in Kafka', () => {
  let name: string;
  let topic: KafkaTopic;
  const disposables: AsyncDisposable[] = [];
  beforeEach(() => {
    name = freshName();
    topic = open();
  });
  afterEach(async () => {
    for (const disposable of disposables.splice(0)) await disposable[Symbol.asyncDispose]();
  });

  function open(options: Partial<KafkaTopicOptions> = {}): KafkaTopic {
    const opened = kafkaTopic(inject('bootstrap'), name, options);
    disposables.push(opened);
    return opened;
  }

  const client = () => ({ clientId: 'stranger', bootstrapBrokers: [inject('bootstrap')] });

  async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new Admin(client());
    try {
      return await work(admin);
    } finally {
      await admin.close();
    }
  }

  function stranger(options: StrangerOptions = {}): Producer {
    const producer = new Producer({ ...client(), ...options });
    disposables.push({ [Symbol.asyncDispose]: () => producer.close(true) });
    return producer;
  }

  const inPartition0 = (value: string | null): MessageToProduce => ({
    topic: name,
    partition: 0,
    // A record without a value is a tombstone, which the client's type does not know.
    value: (value === null ? null : Buffer.from(value)) as Buffer,
  });

  const values = async (): Promise<readonly string[]> => (await collect(topic)).map(({ value }) => value);

  describe('and other producers', () => {
    it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
      'reads messages compressed as %s, with or without key and headers',
      async (compression) => {
        await topic.append(numbered(1));
        const messages = Array.from({ length: 500 }, (_, i) => ({
          ...inPartition0(`${i} ${'é'.repeat(i % 50)}`),
          ...(i % 2 === 0 ? {} : { key: Buffer.from([0xff, i % 256]), headers: HEADERS }),
        }));
        await stranger({ compression }).send({ messages });
        const ranges = (await topic.offsets()).filter(({ partition }) => partition === 0);
        const received = (await collect(topic, ranges)).map(({ value }) => value);
        expect(received.slice(-500)).toEqual(messages.map(({ value }) => String(value)));
      },
    );

    it('leaves out records without a value, whose offsets stay empty', async () => {
      await topic.append([]);
      await topic.append([{ key: 'a', value: 'made', timestamp_ms: 1 }]);
      await stranger().send({ messages: [inPartition0('one'), inPartition0(null), inPartition0('three')] });
      const end = present((await topic.offsets())[0]).end;
      const received = await collect(topic, [{ partition: 0, start: end - 3n, end }]);
      expect(received.map(({ offset, value }) => [offset, value])).toEqual([
        [end - 3n, 'one'],
        [end - 1n, 'three'],
      ]);
    });

    it('reads what transactions committed, once they have, and nothing else', async () => {
      await topic.append(numbered(1));
      const before = present((await topic.offsets())[0]).end;
      const producers = ['a', 'b'].map((id) =>
        stranger({ idempotent: true, transactionalId: `${name}-${id}`, retries: 5 }),
      );
      const expected: string[] = [];
      let n = 0;
      for (const plan of ['abort commit', 'commit abort', 'abort abort', 'commit commit', 'abort commit']) {
        const outcomes = plan.split(' ');
        const transactions = await Promise.all(producers.map((producer) => producer.beginTransaction()));
        for (let round = 0; round < 2; round++) {
          for (const [i, transaction] of transactions.entries()) {
            const value = String(n++);
            await transaction.send({ messages: [inPartition0(value)] });
            if (outcomes[i] === 'commit') expected.push(value);
          }
        }
        // Whatever is open holds the end back: nobody may read what may still be aborted.
        expect(present((await topic.offsets())[0]).end).toBeLessThan(before + BigInt(n) + 10n);
        for (const [i, transaction] of transactions.entries()) {
          await (outcomes[i] === 'commit' ? transaction.commit() : transaction.abort());
        }
      }
      const end = await settled(before + BigInt(n) + 10n);
      const received = await collect(topic, [{ partition: 0, start: before, end }]);
      expect(received.map(({ value }) => value).toSorted()).toEqual(expected.toSorted());
      expect(received).toHaveLength(expected.length);
    });

    it('knows an aborted message from a committed one when a fetch does not reach the end of its transaction', async () => {
      await topic.append(numbered(1));
      const before = present((await topic.offsets())[0]).end;
      const producer = stranger({ idempotent: true, transactionalId: name, retries: 5 });
      const large = (i: number): string => `${i} ${randomBytes(300_000).toString('hex')}`;
      const lost = await producer.beginTransaction();
      // Each message is a batch of its own, and all of them are several fetches.
      for (let i = 0; i < 8; i++) await lost.send({ messages: [inPartition0(large(i))] });
      await lost.abort();
      const kept = await producer.beginTransaction();
      for (let i = 8; i < 12; i++) await kept.send({ messages: [inPartition0(large(i))] });
      await kept.commit();
      const end = await settled(before + 14n);
      const received = await collect(topic, [{ partition: 0, start: before, end }]);
      expect(received.map(({ value }) => Number.parseInt(value, 10))).toEqual([8, 9, 10, 11]);
    });

    /** Waits until partition 0 ends there: a commit is acknowledged before its marker is written. */
    async function settled(end: bigint): Promise<bigint> {
      await expect.poll(async () => present((await topic.offsets())[0]).end, { timeout: 30_000 }).toBe(end);
      return end;
    }
  });

  describe('made by us', () => {
    it('has the partitions, the copies and the retention that are set', async () => {
      await open({
        creation: { replication: 1, retention: { maxAgeMs: 3_600_000, maxBytes: 4_000_000_001 } },
      }).append(numbered(1));
      const [described] = await withAdmin((admin) =>
        admin.describeConfigs({
          resources: [
            {
              resourceType: 2,
              resourceName: name,
              configurationKeys: ['retention.ms', 'retention.bytes', 'cleanup.policy'],
            },
          ],
        }),
      );
      expect(
        Object.fromEntries(described?.configs.map((config) => [config.name, config.value]) ?? []),
      ).toEqual({
        'retention.ms': '3600000',
        'retention.bytes': '1000000001',
        'cleanup.policy': 'delete',
      });
    });

    it('is made once by several writers that come at the same time', async () => {
      const writers = Array.from({ length: 4 }, () => open());
      await Promise.all(writers.map((writer, i) => writer.append(numbered(10, i * 10))));
      expect((await values()).map(Number).toSorted((a, b) => a - b)).toEqual([...Array(40).keys()]);
    });

    it('is not made by a reader, who sees it appear', async () => {
      const reader = open({ readOnly: true });
      expect(await reader.offsets()).toEqual(
        [0, 1, 2, 3].map((partition) => ({ partition, start: 0n, end: 0n })),
      );
      expect(await reader.exists()).toBe(false);
      expect(await withAdmin((admin) => admin.listTopics())).not.toContain(name);
      await topic.append(numbered(10));
      // A reader looks again every 5 s.
      await expect.poll(() => reader.exists(), { timeout: 30_000 }).toBe(true);
      expect(await collect(reader)).toHaveLength(10);
      await expect(reader.append(numbered(1))).rejects.toMatchObject({ code: 'topic-read-only' });
    });

    it('says that more copies than brokers cannot be, instead of waiting for them', async () => {
      const impossible = open({ creation: { replication: 3, retention: { maxAgeMs: 1e9, maxBytes: 1e9 } } });
      await expect(impossible.append(numbered(1))).rejects.toMatchObject({
        kind: 'invalid',
        code: 'kafka-replication-invalid',
      });
    });

    it('refuses another number of partitions, also when it is changed under way', async () => {
      await topic.append(numbered(1));
      const other = open({ partitions: 8 });
      await expect(other.offsets()).rejects.toMatchObject({
        kind: 'invalid',
        code: 'topic-partitions-differ',
      });
      await expect(other.append(numbered(1))).rejects.toThrow('Set NUM_PARTITIONS=4');
      await withAdmin((admin) => admin.createPartitions({ topics: [{ name, count: 6 }] }));
      // Messages in new partitions would be read by nobody.
      await expect
        .poll(
          () =>
            topic.offsets().then(
              () => 'fine',
              ({ code }: { readonly code: string }) => code,
            ),
          {
            timeout: 30_000,
          },
        )
        .toBe('topic-partitions-differ');
    });

    it('keeps order and numbers when it takes a new producer id', async () => {
      const writer = open({ maxSequence: 70 });
      for (let i = 0; i < 20; i++) await writer.append(numbered(30, i * 30, 1));
      expect(await values()).toEqual(Array.from({ length: 600 }, (_, i) => String(i)));
    });

    it('refuses a message that the brokers do not take, and takes the next one', async () => {
      const large = { key: 'a', value: randomBytes(1_500_000).toString('hex'), timestamp_ms: 1 };
      await expect(topic.append([large])).rejects.toMatchObject({
        kind: 'invalid',
        code: 'topic-message-too-large',
      });
      await topic.append(numbered(3, 0, 1));
      expect(await values()).toEqual(['0', '1', '2']);
    });
  });

  describe('read by offsets', () => {
    it('says which messages retention took, before and after they were asked for', async () => {
      await topic.append(numbered(100, 0, 1));
      const { partition, end } = present((await topic.offsets()).find((range) => range.end > 0n));
      await withAdmin((admin) =>
        admin.deleteRecords({ topics: [{ name, partitions: [{ partition, offset: 40n }] }] }),
      );
      expect((await topic.offsets())[partition]).toEqual({ partition, start: 40n, end });
      expect(
        (await collect(topic, [{ partition, start: 40n, end }])).map(({ value }) => Number(value)),
      ).toEqual(Array.from({ length: 60 }, (_, i) => i + 40));
      await expect(collect(topic, [{ partition, start: 39n, end }])).rejects.toMatchObject({
        kind: 'corrupt',
        code: 'topic-offsets-expired',
      });
    });

    it('refuses what it never held', async () => {
      await topic.append(numbered(5, 0, 1));
      const { partition } = present((await topic.offsets()).find((range) => range.end > 0n));
      await expect(collect(topic, [{ partition, start: 0n, end: 6n }])).rejects.toMatchObject({
        kind: 'corrupt',
        code: 'topic-offsets-unknown',
      });
      await expect(collect(topic, [{ partition: 4, start: 0n, end: 1n }])).rejects.toMatchObject({
        kind: 'invalid',
      });
    });

    it('holds a bounded amount of memory over a long range', async () => {
      const value = 'x'.repeat(400);
      for (let i = 0; i < 20; i++) {
        await topic.append(
          Array.from({ length: 10_000 }, (_, n) => ({
            key: 'one',
            value: `${i * 10_000 + n} ${value}`,
            timestamp_ms: 1,
          })),
        );
      }
      let read = 0;
      let most = 0;
      for await (const { values: texts } of topic.read(await topic.offsets())) {
        read += texts.length;
        most = Math.max(most, texts.length);
      }
      expect(read).toBe(200_000);
      expect(most).toBe(5_000);
    });
  });

  it('refuses work when it is closed', async () => {
    await topic.append(numbered(3, 0, 1));
    const reading = topic.read(await topic.offsets())[Symbol.asyncIterator]();
    await topic[Symbol.asyncDispose]();
    await expect(topic.append(numbered(1))).rejects.toMatchObject({ code: 'topic-closed' });
    await expect(topic.offsets()).rejects.toMatchObject({ code: 'topic-closed' });
    await expect(reading.next()).rejects.toMatchObject({ code: 'topic-closed' });
  });
});
