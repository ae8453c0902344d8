import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EmbeddedTopic } from '../../app/src/topic/embedded/embedded-topic.ts';
import { SPOOL_POINTS } from '../../app/src/topic/spool/spooled-topic.ts';

const CHILD = resolve(import.meta.dirname, 'spool-child.ts');
const POLLS = 6;

/** Runs the child; answers the polls that it was told are durable. */
function life(...args: readonly (string | number)[]): {
  readonly durable: number[];
  readonly signal: string | null;
} {
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    ['--conditions=@contrail/source', CHILD, ...args.map(String)],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (signal === null && status !== 0) throw new Error(stderr);
  return { durable: stdout.split('\n').filter(Boolean).map(Number), signal };
}

async function topicOf(folder: string): Promise<{ readonly value: string; readonly timestamp_ms: number }[]> {
  await using topic = await EmbeddedTopic.open({
    directory: join(folder, 'topic'),
    name: 'test',
    partitions: 1,
    clock: () => Date.now(),
    retention: { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
    readOnly: true,
  });
  const found: { value: string; timestamp_ms: number }[] = [];
  for await (const { values, timestamps_ms } of topic.read(await topic.offsets()))
    for (const [at, value] of values.entries())
      found.push({
        value: String(value),
        timestamp_ms: typeof timestamps_ms === 'number' ? timestamps_ms : (timestamps_ms[at] as number),
      });
  return found;
}

describe('a producer that is killed while its topic is away', () => {
  const cases = SPOOL_POINTS.flatMap((point) => [1, 3].map((times) => [point, times] as const));
  test.each(cases)(
    'at the point "%s", time %i, loses no poll, keeps their order and times, and doubles one at most',
    async (point, times) => {
      const folder = mkdtempSync(join(tmpdir(), 'contrail-spool-'));
      try {
        const first = life(folder, 0, POLLS, 4, point, times);
        expect(first.signal).toBe('SIGKILL');
        const next = Math.max(-1, ...first.durable) + 1;
        life(folder, next, POLLS, 2);

        const found = await topicOf(folder);
        const polls = found.map(({ value }) => Number(value.split(' ')[0]));
        const last = next + POLLS - 1;
        const once = [...new Set(polls)];
        // The poll at which it died may be in the spool though nobody was told.
        expect(once.toSorted((a, b) => a - b)).toEqual(Array.from({ length: last + 1 }, (_, poll) => poll));
        expect(polls.toSorted((a, b) => a - b)).toEqual(polls);
        const doubled = once.filter((poll) => polls.filter((one) => one === poll).length > 2);
        expect(doubled.length).toBeLessThanOrEqual(1);
        if (point === 'spooled' || point === 'removed')
          expect(doubled.filter((poll) => poll !== next)).toEqual([]);
        for (const { value, timestamp_ms } of found)
          expect(timestamp_ms).toBe(1_780_000_000_000 + Number(value.split(' ')[0]));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
