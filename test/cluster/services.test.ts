import { describe, expect, it } from 'vitest';
import { contrail, statusOf } from './command.ts';
import { HAS_CLUSTER, openBucket, openSpark, openTopic, setting, sharedFolder } from './shared.ts';

const MESSAGES = Array.from({ length: 100 }, (_, index) => ({
  key: `key-${index % 16}`,
  value: String(index),
  timestamp_ms: 1_700_000_000_000 + index,
}));

const countOf = (topic: readonly { readonly start: bigint; readonly end: bigint }[]): bigint =>
  topic.reduce((sum, { start, end }) => sum + end - start, 0n);

describe.skipIf(!HAS_CLUSTER)('the services of a cluster', () => {
  it('have the topic of the settings', async () => {
    await using topic = openTopic(setting('TOPIC_NAME'));
    expect(await topic.exists()).toBe(true);
    expect(await topic.offsets()).toHaveLength(Number(setting('NUM_PARTITIONS')));
  });

  it('reach each other: Spark writes to the store what it reads from Kafka, with both of its workers', async () => {
    await using topic = openTopic('reach-each-other');
    await topic.append(MESSAGES);
    await using spark = await openSpark();
    const bucket = setting('BUCKET_NAME');
    const options = `'kafka.bootstrap.servers' '${setting('KAFKA_BOOTSTRAP')}', subscribe '${topic.name}'`;
    await spark.sql(`CREATE TEMPORARY VIEW messages USING kafka OPTIONS (${options})`).collect();
    await spark
      .sql(
        `INSERT OVERWRITE DIRECTORY 's3a://${bucket}/reached' USING parquet
         SELECT CAST(CAST(value AS STRING) AS INT) AS number, partition FROM messages`,
      )
      .collect();
    const sums = `SELECT count(*) AS rows, sum(number) AS total, count(DISTINCT partition) AS partitions`;
    expect(await spark.sql(`${sums} FROM parquet.\`s3a://${bucket}/reached\``).collect()).toEqual([
      { rows: 100n, total: 4950n, partitions: 4n },
    ]);
    await using store = openBucket();
    const names: string[] = [];
    for await (const { key } of store.list('reached/')) names.push(key);
    expect(names.filter((name) => name.endsWith('.parquet')).length).toBeGreaterThan(0);
  });

  it('are restarted by up when they were killed, with all that they held', async () => {
    await using topic = openTopic('held');
    await topic.append(MESSAGES);
    await using store = openBucket();
    await store.put('held', new TextEncoder().encode('still here'));
    const before = await statusOf(sharedFolder());
    for (const { name, pid } of before.services)
      if (name === 'kafka' || name === 's3') process.kill(pid ?? 0, 'SIGKILL');
    await expect.poll(async () => (await statusOf(sharedFolder())).ok, { timeout: 30_000 }).toBe(false);

    expect((await contrail('cluster', 'up', '--folder', sharedFolder())).code).toBe(0);
    const after = await statusOf(sharedFolder());
    expect(after.ok).toBe(true);
    const address = ({ services }: typeof after): readonly string[] => services.map((one) => one.address);
    expect(address(after)).toEqual(address(before));
    await expect.poll(async () => countOf(await topic.offsets()).toString(), { timeout: 30_000 }).toBe('100');
    expect(new TextDecoder().decode(await store.get('held'))).toBe('still here');
  });
});
