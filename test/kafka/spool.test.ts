import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../app/src/program/system.ts';
import { PackedMessages } from '../../app/src/topic/packed-messages.ts';
import { SpooledTopic } from '../../app/src/topic/spool/spooled-topic.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const NEVER = new AbortController().signal;

function poll(number: number): PackedMessages {
  const messages = new PackedMessages(1_780_000_000_000 + number);
  for (let part = 0; part < 40; part += 1) messages.add(`key-${part}`, `${number}`);
  return messages;
}

describe.skipIf(!HAS_KAFKA)('a producer with a spool, while the broker is away', () => {
  let test: TestBroker;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-spool-'));
    test = await startBroker();
  }, 120_000);
  afterAll(async () => {
    await test[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on, also after it was stopped, and each poll is in the topic once, in order, with its time', async () => {
    const name = freshName();
    const lives = [
      [0, 3, 5],
      [5, 6, 8],
    ] as const;
    for (const [first, killed, end] of lives) {
      // The first life ended while the broker was away.
      if (first > 0) await test.restart();
      await using topic = kafkaTopic(test.broker.bootstrap, name);
      const spooled = SpooledTopic.open(topic, {
        file: join(folder, 'spool.db'),
        maxBytes: 1_000_000,
        patienceMs: 500,
        clock: SYSTEM.clock,
        sleep: SYSTEM.sleep,
        tell: () => undefined,
      });
      if (spooled === 'held') throw new Error('The spool is held.');
      await using _spooled = spooled;
      for (let number = first; number < killed; number += 1) await spooled.append(poll(number));
      await spooled.drained(NEVER);
      await test.broker.kill();
      for (let number: number = killed; number < end; number += 1) await spooled.append(poll(number));
      expect(spooled.waiting).toBe(end - killed);
      if (end === 8) {
        await test.restart();
        await spooled.drained(AbortSignal.timeout(60_000));
        expect(spooled.waiting).toBe(0);
      }
    }

    await using topic = kafkaTopic(test.broker.bootstrap, name, { readOnly: true });
    for (const range of await topic.offsets()) {
      const found: string[] = [];
      for await (const { values, timestamps_ms } of topic.read([range]))
        for (const [at, value] of values.entries()) {
          found.push(String(value));
          const time = typeof timestamps_ms === 'number' ? timestamps_ms : timestamps_ms[at];
          expect(time).toBe(1_780_000_000_000 + Number(value));
        }
      const once = [...new Set(found)];
      expect(once).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
      // In order; the poll on its way when the first life ended may be there twice.
      expect(found).toEqual(found.toSorted());
      const doubled = once.filter(
        (number) => found.filter((one) => one === number).length > found.filter((one) => one === '0').length,
      );
      expect(doubled.every((number) => number === '3')).toBe(true);
    }
  }, 240_000);
});
