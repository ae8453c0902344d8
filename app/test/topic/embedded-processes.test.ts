import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';
import { collect } from './collect.ts';
import type { Received } from './collect.ts';

const APPENDER = fileURLToPath(new URL('appender.ts', import.meta.url));
const SIZE = 200;

describe('an embedded topic and several processes', { timeout: 60_000 }, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-topic-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function openReader(): Promise<EmbeddedTopic> {
    return EmbeddedTopic.open({
      directory,
      name: 'opensky-data',
      partitions: 4,
      clock: () => 0,
      retention: { maxAgeMs: 1, maxBytes: 1 },
      readOnly: true,
    });
  }

  /** Starts an appender; `acknowledged` yields its lines as they come. */
  function startAppender(label: string, appends: number) {
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', APPENDER, directory, label, String(appends), String(SIZE)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
    return { child, ended, acknowledged: createInterface({ input: child.stdout }) };
  }

  it('loses nothing acknowledged and keeps whole appends only, when killed with SIGKILL, 10 times', async () => {
    const acknowledged: number[] = [];
    for (let round = 0; round < 10; round++) {
      const appender = startAppender(String(round), 1_000_000);
      let last = 0;
      let lines = 0;
      for await (const line of appender.acknowledged) {
        last = Number(line);
        lines++;
        // Lines that were already under way still count: they were acknowledged.
        if (lines === 1 + 7 * round) appender.child.kill('SIGKILL');
      }
      expect(await appender.ended).toEqual([null, 'SIGKILL']);
      acknowledged.push(last);

      await using topic = await openReader();
      const received = await collect(topic);
      expectContiguous(received, await topic.offsets());
      for (const [label, atLeast] of acknowledged.entries()) {
        const numbers = received.map(parse).filter((message) => message.label === String(label));
        expect(numbers.length % SIZE).toBe(0);
        expect(numbers.length).toBeGreaterThanOrEqual(atLeast);
        // At most the append under way when the signal came is there without having been acknowledged.
        expect(numbers.length).toBeLessThanOrEqual(atLeast + SIZE);
        expect(numbers.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([...numbers.keys()]);
        expectOrderPerKey(numbers);
      }
    }
  });

  it('lets one process read while another writes, in whole appends and in order', async () => {
    const appender = startAppender('a', 1_000_000);
    await once(appender.acknowledged, 'line');
    await using topic = await openReader();
    let next = (await topic.offsets()).map(({ start }) => start);
    const seen: Received[] = [];
    const readOn = async (): Promise<boolean> => {
      const ends = await topic.offsets();
      const chunk = await collect(
        topic,
        ends.map((range, i) => ({ ...range, start: next[i] ?? 0n })),
      );
      next = ends.map(({ end }) => end);
      seen.push(...chunk);
      expect(seen.length % SIZE).toBe(0);
      return chunk.length > 0;
    };
    for (let newsWhileWriting = 0; newsWhileWriting < 5;) if (await readOn()) newsWhileWriting++;
    appender.child.kill('SIGKILL');
    await appender.ended;
    await readOn();
    expectContiguous(seen, await topic.offsets());
    expectOrderPerKey(seen.map(parse));
  });

  it('serialises two writing processes that also race to create it', async () => {
    const appenders = [startAppender('a', 50), startAppender('b', 50)];
    expect(await Promise.all(appenders.map(({ ended }) => ended))).toEqual([
      [0, null],
      [0, null],
    ]);
    await using topic = await openReader();
    const received = await collect(topic);
    expect(received).toHaveLength(2 * 50 * SIZE);
    expectContiguous(received, await topic.offsets());
    for (const label of ['a', 'b']) {
      const numbers = received.map(parse).filter((message) => message.label === label);
      expect(new Set(numbers.map(({ n }) => n)).size).toBe(50 * SIZE);
      expectOrderPerKey(numbers);
    }
  });
});

function parse({ value }: Received): { readonly label: string; readonly n: number } {
  const [label = '', n = ''] = value.split(':');
  return { label, n: Number(n) };
}

function expectOrderPerKey(messages: readonly { readonly n: number }[]): void {
  const last = new Map<number, number>();
  const misplaced = messages.filter(({ n }) => {
    const before = last.get(n % 16) ?? (n % 16) - 16;
    last.set(n % 16, n);
    return n !== before + 16;
  });
  expect(misplaced).toEqual([]);
}

function expectContiguous(
  received: readonly Received[],
  offsets: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[],
): void {
  for (const { partition, start, end } of offsets) {
    const found = received.filter((message) => message.partition === partition).map(({ offset }) => offset);
    expect(found).toEqual(Array.from({ length: Number(end - start) }, (_, i) => start + BigInt(i)));
  }
}
