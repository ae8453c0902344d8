import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openSpark } from '../../app/src/program/spark.ts';
import { loadSettings } from '../../app/src/config/settings.ts';
import { Lake } from '../../app/src/lake/lake.ts';
import { airports } from '../../app/test/ingest/airports.ts';
import { worldMessages } from '../../app/test/pipeline/small-world.ts';
import { expectTablesOfEmbeddedPath } from '../spark/as-embedded.ts';
import { HAS_CLUSTER, openBucket, openTopic } from './shared.ts';

/** How many messages are simulated at least; `test:garage` takes a million. */
const MESSAGES = Number(process.env['CLUSTER_MESSAGES'] ?? 200_000);
const POLLS = 100;
const BATCHES = 3;

describe.skipIf(!HAS_CLUSTER)('the pipeline on Kafka, Spark and S3', { timeout: 3_600_000 }, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-cluster-pipeline-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it(`makes of ${MESSAGES} messages exactly the tables that the embedded path makes of them`, async () => {
    const settings = loadSettings(inject('cluster')?.settings ?? {});
    const name = `pipeline-${process.pid}`;
    await using topic = openTopic(name);
    await using bucket = openBucket();
    const store = bucket.at(name);
    await using engine = openSpark(settings, settings.sparkRemote ?? '', store);
    const batches = await expectTablesOfEmbeddedPath({
      directory,
      messages: worldMessages({ aircraft: Math.ceil(MESSAGES / POLLS), polls: POLLS, intervalSeconds: 10 }),
      topic,
      engine,
      lake: new Lake(store, Date.now),
      maxRows: Math.ceil(MESSAGES / (BATCHES - 1)),
      airports,
    });
    for (const { rows_in, rows_silver, duration_ms } of batches)
      process.stderr.write(`${rows_in} messages, ${rows_silver} to Silver, ${Math.round(duration_ms)} ms\n`);
    expect(batches).toHaveLength(BATCHES);
    expect(batches.reduce((sum, { rows_in }) => sum + rows_in, 0)).toBeGreaterThanOrEqual(MESSAGES);
  });
});
