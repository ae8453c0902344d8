import type { ObjectStore } from '@contrail/delta-lake';
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import type { Engine } from '../engine/engine.ts';
import { type JobProgress, SparkEngine } from '../engine/spark/engine.ts';
import type { KafkaSource } from '../engine/spark/messages.ts';
import { ContrailError } from '../errors.ts';

/** Spark at SPARK_REMOTE, over the lake in `store`. It connects at the first SELECT. */
export function openSpark(
  settings: Settings,
  address: string,
  store: ObjectStore,
  onProgress?: (job: JobProgress) => void,
): Engine {
  return new SparkEngine({
    address,
    applicationPage: settings.sparkApplicationPage ?? undefined,
    store,
    kafka: kafkaSource(settings),
    settings: s3aSettings(settings),
    shufflePartitions: settings.shufflePartitions,
    onProgress,
  });
}

/**
 * The settings of the brokers as properties of Kafka's Java client. Source: Kafka documentation, "Consumer Configs";
 * KIP-651 for certificates as PEM.
 */
export function kafkaSource(settings: Settings): KafkaSource | null {
  const { kafkaBootstrap, kafkaTls, kafkaTlsCa, kafkaTlsCert, kafkaTlsKey } = settings;
  if (kafkaBootstrap === null) return null;
  const sasl = saslOptions(settings);
  const protocol = `${sasl === null ? '' : 'SASL_'}${kafkaTls ? 'SSL' : 'PLAINTEXT'}`;
  const trust: Readonly<Record<string, string>> =
    !kafkaTls || kafkaTlsCa === null
      ? {}
      : {
          'kafka.ssl.truststore.type': 'PEM',
          'kafka.ssl.truststore.certificates': readFileSync(kafkaTlsCa, 'utf8'),
        };
  const own: Readonly<Record<string, string>> =
    !kafkaTls || kafkaTlsCert === null || kafkaTlsKey === null
      ? {}
      : {
          'kafka.ssl.keystore.type': 'PEM',
          'kafka.ssl.keystore.certificate.chain': readFileSync(kafkaTlsCert, 'utf8'),
          'kafka.ssl.keystore.key': readFileSync(kafkaTlsKey, 'utf8'),
        };
  return {
    options: {
      'kafka.bootstrap.servers': kafkaBootstrap,
      'kafka.security.protocol': protocol,
      ...trust,
      ...own,
      ...sasl,
    },
  };
}

const LOGIN_MODULES = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
} as const;

function saslOptions(settings: Settings): Readonly<Record<string, string>> | null {
  const { kafkaSaslMechanism: mechanism, kafkaUsername, kafkaPassword } = settings;
  if (mechanism === null) return null;
  if (mechanism === 'OAUTHBEARER') {
    throw new ContrailError(
      'spark-oauthbearer',
      'KAFKA_SASL_MECHANISM=OAUTHBEARER does not go together with SPARK_REMOTE: the executors would need tokens of ' +
        'their own. Use SCRAM-SHA-512 or a certificate.',
    );
  }
  // JAAS escapes quotes and backslashes with a backslash.
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return {
    'kafka.sasl.mechanism': mechanism,
    'kafka.sasl.jaas.config': `${LOGIN_MODULES[mechanism]} required username=${quoted(kafkaUsername ?? '')} password=${quoted(kafkaPassword?.reveal() ?? '')};`,
  };
}

/**
 * How the executors reach the bucket. Source: Hadoop, "S3A: Connecting to an Amazon S3 Bucket". Conditional creation
 * stays off: some stores lack it, and each job writes into a folder of its own.
 */
export function s3aSettings(settings: Settings): Readonly<Record<string, string>> {
  const { garageEndpoint, accessKey, secretKey, s3Region } = settings;
  if (garageEndpoint === null) return {};
  return {
    'fs.s3a.endpoint': garageEndpoint,
    'fs.s3a.endpoint.region': s3Region,
    'fs.s3a.path.style.access': 'true',
    'fs.s3a.connection.ssl.enabled': String(garageEndpoint.startsWith('https:')),
    'fs.s3a.aws.credentials.provider': 'org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider',
    'fs.s3a.access.key': accessKey ?? '',
    'fs.s3a.secret.key': secretKey?.reveal() ?? '',
    'fs.s3a.create.conditional.enabled': 'false',
  };
}
