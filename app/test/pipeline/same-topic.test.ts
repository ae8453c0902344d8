import { localStore } from '@contrail/delta-lake';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestRecord } from '../../src/pipeline/batch-log.ts';
import { checkIdentity } from '../../src/pipeline/same-topic.ts';
import { contents, fillTopic, openTopic, run, smallWorld } from './small-world.ts';

const MESSAGES = smallWorld();
const FEW = MESSAGES.slice(0, 60);
const ALL = { maxRows: 10_000 };

describe('a lake and the topic that it is filled from', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-same-topic-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const records = (): string => join(directory, 'lake/_contrail/batches');
  const newest = (): string => join(records(), readdirSync(records()).toSorted().at(-1) ?? '');
  const changeRecord = (change: (record: Record<string, unknown>) => void): void => {
    const record = JSON.parse(readFileSync(newest(), 'utf8')) as Record<string, unknown>;
    change(record);
    writeFileSync(newest(), JSON.stringify(record));
  };
  /** What a program of before there were ids made. */
  const withoutTopicIds = (): void => {
    changeRecord((record) => delete record['topic_id']);
    const topic = new DatabaseSync(join(directory, 'topic/opensky-data.db'));
    topic.exec('alter table topic drop column id');
    topic.close();
  };

  it('reads nothing of a topic that was deleted and made again, also when it has grown past the old offsets', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    const before = await contents(directory);
    rmSync(join(directory, 'topic'), { recursive: true });
    await fillTopic(directory, MESSAGES);
    await expect(run(directory, ALL)).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-replaced' });
    await expect(run(directory, ALL)).rejects.toThrow(/another one of the same name .* "contrail repair"/);
    expect(await contents(directory)).toEqual(before);
    expect(readdirSync(records())).toHaveLength(1);
  });

  it('does not finish an open micro-batch from another topic', async () => {
    await fillTopic(directory, FEW);
    const stop = new AbortController();
    await run(directory, { ...ALL, signal: stop.signal, onPoint: () => stop.abort() });
    expect(readdirSync(records())).toHaveLength(1);
    rmSync(join(directory, 'topic'), { recursive: true });
    await fillTopic(directory, MESSAGES);
    await expect(run(directory, ALL)).rejects.toMatchObject({ code: 'topic-replaced' });
  });

  it('says that a topic which is gone is gone, and goes on when it is back', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    renameSync(join(directory, 'topic'), join(directory, 'aside'));
    {
      // As `contrail pipeline` opens it, which makes none.
      await using topic = await openTopic(directory, { readOnly: true });
      const running = run(directory, { ...ALL, topic });
      await expect(running).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-gone' });
    }
    renameSync(join(directory, 'aside'), join(directory, 'topic'));
    await fillTopic(directory, MESSAGES.slice(60));
    expect((await run(directory, ALL)).rows).toBe(MESSAGES.length - 60);
  });

  it('takes in a lake and a topic of before there were ids, and knows the topic from then on', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    withoutTopicIds();
    await fillTopic(directory, MESSAGES.slice(60));
    await run(directory, ALL);
    expect((await newestRecord(localStore(join(directory, 'lake'))))?.topic_id).toMatch(/^created-\d+$/);
    rmSync(join(directory, 'topic'), { recursive: true });
    await fillTopic(directory, [...MESSAGES, ...MESSAGES]);
    await expect(run(directory, ALL)).rejects.toMatchObject({ code: 'topic-replaced' });
  });

  it('tells by the time of its making that a topic is not the one of an older lake', () => {
    const last = { batch_id: 3, topic: 't', recorded_at_ms: 5_000, ranges: [] };
    const made = (created_at_ms: number | null) =>
      checkIdentity(last, { id: 'a', created_at_ms }, 'lake')?.code ?? null;
    expect([made(4_000), made(6_000), made(null)]).toEqual([null, 'topic-replaced', null]);
  });

  it('reads nothing of an older copy of its topic that was put back and filled past the old end', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    cpSync(join(directory, 'topic'), join(directory, 'copy'), { recursive: true });
    await fillTopic(directory, MESSAGES.slice(60, 120));
    await run(directory, ALL);
    const before = await contents(directory);
    rmSync(join(directory, 'topic'), { recursive: true });
    cpSync(join(directory, 'copy'), join(directory, 'topic'), { recursive: true });
    await expect(run(directory, ALL)).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-went-back' });
    await fillTopic(directory, MESSAGES.slice(120));
    const refused = run(directory, ALL);
    await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-went-back' });
    await expect(refused).rejects.toThrow(
      /holds other messages before offset \d+ of partition \d .* older copy/,
    );
    expect(await contents(directory)).toEqual(before);
  });

  it('goes on with a whole copy of its topic, and with one whose old messages have expired', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    renameSync(join(directory, 'topic'), join(directory, 'original'));
    cpSync(join(directory, 'original'), join(directory, 'topic'), { recursive: true });
    {
      await using topic = await openTopic(directory, { retention: { maxAgeMs: 1e13, maxBytes: 1 } });
      for (let at = 60; at < 100; at += 20) await topic.append(MESSAGES.slice(at, at + 20));
    }
    const { rows } = await run(directory, { ...ALL, passOverGaps: true });
    expect(rows).toBeGreaterThan(0);
  });

  it('compares the offsets alone where a store gives its topics no id', () => {
    const last = { batch_id: 3, topic: 't', recorded_at_ms: 5_000, ranges: [] };
    const nameless = { id: null, created_at_ms: null };
    expect(checkIdentity(last, nameless, 'lake')).toBeNull();
    expect(checkIdentity({ ...last, topic_id: 'a' }, nameless, 'lake')?.code).toBe('topic-replaced');
  });

  it('stops when the topic is deleted while the pipeline runs, though another one takes its place', async () => {
    await fillTopic(directory, FEW);
    await using topic = await openTopic(directory);
    const running = run(directory, {
      ...ALL,
      topic,
      once: false,
      onBatch: () => {
        rmSync(join(directory, 'topic'), { recursive: true });
      },
    });
    await expect(running).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-gone' });
  });

  it('leaves other files among the batch records alone, and names them once', async () => {
    await fillTopic(directory, MESSAGES);
    await run(directory, { maxRows: 100, signal: AbortSignal.timeout(1) }).catch(() => undefined);
    await run(directory, ALL);
    for (const name of ['zzz.json', '.DS_Store', '7.json', '99999999999999999999x.json'])
      writeFileSync(join(records(), name), 'not ours');
    const told: string[] = [];
    await fillTopic(directory, FEW);
    const { rows } = await run(directory, { maxRows: 20, onStranger: (key) => told.push(key) });
    expect(rows).toBe(FEW.length);
    expect(told.toSorted()).toEqual(
      ['.DS_Store', '7.json', '99999999999999999999x.json', 'zzz.json'].map(
        (name) => `_contrail/batches/${name}`,
      ),
    );
  });

  it('refuses a batch record that was cut off, and says which and what to do', async () => {
    await fillTopic(directory, FEW);
    await run(directory, ALL);
    writeFileSync(newest(), readFileSync(newest(), 'utf8').slice(0, 40));
    const refused = run(directory, ALL);
    await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'batch-record-unreadable' });
    await expect(refused).rejects.toThrow(/0{19}1\.json in file:.* cannot be used: it is not JSON/);
  });
});
