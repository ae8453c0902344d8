import { Admin } from '@platformatic/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { contents, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
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

  it('has another id, and a lake of the first one takes nothing from it', async () => {
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
