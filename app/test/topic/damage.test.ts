import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';
import { damageBatches, damagePage } from './break-topic.ts';
import { collect } from './collect.ts';

const NOW_MS = 1_700_000_000_000;

describe('an embedded topic with a damaged stretch', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-damage-'));
    file = join(directory, 't.db');
    await using topic = await open();
    // Eight stored batches of 10, in one partition.
    for (let batch = 0; batch < 8; batch += 1) {
      const numbers = Array.from({ length: 10 }, (_, i) => batch * 10 + i);
      await topic.append(
        numbers.map((n) => ({ key: 'k', value: `message ${n}`, timestamp_ms: NOW_MS + (n % 2) })),
      );
    }
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const open = () =>
    EmbeddedTopic.open({
      directory,
      name: 't',
      partitions: 1,
      clock: () => NOW_MS,
      retention: { maxAgeMs: 1e13, maxBytes: 1e12 },
    });
  const range = (start: number, end: number) => ({ partition: 0, start: BigInt(start), end: BigInt(end) });
  const WHOLE = range(0, 80);

  it.each([
    [
      'a changed byte of a payload',
      [20, 30],
      `update batch set payload = cast(substr(payload, 1, 20) || x'00' || substr(payload, 22) as blob) where first_offset = 20`,
    ],
    [
      'a payload that was cut off',
      [20, 30],
      `update batch set payload = substr(payload, 1, 9) where first_offset = 20`,
    ],
    ['a stored batch that is gone', [20, 30], `delete from batch where first_offset = 20`],
    [
      'two neighbours that are damaged',
      [20, 40],
      `update batch set payload = x'00' where first_offset in (20, 30)`,
    ],
    [
      'a count that is not that of its messages',
      [20, 30],
      `update batch set count = 9 where first_offset = 20`,
    ],
    [
      'timestamps that are too few',
      [20, 30],
      `update batch set timestamps = x'0000' where first_offset = 20`,
    ],
    [
      'an encoding that is unknown to its text',
      [20, 30],
      `update batch set encoding = 'json' where first_offset = 20`,
    ],
    ['a damaged beginning', [0, 10], `update batch set payload = x'' where first_offset = 0`],
    ['a lost end', [70, 80], `delete from batch where first_offset = 70`],
  ] as const)('names the messages that cannot be read, after %s', async (_, [start, end], damage) => {
    damageBatches(file, damage);
    await using topic = await open();
    const kept = await topic.offsets();
    expect(kept).toEqual([WHOLE]);
    expect(await topic.gaps(kept)).toEqual([{ ...range(start, end), reason: 'damaged' }]);
    const reading = collect(topic);
    await expect(reading).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-damaged' });
    await expect(reading).rejects.toThrow(
      `${end - start} messages of partition 0, offsets ${start} to ${end - 1}, cannot be read`,
    );
    await expect(reading).rejects.toThrow('contrail pipeline --pass-over-gaps');
  });

  it('gives what is before and after the damage, also where both come in one chunk', async () => {
    damageBatches(file, `update batch set payload = x'00' where first_offset in (20, 50)`);
    await using topic = await open();
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const { values } of topic.read([WHOLE])) got.push(...values);
    })();
    await expect(reading).rejects.toThrow('offsets 20 to 29');
    expect(got).toHaveLength(20);
    const around = [range(0, 20), range(30, 50), range(60, 80)];
    expect((await collect(topic, around)).map(({ offset }) => Number(offset))).toEqual(
      Array.from({ length: 80 }, (_, i) => i).filter((n) => ![2, 5].includes(Math.floor(n / 10))),
    );
    expect(await topic.gaps([range(5, 25), range(30, 50), range(55, 80)])).toEqual([
      { ...range(20, 25), reason: 'damaged' },
      { ...range(55, 60), reason: 'damaged' },
    ]);
  });

  it('finds what pages with other bytes have taken, and nothing else', async () => {
    {
      await using topic = await open();
      const value = 'x'.repeat(100);
      for (let batch = 0; batch < 20; batch += 1)
        await topic.append(
          Array.from({ length: 500 }, (_, i) => ({
            key: 'k',
            value: `${value}${Math.sin(batch * 500 + i)}`,
            timestamp_ms: NOW_MS,
          })),
        );
    }
    damagePage(file, -3);
    await using topic = await open();
    const [all] = (await topic.offsets()) as [{ partition: number; start: bigint; end: bigint }];
    const gaps = await topic.gaps([all]);
    expect(gaps.length).toBeGreaterThan(0);
    let next = all.start;
    const between = [];
    for (const gap of [...gaps, { start: all.end, end: all.end }]) {
      if (gap.start > next) between.push({ partition: 0, start: next, end: gap.start });
      next = gap.end;
    }
    const lost = gaps.reduce((sum, { start, end }) => sum + Number(end - start), 0);
    expect(await collect(topic, between)).toHaveLength(Number(all.end) - lost);
  });
});
