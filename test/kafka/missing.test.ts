import { Admin, Producer } from '@platformatic/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { contents, gapRows, run, smallWorld, START_SECONDS } from '../../app/test/pipeline/small-world.ts';
import type { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';
import { freshName, kafkaTopic } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const MESSAGES = smallWorld();
const ALL = { maxRows: 10_000 };

describe.skipIf(!HAS_KAFKA)('a topic in Kafka', () => {
  let directory: string;
  let topic: KafkaTopic;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-kafka-missing-'));
    topic = kafkaTopic(inject('bootstrap'), freshName());
  });
  afterEach(async () => {
    await topic[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  const client = () => ({ clientId: 'stranger', bootstrapBrokers: [inject('bootstrap')] });

  /** As retention does: drops what is before these offsets. */
  async function expire(
    until: readonly { readonly partition: number; readonly offset: bigint }[],
  ): Promise<void> {
    const admin = new Admin(client());
    try {
      await admin.deleteRecords({ topics: [{ name: topic.name, partitions: [...until] }] });
    } finally {
      await admin.close();
    }
  }
  const ends = async () => (await topic.offsets()).map(({ partition, end }) => ({ partition, offset: end }));
  const bronze = async (): Promise<number> => (await contents(directory))['bronze/flights']?.length ?? 0;
  const refused = async (): Promise<number> =>
    (await contents(directory))['quarantine/flights']?.filter((row) => row.includes('"malformed"')).length ??
    0;

  it('whose messages expired unread stops the pipeline, until somebody passes over them, also over all', async () => {
    await topic.append(MESSAGES.slice(0, 60));
    await run(directory, { ...ALL, topic });
    await topic.append(MESSAGES.slice(60, 120));
    await expire(await ends());
    await expect(run(directory, { ...ALL, topic })).rejects.toMatchObject({ code: 'topic-offsets-expired' });
    // Nothing is left, and that is written down.
    expect((await run(directory, { ...ALL, topic, passOverGaps: true })).rows).toBe(0);
    const passedOver = async (): Promise<number> =>
      (await gapRows(directory)).reduce((sum, { messages }) => sum + Number(messages), 0);
    expect(await passedOver()).toBe(60);
    await topic.append(MESSAGES.slice(120));
    await run(directory, { ...ALL, topic });
    expect(await passedOver()).toBe(60);
    expect((await bronze()) + (await refused()) + 60).toBe(MESSAGES.length);
  });

  it('takes the time of the micro-batch for records without one', async () => {
    await topic.append(MESSAGES.slice(0, 40));
    const producer = new Producer(client());
    try {
      for (const timestamp of [-1n, 0n, BigInt(START_SECONDS)])
        await producer.send({
          messages: MESSAGES.slice(40, 60).map(({ value }) => ({
            topic: topic.name,
            partition: 0,
            value: Buffer.from(value),
            timestamp,
          })),
        });
    } finally {
      await producer.close();
    }
    const now = START_SECONDS * 1000 + 300_000;
    const restamped: unknown[] = [];
    await run(directory, {
      ...ALL,
      topic,
      clock: () => now,
      onBatch: ({ rows_restamped }) => restamped.push(rows_restamped),
    });
    expect(restamped).toEqual([60]);
    const quarantined = (await contents(directory))['quarantine/flights'] ?? [];
    expect(quarantined.filter((row) => row.includes('implausible_time'))).toEqual([]);
    const dates = new Set(
      [...((await contents(directory))['bronze/flights'] ?? []), ...quarantined].map(
        (row) => /"ingest_date":("[^"]*"|[^,}]*)/.exec(row)?.[1],
      ),
    );
    expect(dates.size).toBe(1);
  });
});
