import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accounts,
  contents,
  fillTopic,
  messageOf,
  openLake,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { writeRecord } from '../../app/src/pipeline/batch-log.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from '../kafka/broker.ts';
import { expectTablesOfEmbeddedPath } from './as-embedded.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

/** What other producers send: fields in another order, escapes, whole numbers as floats, plain and odd text. */
function strangeMessages(): readonly Message[] {
  const [first] = smallWorld();
  const seconds = Number(first?.timestamp_ms) / 1000;
  const at = `"time_position":${seconds},"last_contact":${seconds},"longitude":8.5,"latitude":47.4`;
  const texts = [
    `{${at},"icao24":"abc001","feed":"simulator"}`,
    String.raw`{"icao24":"abc002","callsign":"SW\u0052 1 ","origin_country":"T\u00fcrkiye",${at},"feed":"simulator"}`,
    `{"icao24":"abc003","time_position":${seconds}.0,"longitude":8.5,"latitude":47.4,"feed":"simulator"}`,
    `{"icao24":"abc004","icao24":"abc005",${at},"feed":"simulator","unknown":{"a":[1]}}`,
    String.raw`{"icao24":"abc006","callsign":"x\ud800",${at},"feed":"simulator"}`,
    `{"icao24":"abc007","time_position":"soon","feed":"simulator"}`,
    `{"icao24":"abc008","velocity":NaN}`,
    `["abc009"]`,
    '',
    // Of the other kind: in the plain form, in the flat one, and in neither.
    JSON.stringify(JSON.parse(String(first?.value)), (key, value: unknown) =>
      key === 'feed' ? 'opensky' : value,
    ),
    `{${at},"icao24":"abc011"}`,
    `{${at},"icao24":"abc012","mood":[1]}`,
    `{"icao24":"abc013",${at},"velocity":-0,"vertical_rate":-0.0,"feed":"simulator"}`,
    `{"icao24":"abc014","time_position":9007199254740993,"x":${'['.repeat(20_000)}${']'.repeat(20_000)},"feed":"simulator"}`,
    String.raw`{"icao24":"abc015","callsign":"a\u0000b",${at},"feed":"simulator"}`,
    `{"icao24":"abc016","callsign":"${'x'.repeat(300_000)}",${at},"feed":"simulator"}`,
    `\uFEFF{"icao24":"abc017",${at},"feed":"simulator"}`,
    '{"icao24":"abc018","callsign":"\0"}',
    `{"icao24":"abc019","longitude":${'9'.repeat(309)}}`,
    Uint8Array.of(0, 0, 0, 1, 200, 123, 125),
    Uint8Array.from(Buffer.from(`{"icao24":"abc020","callsign":"\xe9",${at},"feed":"simulator"}`, 'latin1')),
  ];
  return [
    ...texts.map((value): Message => ({ key: 'abc', value, timestamp_ms: seconds * 1000 })),
    messageOf(
      { icao24: 'abc010', time_position: seconds, longitude: 1, latitude: 1, sensors: [1, 2] },
      seconds,
    ),
  ];
}

describe.skipIf(!HAS_SPARK)('the pipeline on Spark', { timeout: 600_000 }, () => {
  let kafka: TestBroker;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-spark-pipeline-'));
    kafka = await startBroker();
  });
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('makes of Kafka exactly the tables that the embedded path makes of the same messages', async () => {
    const { bootstrap } = kafka.broker;
    const spark = join(directory, 'spark');
    await using topic = kafkaTopic(bootstrap, freshName());
    await using engine = openSparkEngine(spark, {
      kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
    });
    const batches = await expectTablesOfEmbeddedPath({
      directory,
      messages: [smallWorld(), strangeMessages()],
      topic,
      engine,
      lake: openLake(spark),
      maxRows: 140,
    });
    expect(batches.length).toBeGreaterThan(2);
  });

  it('numbers the partitions of a second life of the topic from 10,000 on', async () => {
    const { bootstrap } = kafka.broker;
    const spark = join(directory, 'second-life');
    const messages = [...smallWorld().slice(0, 60), ...strangeMessages().slice(0, 12)];
    await using topic = kafkaTopic(bootstrap, freshName());
    await topic.append(messages);
    const id = (await topic.identity())?.id ?? '';
    await writeRecord(openLake(spark).store, {
      batch_id: 1,
      topic: topic.name,
      topic_id: id,
      recorded_at_ms: 0,
      ranges: [0, 1, 2, 3].map((partition) => ({ partition: 10_000 + partition, start: 0n, end: 0n })),
      tables: {},
    });
    const sparkOptions = { kafka: { options: { 'kafka.bootstrap.servers': bootstrap } } };
    await using engine = openSparkEngine(spark, sparkOptions);
    await run(spark, { maxRows: 1000, topic, engine, clock: Date.now });
    const tables = await contents(spark);
    const { found, expected } = accounts(tables, messages.length);
    expect(found).toEqual(expected);
    for (const name of ['bronze/flights', 'quarantine/flights', 'silver/flights']) {
      expect(tables[name]?.length, name).toBeGreaterThan(0);
      for (const row of tables[name] ?? []) expect(row).toMatch(/"topic_partition":1000[0-3],/);
    }
  });

  it('refuses a topic that is in this process', async () => {
    const home = join(directory, 'refused');
    await fillTopic(home, smallWorld().slice(0, 3));
    await using engine = openSparkEngine(home);
    await expect(run(home, { maxRows: 10, engine })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'spark-needs-kafka',
    });
  });
});
