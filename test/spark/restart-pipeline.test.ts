import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStore } from '@contrail/delta-lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SparkEngine } from '../../app/src/engine/spark/engine.ts';
import { fillTopic, openLake, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from '../kafka/broker.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { sparkJars, startTestSpark, type TestSpark } from './server.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('a Connect server that is killed in mid-batch', { timeout: 600_000 }, () => {
  let kafka: TestBroker;
  let spark: TestSpark;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-spark-restart-'));
    kafka = await startBroker();
    spark = await startTestSpark({ jars: [await sparkJars()] });
  });
  afterAll(async () => {
    await spark[Symbol.asyncDispose]();
    await kafka[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is waited for, and nothing is lost or doubled', async () => {
    const messages = smallWorld();
    const [embedded, cluster] = [join(directory, 'embedded'), join(directory, 'cluster')];
    await fillTopic(embedded, messages);
    await run(embedded, { maxRows: 100_000 });

    const { bootstrap } = kafka.broker;
    await using topic = kafkaTopic(bootstrap, freshName());
    await topic.append(messages);
    const store = localStore(join(cluster, 'lake'));
    await using engine = new SparkEngine({
      address: spark.cluster.address,
      store,
      kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
      shufflePartitions: 2,
    });
    const restarts: Promise<void>[] = [];
    const troubles: string[] = [];
    await run(cluster, {
      maxRows: 200,
      topic,
      engine,
      // Bronze of the first batch is written, and not committed; the other tables are being written.
      onPoint: (point) => {
        if (point === 'written bronze/flights' && restarts.length === 0) restarts.push(spark.restart());
      },
      onTrouble: (error) => troubles.push((error as Error & { code: string }).code),
    });
    await Promise.all(restarts);
    expect(troubles.length).toBeGreaterThan(0);
    await expectSameTables(openLake(cluster), openLake(embedded));
    const left: string[] = [];
    for await (const { key } of store.list('')) if (key.includes('/_temporary/')) left.push(key);
    expect(left).toEqual([]);
  });
});
