import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { airports } from '../../app/test/ingest/airports.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import {
  accounts,
  contents,
  fillTopic,
  openLake,
  run,
  worldMessages,
} from '../../app/test/pipeline/small-world.ts';
import { dieAtRandom } from '../faults/random-lives.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from '../kafka/broker.ts';
import { HAS_SPARK } from './shared.ts';

/** `CONTRAIL_KILLS=200 CONTRAIL_SEED=7` for a long run, or another one. */
const KILLS = Number(process.env['CONTRAIL_KILLS'] ?? 1);
const SEED = Number(process.env['CONTRAIL_SEED'] ?? 20_261_130);

describe.skipIf(!HAS_SPARK)(
  `contrail pipeline on Spark, killed ${KILLS} times at random moments, seed ${SEED}`,
  () => {
    let kafka: TestBroker;
    let directory: string;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'contrail-random-kills-'));
      kafka = await startBroker();
    });
    afterAll(async () => {
      await kafka[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    });

    it(
      'loses and doubles nothing',
      async () => {
        const size = { aircraft: 40, polls: KILLS + 5, intervalSeconds: 20 };
        const messages = [...worldMessages(size)].flat();
        const [killed, calm] = [join(directory, 'killed'), join(directory, 'calm')];
        await fillTopic(calm, messages);
        await run(calm, { maxRows: 100_000, airports });
        const { bootstrap } = kafka.broker;
        await using topic = kafkaTopic(bootstrap, freshName());
        const lives = await dieAtRandom({
          kills: KILLS,
          seed: SEED,
          messages,
          append: (some) => topic.append(some),
          settings: {
            DATA_DIR: killed,
            KAFKA_BOOTSTRAP: bootstrap,
            TOPIC_NAME: topic.name,
            SPARK_REMOTE: inject('spark').address,
            SHUFFLE_PARTITIONS: '2',
            MAX_BATCH_ROWS: '30',
            PROCESSING_TIME: '100ms',
          },
        });
        await expectSameTables(openLake(killed), openLake(calm));
        const { found, expected } = accounts(await contents(killed), messages.length);
        expect(found).toEqual(expected);
        process.stderr.write(
          `killed ${lives.length} times after ${Math.min(...lives)} to ${Math.max(...lives)} ms: ${messages.length} messages, nothing lost or doubled\n`,
        );
      },
      420_000 + 60_000 * KILLS,
    );
  },
);
