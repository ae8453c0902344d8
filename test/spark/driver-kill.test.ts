import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import {
  accounts,
  contents,
  fillTopic,
  openLake,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { newestRecord } from '../../app/src/pipeline/batch-log.ts';
import { BATCH_POINTS } from '../faults/batch-points.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from '../kafka/broker.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

const CHILD = fileURLToPath(new URL('driver-child.ts', import.meta.url));
const MESSAGES = smallWorld();
/**
 * A driver that dies before it commits leaves nothing that the next one could see, so the next dies at the next point of
 * the same batch. Each commit and the end have a batch of their own, and one is left for the last run.
 */
const DEADLY_BATCHES = 1 + BATCH_TABLES.length + 1;
const MAX_ROWS = Math.ceil(MESSAGES.length / (DEADLY_BATCHES + 1));

describe.skipIf(!HAS_SPARK)('a driver of Spark killed with SIGKILL', { timeout: 600_000 }, () => {
  let kafka: TestBroker;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-driver-kill-'));
    kafka = await startBroker();
  });
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('at every named point, one after another, loses and doubles nothing', async () => {
    const [embedded, spark] = [join(directory, 'embedded'), join(directory, 'spark')];
    await fillTopic(embedded, MESSAGES);
    await run(embedded, { maxRows: MESSAGES.length });
    const { bootstrap } = kafka.broker;
    await using topic = kafkaTopic(bootstrap, freshName());
    await topic.append(MESSAGES);

    const { address } = inject('spark');
    for (const point of BATCH_POINTS) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=@contrail/source',
          CHILD,
          spark,
          point,
          address,
          bootstrap,
          topic.name,
          String(MAX_ROWS),
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      expect(await once(child, 'exit'), point).toEqual([null, 'SIGKILL']);
    }
    const lake = openLake(spark);
    expect((await newestRecord(lake.store))?.batch_id).toBe(DEADLY_BATCHES);

    const points = new Set<string>();
    await using engine = openSparkEngine(spark, {
      kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
    });
    await run(spark, { maxRows: MAX_ROWS, topic, engine, onPoint: (point) => points.add(point) });
    expect([...points].sort()).toEqual([...BATCH_POINTS].sort());
    await expectSameTables(lake, openLake(embedded));
    const found = accounts(await contents(spark), MESSAGES.length);
    expect(found.found).toEqual(found.expected);
  });
});
