import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/lake/progress.ts';
import { lakeAccounts } from '../../src/pipeline/facts.ts';
import { damageBatches } from '../topic/break-topic.ts';
import {
  contents,
  fillTopic,
  gapRows,
  openEngine,
  openLake,
  openTopic,
  run,
  smallWorld,
} from './small-world.ts';

const MESSAGES = smallWorld();
const ALL = { maxRows: 10_000 };
const PASS = { ...ALL, passOverGaps: true };

describe('messages that the topic cannot give any more', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-gaps-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const file = (): string => join(directory, 'topic/opensky-data.db');
  const records = (): readonly string[] =>
    readdirSync(join(directory, 'lake/_contrail/batches'))
      .toSorted()
      .map((name) => readFileSync(join(directory, 'lake/_contrail/batches', name), 'utf8'));
  const progress = (): Progress =>
    JSON.parse(readFileSync(join(directory, 'lake/_contrail/progress.json'), 'utf8')) as Progress;

  /** Appends messages one by one; retention then drops every one but the newest of each partition, and this append. */
  async function appendAndExpire(from: number, to: number): Promise<void> {
    await using topic = await openTopic(directory, { retention: { maxAgeMs: 1e13, maxBytes: 1 } });
    for (const message of MESSAGES.slice(from, to)) await topic.append([message]);
  }

  /** All messages of the topic, as its offsets count them. */
  async function messagesInTopic(): Promise<number> {
    await using topic = await openTopic(directory, { readOnly: true });
    return (await topic.offsets()).reduce((sum, { end }) => sum + Number(end), 0);
  }

  async function expectBalance(passedOver: number): Promise<void> {
    await using engine = await openEngine(directory);
    const accounts = await lakeAccounts(openLake(directory), engine);
    expect(accounts).toMatchObject({ passed_over: passedOver, messages: await messagesInTopic() });
    const tables = await contents(directory);
    const count = (name: string): number => tables[name]?.length ?? 0;
    expect(accounts.bronze + accounts.refused).toBe(count('silver/flights') + count('quarantine/flights'));
  }

  const passedOver = async (): Promise<number> =>
    (await gapRows(directory)).reduce((sum, { messages }) => sum + Number(messages), 0);

  it('stop the pipeline, which names them and the flag that goes on', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    await run(directory, ALL);
    await appendAndExpire(40, 120);
    const before = await contents(directory);
    for (const _ of [1, 2]) {
      const refused = run(directory, ALL);
      await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-offsets-expired' });
      await expect(refused).rejects.toThrow(
        /^\d+ messages expired unread: .*partition 0: offsets \d+ to \d+, \d+ messages; .*"contrail pipeline --pass-over-gaps"/,
      );
    }
    expect(await contents(directory)).toEqual(before);
    expect(await gapRows(directory)).toEqual([]);
  });

  it('are passed over where somebody says so, and written down once', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    await run(directory, ALL);
    await appendAndExpire(40, 120);
    const told: unknown[] = [];
    await run(directory, { ...PASS, onPassedOver: (gaps) => told.push(...gaps) });
    const gaps = await gapRows(directory);
    expect(gaps.length).toBe(4);
    expect(told.length).toBe(4);
    for (const { offset_from, offset_to, messages, reason, batch_id } of gaps) {
      expect([messages, reason, batch_id]).toEqual([
        BigInt(String(offset_to)) - BigInt(String(offset_from)),
        'expired',
        2n,
      ]);
    }
    await expectBalance(await passedOver());
    expect(progress().gaps).toEqual({ stretches: 4, messages: await passedOver() });
    await fillTopic(directory, MESSAGES.slice(120));
    await run(directory, ALL);
    expect(await gapRows(directory)).toEqual(gaps);
    expect(progress().gaps).toMatchObject({ stretches: 4 });
  });

  it('stop it again when they come later, also a run that was told to pass over others', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    await run(directory, ALL);
    await appendAndExpire(40, 120);
    const more: Promise<void>[] = [];
    const running = run(directory, {
      ...PASS,
      once: false,
      onBatch: () => {
        if (more.length === 0) more.push(appendAndExpire(120, 240));
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'topic-offsets-expired' });
    await Promise.all(more);
    expect((await gapRows(directory)).every(({ batch_id }) => batch_id === 2n)).toBe(true);
    await expect(run(directory, ALL)).rejects.toMatchObject({ code: 'topic-offsets-expired' });
    await run(directory, PASS);
    await expectBalance(await passedOver());
  });

  it('may be a damaged stretch: what is before and after it is read', async () => {
    await using whole = await openTopic(directory);
    for (let at = 0; at < MESSAGES.length; at += 40) await whole.append(MESSAGES.slice(at, at + 40));
    await whole[Symbol.asyncDispose]();
    damageBatches(file(), `update batch set payload = x'00' where id in (6, 7, 11)`);
    const refused = run(directory, ALL);
    await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-damaged' });
    await expect(refused).rejects.toThrow(
      /damaged: \d+ messages of partition \d, offsets \d+ to \d+, cannot be read.*--pass-over-gaps/,
    );
    await expect(run(directory, { maxRows: 50 })).rejects.toMatchObject({ code: 'topic-damaged' });
    await run(directory, { maxRows: 50, passOverGaps: true });
    const gaps = await gapRows(directory);
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(['damaged']));
    expect((await contents(directory))['bronze/flights']?.length).toBeGreaterThan(200);
    await expectBalance(await passedOver());
  });

  it('may be all that a batch has', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    await run(directory, ALL);
    await fillTopic(directory, MESSAGES.slice(40, 80));
    damageBatches(file(), `update batch set payload = x'00' where id > 4`);
    await expect(run(directory, ALL)).rejects.toMatchObject({ code: 'topic-damaged' });
    expect((await run(directory, PASS)).rows).toBe(0);
    expect(await passedOver()).toBe(40);
    await expectBalance(40);
    await fillTopic(directory, MESSAGES.slice(80));
    await run(directory, ALL);
    await expectBalance(40);
  });

  it('may have expired after a batch was planned with them, which then goes on without them', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    const stop = new AbortController();
    await run(directory, { ...ALL, signal: stop.signal, onPoint: () => stop.abort() });
    await appendAndExpire(40, 120);
    await expect(run(directory, ALL)).rejects.toMatchObject({ code: 'topic-offsets-expired' });
    await run(directory, PASS);
    expect((await gapRows(directory)).map(({ batch_id }) => batch_id)).toContain(1n);
    expect(records()[0]).toContain('"amendment":1');
    await expectBalance(await passedOver());
  });

  it('are no matter when the tables have them, also where nobody noted that the batch is finished', async () => {
    const valid = MESSAGES.slice(0, 30);
    await fillTopic(directory, valid);
    await run(directory, ALL);
    expect((await contents(directory))['quarantine/flights']).toEqual([]);
    rmSync(join(directory, 'lake/_contrail/finished.json'));
    await appendAndExpire(30, 31);
    expect((await run(directory, ALL)).rows).toBe(1);
  });

  it('are not passed over where a part of the tables has them', async () => {
    await fillTopic(directory, MESSAGES.slice(0, 40));
    const stop = new AbortController();
    await run(directory, {
      ...ALL,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'committed bronze/flights') throw new Error('the end');
      },
    }).catch(() => undefined);
    await appendAndExpire(40, 120);
    const refused = run(directory, PASS);
    await expect(refused).rejects.toMatchObject({ kind: 'corrupt', code: 'batch-messages-gone' });
    expect(await gapRows(directory)).toEqual([]);
  });
});
