import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { anyLife, liveThrough } from '../../app/test/pipeline/lives.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { fillTopic, openLake, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { freshName, kafkaTopic, startBroker, type TestBroker } from '../kafka/broker.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

const MESSAGES = smallWorld();
const life = anyLife({
  arrivals: { min: 20, max: 180 },
  maxRows: { min: 60, max: 200 },
  points: { min: 1, max: 30 },
});

describe.skipIf(!HAS_SPARK)('the pipeline on Spark, however the topic is cut', { timeout: 600_000 }, () => {
  let kafka: TestBroker;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-spark-split-'));
    kafka = await startBroker();
    await fillTopic(join(root, 'embedded'), MESSAGES);
    await run(join(root, 'embedded'), { maxRows: 1_000_000 });
  });
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  it('makes the rows that the embedded path makes in one batch, from any cuts, stops and restarts', async () => {
    const { bootstrap } = kafka.broker;
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 80, max: 250 }),
        async (lives, maxRows) => {
          number += 1;
          const directory = join(root, `cuts-${number}`);
          await using topic = kafkaTopic(bootstrap, freshName());
          await liveThrough(
            lives,
            { maxRows },
            {
              messages: MESSAGES,
              append: (messages) => topic.append(messages),
              run: async (options) => {
                await using engine = openSparkEngine(directory, {
                  kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
                });
                await run(directory, { ...options, topic, engine });
              },
            },
          );
          await expectSameTables(openLake(directory), openLake(join(root, 'embedded')));
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
