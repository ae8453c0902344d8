import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageValue } from '../../src/flight/decode-message.ts';
import { QUARANTINE_REASONS } from '../../src/lake/quarantine-flights.ts';
import { requeue, type RequeueOptions } from '../../src/pipeline/requeue.ts';
import { PoisonedEngine } from './poisoned-engine.ts';
import {
  contents,
  fillTopic,
  messageOf,
  openEngine,
  openLake,
  openTopic,
  run,
  START_SECONDS,
  tickingClock,
} from './small-world.ts';

const ALL = { maxRows: 10_000 };
const ODD: readonly MessageValue[] = [
  'not JSON',
  '{"icao24":"abcdef","longitude":"far"}',
  ' \u0000 \r\n\t "quoted" \u2028 ✈️ ',
  '{"a":',
  new Uint8Array([0xff, 0x00, 0xc3, 0x28]),
];
const position = (icao24: string, feed: string) =>
  messageOf(
    { icao24, feed, time_position: START_SECONDS, longitude: 8, latitude: 50 } as Parameters<
      typeof messageOf
    >[0],
    START_SECONDS,
  );

describe('messages of the quarantine that are sent again', () => {
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-requeue-'));
    await fillTopic(directory, [
      position('a00001', 'simulator'),
      ...ODD.map((value) => ({ key: 'any', value, timestamp_ms: START_SECONDS * 1000 })),
      position('a00002', 'opensky'),
    ]);
    await run(directory, ALL);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const send = async (options: Partial<RequeueOptions> = {}) => {
    await using topic = await openTopic(directory);
    const parts = { lake: openLake(directory), topic, clock: tickingClock() };
    return await requeue({ ...parts, reason: 'malformed', ...options });
  };
  /** All values in the topic, as hexadecimal digits. */
  const sentValues = async (): Promise<readonly string[]> => {
    await using topic = await openTopic(directory, { readOnly: true });
    const found: MessageValue[] = [];
    for await (const { values } of topic.read(await topic.offsets())) found.push(...values);
    return hex(found).toSorted();
  };
  const hex = (values: readonly MessageValue[]): readonly string[] =>
    values.map((value) => Buffer.from(value).toString('hex'));
  const count = async (): Promise<number> => (await sentValues()).length;

  it('have the bytes that they came with, and are sent once', async () => {
    const before = await sentValues();
    expect(await send()).toEqual({ sent: ODD.length, known: 0, withoutBytes: 0, left: 0 });
    expect(await sentValues()).toEqual([...before, ...hex(ODD)].toSorted());
    expect(await send()).toEqual({ sent: 0, known: ODD.length, withoutBytes: 0, left: 0 });
    // They are malformed still, and come back; the same bytes are not sent a third time.
    await run(directory, ALL);
    expect(await send()).toMatchObject({ sent: 0, known: 2 * ODD.length });
    expect(await send({ again: true })).toMatchObject({ sent: ODD.length, known: ODD.length });
  });

  it('are counted and not sent by a dry run, and sent in parts by a limit', async () => {
    const before = await count();
    expect(await send({ dryRun: true })).toMatchObject({ sent: ODD.length });
    expect(await count()).toBe(before);
    expect(await send({ limit: 2 })).toMatchObject({ sent: 2, left: ODD.length - 2 });
    expect(await send()).toMatchObject({ sent: ODD.length - 2, known: 2 });
    expect(await count()).toBe(before + ODD.length);
  });

  it('are sent once more when the process dies before they are noted, and double nothing in Silver', async () => {
    const before = await contents(directory);
    const died = new Error('died here');
    const onPoint = (point: string): void => {
      if (point === 'sent') throw died;
    };
    await expect(send({ reason: 'other_kind', onPoint })).rejects.toBe(died);
    expect(await send({ reason: 'other_kind' })).toMatchObject({ sent: 1 });
    expect(await send({ reason: 'other_kind' })).toMatchObject({ sent: 0 });
    await run(directory, ALL);
    expect((await contents(directory))['silver/flights']).toEqual(before['silver/flights']);
  });

  it('reach Silver once an engine can take them', async () => {
    await fillTopic(directory, [position('a00003', 'simulator'), position('a00004', 'simulator')]);
    await using sound = await openEngine(directory);
    const engine = new PoisonedEngine(sound, {
      batch: (messages) => messages.some((text) => text.includes('a00003')),
    });
    await run(directory, { ...ALL, engine });
    expect(await send({ reason: 'unprocessable' })).toMatchObject({ sent: 1 });
    await run(directory, ALL);
    const silver = (await contents(directory))['silver/flights'] ?? [];
    expect(silver.filter((row) => row.includes('"a00003"'))).toHaveLength(1);
  });

  it('are not those that Bronze has', async () => {
    const before = await count();
    for (const reason of QUARANTINE_REASONS.slice(3))
      await expect(send({ reason })).rejects.toThrow(/are in Bronze, .* "contrail rebuild"/);
    expect(await count()).toBe(before);
  });
});
