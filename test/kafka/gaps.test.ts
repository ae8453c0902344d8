import { Producer } from '@platformatic/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { accounts, contents, fillTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { partitionOf } from '../../app/src/topic/murmur2.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { freshName, kafkaTopic } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const MESSAGES = smallWorld();

/** Rows without their offsets, which gaps move. */
const withoutOffsets = (tables: Awaited<ReturnType<typeof contents>>) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows.map((row) => row.replace(/"topic_offset":"\d+n",?/, '')).toSorted(),
    ]),
  );

describe.skipIf(!HAS_KAFKA)('the pipeline over a topic whose offsets have gaps', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'contrail-kafka-gaps-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('makes the tables of the messages that were committed, also where a batch holds none', async () => {
    await fillTopic(join(root, 'embedded'), MESSAGES);
    await run(join(root, 'embedded'), { maxRows: 1_000 });
    const expected = withoutOffsets(await contents(join(root, 'embedded')));

    await using topic = kafkaTopic(inject('bootstrap'), freshName());
    await topic.append(MESSAGES.slice(0, 100));
    const producer = new Producer({
      clientId: 'stranger',
      bootstrapBrokers: [inject('bootstrap')],
      idempotent: true,
      transactionalId: topic.name,
      retries: 5,
    });
    const record = ({ key, value, timestamp_ms }: Message) => ({
      topic: topic.name,
      partition: partitionOf({ key, value }, 4),
      ...(key === null ? {} : { key: Buffer.from(key) }),
      value: Buffer.from(value),
      timestamp: BigInt(timestamp_ms),
    });
    for (let first = 100; first < MESSAGES.length; first += 60) {
      for (const outcome of ['abort', 'commit'] as const) {
        const transaction = await producer.beginTransaction();
        await transaction.send({ messages: MESSAGES.slice(first, first + 60).map(record) });
        await transaction[outcome]();
      }
    }
    await producer.close();
    // The markers are the last: a commit is acknowledged before they are written.
    const sum = async (): Promise<number> =>
      (await topic.offsets()).reduce((total, { end }) => total + Number(end), 0);
    await expect.poll(sum, { timeout: 30_000 }).toBeGreaterThan(MESSAGES.length + (MESSAGES.length - 100));
    const { batches } = await run(join(root, 'kafka'), { topic, maxRows: 20 });
    expect(batches).toBeGreaterThan(MESSAGES.length / 20);

    const found = await contents(join(root, 'kafka'));
    expect(withoutOffsets(found)).toEqual(expected);
    expect(accounts(found, MESSAGES.length).found).toEqual(accounts(found, MESSAGES.length).expected);
  });
});
