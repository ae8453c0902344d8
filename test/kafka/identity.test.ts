import { Admin } from '@platformatic/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { expectRecomputed } from '../../app/test/pipeline/expect-recomputed.ts';
import { expectBalance, looked, repaired } from '../../app/test/pipeline/repair/repaired.ts';
import { contents, gapRows, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { freshName, kafkaTopic, numbered } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const MESSAGES = smallWorld();
const ALL = { maxRows: 10_000 };

describe.skipIf(!HAS_KAFKA)('a topic in Kafka that is deleted and made again', () => {
  let directory: string;
  let name: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-kafka-identity-'));
    name = freshName();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const open = () => kafkaTopic(inject('bootstrap'), name);

  async function remove(): Promise<void> {
    const admin = new Admin({ clientId: 'stranger', bootstrapBrokers: [inject('bootstrap')] });
    try {
      await admin.deleteTopics({ topics: [name] });
    } finally {
      await admin.close();
    }
    // Brokers answer before they have forgotten it.
    await expect
      .poll(
        async () => {
          await using reader = open();
          return await reader.exists();
        },
        { timeout: 20_000 },
      )
      .toBe(false);
  }

  it('has another id, and a lake of the first one takes it in when it is repaired', async () => {
    {
      await using topic = open();
      await topic.append(MESSAGES.slice(0, 60));
      await run(directory, { ...ALL, topic });
    }
    const before = await contents(directory);
    await remove();
    await using topic = open();
    await topic.append([...MESSAGES, ...MESSAGES]);
    const refused = run(directory, { ...ALL, topic });
    await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-replaced' });
    expect(await contents(directory)).toEqual(before);

    const { problems } = await repaired(directory, { topic });
    expect(problems.map(({ code }) => code)).toEqual(['topic-replaced']);
    await run(directory, { ...ALL, topic });
    await expectBalance(directory, 60 + 2 * MESSAGES.length);
    await expectRecomputed(directory);
    const gaps = (await gapRows(directory)).map(({ reason, messages }) => [reason, messages]);
    expect(gaps).toEqual(Array(4).fill(['replaced', null]));
    expect((await looked(directory, { topic })).problems).toEqual([]);
  });

  it('gets more partitions, and a lake goes on with each of them from its first message', async () => {
    {
      await using topic = open();
      await topic.append(MESSAGES.slice(0, 150));
      await run(directory, { ...ALL, topic });
    }
    const admin = new Admin({ clientId: 'stranger', bootstrapBrokers: [inject('bootstrap')] });
    await admin.createPartitions({ topics: [{ name, count: 6 }] });
    await admin.close();
    const more = (): ReturnType<typeof kafkaTopic> =>
      kafkaTopic(inject('bootstrap'), name, { partitions: 6 });
    await expect
      .poll(
        async () => {
          await using reader = more();
          return (await reader.offsets()).length;
        },
        { timeout: 20_000 },
      )
      .toBe(6);
    await using former = open();
    await expect(run(directory, { ...ALL, topic: former })).rejects.toMatchObject({
      code: 'topic-partitions-differ',
    });
    await using topic = more();
    await topic.append(MESSAGES.slice(150));
    await run(directory, { ...ALL, topic });
    await expectBalance(directory, MESSAGES.length);
    expect(await gapRows(directory)).toEqual([]);
  });

  it('is noticed by programs that use it: they write nothing more, and read nothing', async () => {
    await using writer = open();
    await using reader = open();
    await writer.append(numbered(10));
    await reader.offsets();
    await remove();
    // What the clients know of the topic is up to 5 s old.
    const gone = { kind: 'unavailable', code: 'topic-away' };
    await expect
      .poll(() => reader.offsets().catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject(gone);
    await using other = open();
    await other.append(numbered(20));
    const replaced = { kind: 'corrupt', code: 'topic-replaced' };
    await expect
      .poll(() => reader.offsets().catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject(replaced);
    await expect
      .poll(() => writer.append(numbered(1)).catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject(replaced);
  });
});
