import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsFile } from '../../app/src/cluster/cluster-folder.ts';
import { Lake } from '../../app/src/lake/lake.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { fillTopic, openLake, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { activeStages } from '../spark/application.ts';
import { contrail, start, statusOf } from './command.ts';
import { HAS_CLUSTER, openBucket, openTopic, setting, sharedFolder } from './shared.ts';

/**
 * Each is killed while a batch is computed. Without a worker the pipeline goes on, so that comes last: without any of the
 * others it waits until `cluster up` has done its work.
 */
const VICTIMS = ['kafka', 's3', 'spark-connect', 'spark-worker-1'] as const;
const MESSAGES = smallWorld();
/** One batch before, and one after. */
const BATCH_ROWS = Math.ceil(MESSAGES.length / (VICTIMS.length + 2));

describe.skipIf(!HAS_CLUSTER)(
  'the pipeline on a cluster whose services are killed',
  { timeout: 600_000 },
  () => {
    let directory: string;
    let pipeline: ReturnType<typeof start> | undefined;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'contrail-kills-'));
    });
    afterAll(() => {
      pipeline?.kill();
      rmSync(directory, { recursive: true, force: true });
    });

    it('waits for them, goes on, and makes exactly the tables of the embedded path', async () => {
      const embedded = join(directory, 'embedded');
      await fillTopic(embedded, MESSAGES);
      expect((await contrail('pipeline', '--once', '--data', embedded)).code).toBe(0);
      await using topic = openTopic(`kills-${process.pid}`);
      await topic.append(MESSAGES);

      const options = ['--batch-rows', String(BATCH_ROWS), '--log-level', 'info'];
      const places = ['--env', settingsFile(sharedFolder()), '--data', join(directory, 'data')];
      pipeline = start('pipeline', '--once', ...places, '--topic-name', topic.name, ...options);
      const said: string[] = [];
      createInterface({ input: pipeline.stderr }).on('line', (line) => said.push(line));
      const ended = once(pipeline, 'exit');
      const batches: number[] = [];
      let { services } = await statusOf(sharedFolder());
      for await (const line of createInterface({ input: pipeline.stdout })) {
        const { batch_id: batchId, rows_in: rows } = JSON.parse(line) as {
          batch_id?: number;
          rows_in?: number;
        };
        if (batchId === undefined) continue;
        batches.push(rows ?? 0);
        const victim = VICTIMS[batchId - 1];
        if (victim === undefined) continue;
        // The next batch is under way.
        await expect
          .poll(() => activeStages(setting('SPARK_APPLICATION_PAGE')), { interval: 20, timeout: 60_000 })
          .toBeGreaterThan(0);
        const pid = services.find(({ name }) => name === victim)?.pid ?? Number.NaN;
        process.kill(pid, 'SIGKILL');
        const { code, complaints } = await contrail('cluster', 'up', '--folder', sharedFolder());
        expect(code, complaints).toBe(0);
        ({ services } = await statusOf(sharedFolder()));
      }
      expect(await ended, said.join('\n')).toEqual([0, null]);
      expect(said.filter((line) => line.endsWith('Trying again until it works.')).length).toBeGreaterThan(0);
      expect(batches).toHaveLength(VICTIMS.length + 2);
      expect(batches.reduce((sum, rows) => sum + rows, 0)).toBe(MESSAGES.length);

      await using store = openBucket();
      await expectSameTables(new Lake(store, Date.now), openLake(embedded));
    });
  },
);
