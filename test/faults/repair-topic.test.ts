import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestRecord } from '../../app/src/pipeline/batch-log.ts';
import { lakeFacts } from '../../app/src/pipeline/facts.ts';
import { expectRecomputed } from '../../app/test/pipeline/expect-recomputed.ts';
import {
  contents,
  fillTopic,
  gapRows,
  openLake,
  openTopic,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { expectBalance, looked, repaired } from '../../app/test/pipeline/repair/repaired.ts';

const MESSAGES = smallWorld();
const HALF = MESSAGES.slice(0, 180);
const ALL = { maxRows: 10_000 };
const SMALL = { maxRows: 100 };

describe('a lake whose topic is another one', () => {
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-lives-'));
    await fillTopic(directory, HALF);
    await run(directory, ALL);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const replaceTopic = async (messages: typeof MESSAGES): Promise<void> => {
    rmSync(join(directory, 'topic'), { recursive: true });
    await fillTopic(directory, messages);
  };

  const shortGaps = async (): Promise<readonly string[]> =>
    (await gapRows(directory))
      .map((row) => ['topic_partition', 'offset_to', 'messages', 'reason'].map((name) => row[name]).join(' '))
      .toSorted();

  it('goes on with a topic that was made again, in partitions of its own', async () => {
    const { ranges } = (await newestRecord(openLake(directory).store)) ?? { ranges: [] };
    await replaceTopic(MESSAGES.slice(180));
    await expect(run(directory, ALL)).rejects.toThrow(/"contrail repair"/);
    const before = await contents(directory);
    const { problems, record } = await looked(directory);
    expect(problems.map(({ code }) => code)).toEqual(['topic-replaced']);
    expect(record?.losses?.map(({ from }) => from)).toEqual(ranges.map(({ end }) => end));
    expect(await contents(directory)).toEqual(before);

    await repaired(directory);
    expect(await contents(directory)).toEqual(before);
    expect(await shortGaps()).toEqual([0, 1, 2, 3].map((partition) => `${partition}   replaced`));
    expect((await looked(directory)).problems).toEqual([]);
    await run(directory, SMALL);
    await expectBalance(directory, MESSAGES.length);
    const bronze = (await contents(directory))['bronze/flights'] ?? [];
    expect(bronze.filter((row) => row.includes('"topic_partition":1000')).length).toBeGreaterThan(100);
    await expectRecomputed(directory);

    await using topic = await openTopic(directory, { readOnly: true });
    const facts = await lakeFacts(openLake(directory), topic, null);
    expect(facts).toMatchObject({ open: null, unread: 0 });
    expect((await looked(directory)).problems).toEqual([]);
  });

  it('notes what the former topic still held of a batch that was planned and not begun', async () => {
    await fillTopic(directory, MESSAGES.slice(180, 240));
    const stop = new AbortController();
    await run(directory, {
      ...ALL,
      signal: stop.signal,
      onPoint: (point) => point === 'recorded' && stop.abort(),
    });
    const open = await newestRecord(openLake(directory).store);
    await replaceTopic(MESSAGES.slice(240));
    await repaired(directory);
    const gaps = await gapRows(directory);
    expect(gaps.map((row) => row['offset_from'])).toEqual(open?.ranges.map(({ start }) => start));
    await run(directory, ALL);
    await expectBalance(directory, MESSAGES.length - 60);
  });

  it('computes a batch from Bronze that was begun when the topic was made again', async () => {
    await fillTopic(directory, MESSAGES.slice(180, 240));
    const died = new Error('died here');
    const onPoint = (point: string): void => {
      if (point === 'committed bronze/flights') throw died;
    };
    await expect(run(directory, { ...ALL, onPoint })).rejects.toBe(died);
    await replaceTopic(MESSAGES.slice(240));
    await repaired(directory);
    await run(directory, ALL);
    await expectBalance(directory, MESSAGES.length);
    await expectRecomputed(directory);
  });

  it('goes on with an older copy of its topic that was put back, and keeps each position once', async () => {
    cpSync(join(directory, 'topic'), join(directory, 'copy'), { recursive: true });
    await fillTopic(directory, MESSAGES.slice(180, 240));
    await run(directory, ALL);
    const silver = (await contents(directory))['silver/flights'];
    rmSync(join(directory, 'topic'), { recursive: true });
    cpSync(join(directory, 'copy'), join(directory, 'topic'), { recursive: true });
    expect((await looked(directory)).problems.map(({ code }) => code)).toEqual(['topic-went-back']);
    await repaired(directory);
    await run(directory, ALL);
    expect((await contents(directory))['silver/flights']).toEqual(silver);
    await fillTopic(directory, MESSAGES.slice(240));
    await run(directory, ALL);
    await expectBalance(directory, 240 + 180 + MESSAGES.length - 240);
    expect((await shortGaps())[0]).toBe('0   went_back');
    await expectRecomputed(directory);
  });

  it('goes on with an older copy that was filled past the old end', async () => {
    cpSync(join(directory, 'topic'), join(directory, 'copy'), { recursive: true });
    await fillTopic(directory, MESSAGES.slice(180, 240));
    await run(directory, ALL);
    rmSync(join(directory, 'topic'), { recursive: true });
    cpSync(join(directory, 'copy'), join(directory, 'topic'), { recursive: true });
    await fillTopic(directory, MESSAGES.slice(240));
    await repaired(directory);
    await run(directory, ALL);
    await expectBalance(directory, 240 + 180 + MESSAGES.length - 240);
    await expectRecomputed(directory);
  });

  it('goes on with another TOPIC_NAME, and back again', async () => {
    {
      await using other = await openTopic(directory, { name: 'other' });
      await other.append(MESSAGES.slice(180, 240));
      const { problems } = await repaired(directory, { topic: other });
      expect(problems.map(({ code }) => code)).toEqual(['lake-topic-differs']);
      await run(directory, { ...ALL, topic: other });
      expect((await looked(directory, { topic: other })).problems).toEqual([]);
    }
    await expectBalance(directory, 240);
    await replaceTopic(MESSAGES.slice(240));
    await repaired(directory);
    await run(directory, ALL);
    await expectBalance(directory, MESSAGES.length);
    expect(await shortGaps()).toHaveLength(8);
    await expectRecomputed(directory);
  });

  it('takes no other topic for its own where its records are gone, and goes on with it when it is repaired', async () => {
    rmSync(join(directory, 'lake/_contrail'), { recursive: true });
    await using other = await openTopic(directory, { name: 'other' });
    await other.append(MESSAGES.slice(180));
    await expect(run(directory, { ...ALL, topic: other })).rejects.toThrow(
      /no table has a micro-batch of other/,
    );
    const { problems } = await repaired(directory, { topic: other });
    expect(problems.map(({ code }) => code)).toEqual(['table-ahead-of-batches']);
    await run(directory, { ...ALL, topic: other });
    await expectBalance(directory, MESSAGES.length);
    expect(await shortGaps()).toHaveLength(4);
    await expectRecomputed(directory);
  });

  it('has a third life and more', async () => {
    for (const [from, to] of [
      [180, 240],
      [240, 300],
      [300, MESSAGES.length],
    ] as const) {
      await replaceTopic(MESSAGES.slice(from, to));
      await repaired(directory);
      await run(directory, SMALL);
    }
    await expectBalance(directory, MESSAGES.length);
    const last = await newestRecord(openLake(directory).store);
    expect(last?.ranges.map(({ partition }) => partition)).toEqual([30_000, 30_001, 30_002, 30_003]);
    await expectRecomputed(directory);
  });

  it('repairs nothing while the topic is not there', async () => {
    rmSync(join(directory, 'topic'), { recursive: true });
    await using topic = await openTopic(directory, { readOnly: true });
    const { problems, record } = await looked(directory, { topic });
    expect(problems.map(({ code }) => code)).toEqual(['topic-gone']);
    expect(record).toBeNull();
  });
});
