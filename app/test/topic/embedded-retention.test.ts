import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';
import type { Retention } from '../../src/topic/embedded/retention.ts';
import type { Message } from '../../src/topic/topic.ts';
import { collect, present } from './collect.ts';

const FOREVER: Retention = { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
const HOUR_MS = 3_600_000;

describe('retention of an embedded topic', () => {
  let directory: string;
  let now_ms: number;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-topic-'));
    now_ms = 1_700_000_000_000;
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function open(retention: Partial<Retention>): Promise<EmbeddedTopic> {
    return EmbeddedTopic.open({
      directory,
      name: 't',
      partitions: 2,
      clock: () => now_ms,
      retention: { ...FOREVER, ...retention },
    });
  }

  function messages(key: string, count: number, bytes = 10): Message[] {
    return Array.from({ length: count }, (_, i) => ({
      key,
      value: noise(`${key}${i}`, bytes),
      timestamp_ms: now_ms,
    }));
  }

  it('drops whole batches that are older than maxAgeMs, at the next append', async () => {
    await using topic = await open({ maxAgeMs: HOUR_MS });
    await topic.append(messages('a', 10));
    now_ms += HOUR_MS;
    await topic.append(messages('a', 10));
    expect(await collect(topic)).toHaveLength(20);
    now_ms += 1;
    await topic.append(messages('a', 10));
    const kept = present((await topic.offsets()).find(({ end }) => end > 0n));
    expect([kept.start, kept.end]).toEqual([10n, 30n]);
    expect((await collect(topic)).map(({ offset }) => offset)[0]).toBe(10n);
  });

  it('drops the oldest batches beyond maxBytes and stays near it', async () => {
    await using topic = await open({ maxBytes: 100_000 });
    for (let i = 0; i < 40; i++) await topic.append(messages('a', 10, 1_000));
    const received = await collect(topic);
    const bytes = received.reduce((sum, { value }) => sum + value.length, 0);
    expect(received.at(-1)?.offset).toBe(399n);
    // Hexadecimal noise takes about half its length when stored.
    expect(bytes).toBeGreaterThan(150_000);
    expect(bytes).toBeLessThan(220_000);
  });

  it('never drops what the same append brought, however old its timestamps are', async () => {
    await using topic = await open({ maxAgeMs: HOUR_MS, maxBytes: 1 });
    const old = messages('a', 12_000).map((message) => ({ ...message, timestamp_ms: 0 }));
    await topic.append(old);
    expect(await collect(topic)).toHaveLength(12_000);
    await topic.append(messages('a', 1));
    expect(await collect(topic)).toHaveLength(1);
  });

  it('never drops the newest batch of a partition, and looks past it for what can go', async () => {
    await using topic = await open({ maxBytes: 1 });
    await topic.append(messages('quiet', 3));
    const quiet = present((await topic.offsets()).find(({ end }) => end > 0n)).partition;
    const busy = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const key of busy) await topic.append(messages(key, 5));
    const [first, second] = await topic.offsets();
    expect([present(first).end - present(first).start, present(second).end - present(second).start]).toEqual([
      5n,
      5n,
    ]);
    expect(present((await topic.offsets())[quiet]).start).toBeGreaterThan(0n);
  });

  it('does a bounded amount of work at one append and catches up over several', async () => {
    {
      await using topic = await open({});
      for (let i = 0; i < 60; i++) await topic.append(messages('a', 1));
    }
    now_ms += 10;
    await using topic = await open({ maxAgeMs: 1 });
    const counts: number[] = [];
    for (let i = 0; i < 5; i++) {
      await topic.append(messages('a', 1));
      counts.push((await collect(topic)).length);
    }
    expect(counts).toEqual([45, 30, 15, 4, 5]);
  });

  it('says topic-offsets-expired to a reader whose range is gone, before and in the middle of reading', async () => {
    await using topic = await open({ maxAgeMs: HOUR_MS });
    await topic.append(messages('a', 12_000));
    const ranges = await topic.offsets();
    const slow = topic.read(ranges);
    expect((await slow.next()).done).toBe(false);
    now_ms += HOUR_MS + 1;
    await topic.append(messages('a', 1));
    await topic.append(messages('a', 1));
    const expired = { kind: 'corrupt', code: 'topic-offsets-expired' };
    await expect(slow.next()).rejects.toMatchObject(expired);
    await expect(collect(topic, ranges)).rejects.toMatchObject(expired);
    expect(await collect(topic)).toHaveLength(2);
  });

  it('gives disk space back', async () => {
    {
      await using topic = await open({});
      for (let i = 0; i < 8; i++) await topic.append(messages('a', 60, 100_000));
    }
    const before = statSync(join(directory, 't.db')).size;
    now_ms += 10;
    {
      await using topic = await open({ maxAgeMs: 1 });
      for (let i = 0; i < 4; i++) await topic.append(messages('a', 1));
    }
    expect(before).toBeGreaterThan(20_000_000);
    // What stays are the spare pages.
    expect(statSync(join(directory, 't.db')).size).toBeLessThan(10_000_000);
  });
});

/** Text that does not compress below half its length. */
function noise(seed: string, bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += createHash('sha512').update(`${seed}${i}`).digest('hex');
  return text.slice(0, bytes);
}
