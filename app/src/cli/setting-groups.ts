import type { SettingName } from '../config/variables.ts';

/** The settings by what they are about, in the order of the help. Each is in one group. */
export const SETTING_GROUPS = {
  Source: [
    'SOURCE',
    'OPENSKY_CLIENT_ID',
    'OPENSKY_CLIENT_SECRET',
    'OPENSKY_CREDENTIALS',
    'CREDITS',
    'AREA',
    'OPENSKY_BOX',
    'OPENSKY_URL',
    'OPENSKY_TOKEN_URL',
    'ADSBX_API_KEY',
    'ADSBX_INTERVAL',
    'ADSBX_ORIGIN',
    'SIMULATED_AIRCRAFT',
    'SIMULATED_PACE',
    'REPLAY_SPEED',
  ],
  Data: ['DATA_DIR', 'DISK_FLOOR'],
  Topic: ['SPOOL_LIMIT', 'TOPIC_NAME', 'NUM_PARTITIONS', 'TOPIC_RETENTION', 'TOPIC_RETENTION_BYTES'],
  'Micro-batches': ['PROCESSING_TIME', 'MAX_BATCH_ROWS', 'MAX_BATCH_BYTES'],
  Page: ['DASHBOARD_HOST', 'DASHBOARD_PORT', 'DASHBOARD_ALLOWED_HOSTS', 'BASEMAP'],
  Lake: ['KEEP', 'LAKE_RETENTION', 'LAKE_FILES', 'LAKE_CACHE'],
  S3: ['GARAGE_ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY', 'BUCKET_NAME', 'S3_REGION'],
  Kafka: [
    'KAFKA_BOOTSTRAP',
    'KAFKA_REPLICATION',
    'KAFKA_TLS',
    'KAFKA_TLS_CA',
    'KAFKA_TLS_CERT',
    'KAFKA_TLS_KEY',
    'KAFKA_SASL_MECHANISM',
    'KAFKA_USERNAME',
    'KAFKA_PASSWORD',
    'KAFKA_OAUTH_TOKEN_URL',
    'KAFKA_OAUTH_SCOPE',
  ],
  Spark: ['SPARK_REMOTE', 'SPARK_MASTER_URL', 'SHUFFLE_PARTITIONS'],
  Network: ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'CA_FILE'],
  Links: ['KAFKA_PAGE', 'S3_PAGE', 'SPARK_MASTER_PAGE', 'SPARK_APPLICATION_PAGE'],
  'Memory and log': ['MEMORY_LIMIT', 'STATUS_ADDRESS', 'LOG_LEVEL'],
} as const satisfies Record<string, readonly SettingName[]>;

export type SettingGroup = keyof typeof SETTING_GROUPS;

/** The group of each setting. */
export const GROUP_OF: ReadonlyMap<SettingName, SettingGroup> = new Map(
  (Object.keys(SETTING_GROUPS) as SettingGroup[]).flatMap((group) =>
    SETTING_GROUPS[group].map((name) => [name, group] as const),
  ),
);
