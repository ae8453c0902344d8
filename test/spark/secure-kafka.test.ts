import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaSource } from '../../app/src/program/spark.ts';
import { openTopic } from '../../app/src/program/topic.ts';
import { loadSettings, type Settings } from '../../app/src/config/settings.ts';
import { openLake, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { freshName } from '../kafka/broker.ts';
import { PASSWORD, type SecureBroker, startSecureBroker, USER } from '../kafka/secure-broker.ts';
import { expectTablesOfEmbeddedPath } from './as-embedded.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('executors at a broker that wants TLS and a name', { timeout: 600_000 }, () => {
  let kafka: SecureBroker;
  beforeAll(async () => {
    kafka = await startSecureBroker();
  });
  afterAll(() => kafka[Symbol.asyncDispose]());

  const settingsOf = (mechanism: string): Settings =>
    loadSettings({
      KAFKA_BOOTSTRAP: kafka.bootstrap,
      TOPIC_NAME: freshName(),
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: kafka.caFile,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_USERNAME: USER,
      KAFKA_PASSWORD: PASSWORD,
    });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'read what the settings let the pipeline read: %s',
    async (mechanism) => {
      const settings = settingsOf(mechanism);
      const directory = join(kafka.folder, mechanism);
      await using topic = await openTopic(settings, directory, false);
      await using engine = openSparkEngine(directory, { kafka: kafkaSource(settings) });
      const batches = await expectTablesOfEmbeddedPath({
        directory,
        messages: [smallWorld().slice(0, 100)],
        topic,
        engine,
        lake: openLake(directory),
        maxRows: 1_000,
      });
      expect(batches).toHaveLength(1);
    },
  );
});
