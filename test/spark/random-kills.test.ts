import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import type { Message } from '../../app/src/topic/topic.ts';
import { worldMessages } from '../../app/test/pipeline/small-world.ts';
import { expectNothingLost } from '../faults/random-lives.ts';
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
        const { bootstrap } = kafka.broker;
        await using topic = kafkaTopic(bootstrap, freshName());
        const lives = {
          kills: KILLS,
          seed: SEED,
          folder: join(directory, 'killed'),
          settings: {
            KAFKA_BOOTSTRAP: bootstrap,
            TOPIC_NAME: topic.name,
            SPARK_REMOTE: inject('spark').address,
            SHUFFLE_PARTITIONS: '2',
          },
          messages,
          append: (some: readonly Message[]) => topic.append(some),
        };
        await expectNothingLost(lives, join(directory, 'calm'));
      },
      420_000 + 60_000 * KILLS,
    );
  },
);
