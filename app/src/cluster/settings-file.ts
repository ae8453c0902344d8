import type { ClusterPlan, Part } from './cluster-plan.ts';
import { S3_REGION } from './cluster-plan.ts';
import { s3Page } from './s3/s3.ts';

/** The topic of a cluster. */
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
}

/** The settings with which Contrail uses the running parts of a cluster. */
export function settingsFor(
  plan: ClusterPlan,
  topic: TopicSettings,
  parts: readonly Part[],
): Readonly<Record<string, string>> {
  const { ports, s3 } = plan;
  const storePage = s3Page(s3.kind, ports.s3);
  return {
    ...(parts.includes('kafka')
      ? {
          KAFKA_BOOTSTRAP: `127.0.0.1:${ports.kafka}`,
          TOPIC_NAME: topic.name,
          NUM_PARTITIONS: String(topic.partitions),
        }
      : {}),
    ...(parts.includes('s3')
      ? {
          GARAGE_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
          ACCESS_KEY: s3.accessKey,
          SECRET_KEY: s3.secretKey,
          BUCKET_NAME: s3.bucket,
          S3_REGION,
          ...(storePage === null ? {} : { S3_PAGE: storePage }),
        }
      : {}),
    ...(parts.includes('spark')
      ? {
          SPARK_REMOTE: `sc://127.0.0.1:${ports.connect}`,
          SPARK_MASTER_URL: `spark://127.0.0.1:${ports.master}`,
          SPARK_MASTER_PAGE: `http://127.0.0.1:${ports.masterPage}`,
          SPARK_APPLICATION_PAGE: `http://127.0.0.1:${ports.application}`,
        }
      : {}),
  };
}

/** As the text of an env file. */
export const envText = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
