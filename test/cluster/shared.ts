import { openSession, type SparkSession } from '@contrail/spark-connect';
import { type S3Store, s3Store } from '@contrail/delta-lake';
import { inject } from 'vitest';
import { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';

/** Whether there is a cluster. Without, the tests are skipped, and `setup.ts` says so aloud. */
export const HAS_CLUSTER = inject('cluster') !== null;

/** The folder of the cluster that the tests share. */
export const sharedFolder = (): string => inject('cluster')?.folder ?? '';

/** A setting of the cluster that the tests share. */
export const setting = (name: string): string => inject('cluster')?.settings[name] ?? '';

/** A topic on its broker; made by the first append. */
export const openTopic = (name: string): KafkaTopic =>
  new KafkaTopic({
    connection: { bootstrap: [setting('KAFKA_BOOTSTRAP')], tls: null, sasl: null },
    name,
    partitions: 4,
    creation: { replication: 1, retention: { maxAgeMs: 1e13, maxBytes: 1e12 } },
    random: () => 0.5,
  });

/** Its bucket. */
export const openBucket = (): S3Store =>
  s3Store(`s3://${setting('BUCKET_NAME')}`, {
    endpoint: setting('GARAGE_ENDPOINT'),
    region: setting('S3_REGION'),
    credentials: { accessKeyId: setting('ACCESS_KEY'), secretAccessKey: setting('SECRET_KEY') },
    singleWriter: true,
  });

/** A session on its Spark. */
export const openSpark = (): Promise<SparkSession> => openSession(setting('SPARK_REMOTE'));
