import { readFileSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { EmbeddedTopic } from '../topic/embedded/embedded-topic.ts';
import type { KafkaConnection, KafkaSasl } from '../topic/kafka/connection.ts';
import type { Topic } from '../topic/topic.ts';
import { topicFolder } from './data-folder.ts';
import { say } from './terminal/say.ts';
import { SYSTEM } from './system.ts';

/** Opens the topic of the settings; the client for Kafka is loaded only for Kafka. With `readOnly` it need not exist. Kafka need not be running. */
export async function openTopic(settings: Settings, data: string, readOnly: boolean): Promise<Topic> {
  const { topicName: name, numPartitions: partitions, kafkaBootstrap } = settings;
  const retention = { maxAgeMs: settings.topicRetentionMs, maxBytes: settings.topicRetentionBytes };
  if (kafkaBootstrap === null) {
    const directory = topicFolder(data);
    return EmbeddedTopic.open({ directory, name, partitions, clock: SYSTEM.clock, retention, readOnly });
  }
  const { KafkaTopic } = await import('../topic/kafka/kafka-topic.ts');
  return new KafkaTopic({
    connection: await kafkaConnection(settings, kafkaBootstrap),
    name,
    partitions,
    creation: { replication: settings.kafkaReplication, retention },
    random: SYSTEM.random,
    readOnly,
    onTrouble: (error) => say(`${error.message} Waiting for Kafka; messages are kept until then.`),
    onRecovered: () => say('Kafka answers again.'),
  });
}

/** Where the topic is, in words for people. */
export const topicPlace = (settings: Settings, data: string): string =>
  settings.kafkaBootstrap === null ? data : `Kafka at ${settings.kafkaBootstrap}`;

/** @throws ContrailError `invalid` / `settings-invalid` when a file that a setting names cannot be read */
async function kafkaConnection(settings: Settings, bootstrap: string): Promise<KafkaConnection> {
  const pem = (name: string, path: string | null): string | null =>
    path === null ? null : readPem(name, path);
  return {
    bootstrap: bootstrap.split(','),
    tls: settings.kafkaTls
      ? {
          ca: pem('KAFKA_TLS_CA', settings.kafkaTlsCa),
          cert: pem('KAFKA_TLS_CERT', settings.kafkaTlsCert),
          key: pem('KAFKA_TLS_KEY', settings.kafkaTlsKey),
        }
      : null,
    sasl: await kafkaSasl(settings),
  };
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ContrailError(
      'settings-invalid',
      `${name} cannot be read: ${String(cause)}. Give the path of a PEM file that this user may read.`,
      {
        cause,
      },
    );
  }
}

/** The schema of the settings has checked that each mechanism has what it needs. */
async function kafkaSasl(settings: Settings): Promise<KafkaSasl | null> {
  const { kafkaSaslMechanism: mechanism, kafkaUsername, kafkaPassword, kafkaOauthTokenUrl } = settings;
  if (mechanism === null) return null;
  if (mechanism !== 'OAUTHBEARER') {
    return kafkaUsername === null || kafkaPassword === null
      ? null
      : { mechanism, username: kafkaUsername, password: kafkaPassword };
  }
  const { tokenSource } = await import('../topic/kafka/oauth.ts');
  return {
    mechanism,
    token: tokenSource({
      url: kafkaOauthTokenUrl ?? '',
      clientId: kafkaUsername,
      clientSecret: kafkaPassword,
      scope: settings.kafkaOauthScope,
      fetch: globalThis.fetch,
      timeout: SYSTEM.timeout,
    }),
  };
}
