/**
 * The settings: the only place that interprets the environment. Pure: the caller passes in the environment and the text
 * of `.env`, and hands the settings to the rooms, which import nothing from here.
 */
import { ContrailError } from '../errors.ts';
import type { Area } from './area.ts';
import { parseDotEnv } from './dot-env.ts';
import type { CreditMode, Form, LogLevel, SaslMechanism } from './forms.ts';
import type { KeepSetting } from './keep.ts';
import type { Secret } from './secret.ts';
import { splitSources } from './source-list.ts';
import { SETTING_NAMES, VARIABLES } from './variables.ts';
import type { SettingName } from './variables.ts';

/** Names and texts, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All settings, checked, in base units. `null`: unset, and its absence means something (see docs/settings.md). */
export interface Settings {
  /** As typed: `auto`, `opensky`, `replay:PATH`, … */
  /** As it was given. */
  readonly source: string;
  /** The sources that it names, one or several. */
  readonly sources: readonly string[];
  readonly openskyClientId: string | null;
  readonly openskyClientSecret: Secret | null;
  /** Path of a JSON file. */
  readonly openskyCredentials: string | null;
  readonly openskyUrl: string | null;
  readonly openskyTokenUrl: string | null;
  readonly credits: CreditMode;
  /** Empty: the whole world. */
  readonly areas: readonly Area[];
  readonly adsbxApiKey: Secret | null;
  readonly adsbxIntervalMs: number;
  readonly adsbxOrigin: string | null;
  readonly simulatedAircraft: number;
  readonly simulatedPaceMs: number;
  /** Infinity: without pauses. */
  readonly replaySpeed: number;
  /** Null: `./data`, or `./data-simulated` for the simulator, as `program/data-folder.ts` decides. */
  readonly dataDir: string | null;
  /** Bytes that stay free; 0: no floor; null: 500 MB, or a tenth of the disk where that is less. */
  readonly diskFloorBytes: number | null;
  /** 0: none. */
  readonly spoolBytes: number;
  readonly topicName: string;
  readonly numPartitions: number;
  readonly topicRetentionMs: number;
  readonly topicRetentionBytes: number;
  readonly processingTimeMs: number;
  readonly maxBatchRows: number;
  readonly maxBatchBytes: number;
  readonly memoryLimitBytes: number;
  readonly dashboardHost: string;
  readonly dashboardPort: number;
  /** Empty: see docs/settings.md. */
  readonly dashboardAllowedHosts: readonly string[];
  /** A PMTiles file of map tiles; null: none. */
  readonly basemap: string | null;
  /** Null: nowhere. */
  readonly statusAddress: { readonly host: string; readonly port: number } | null;
  readonly logLevel: LogLevel;
  /** URLs, perhaps with a password. */
  readonly httpsProxy: Secret | null;
  readonly httpProxy: Secret | null;
  readonly noProxy: string | null;
  /** Path of a PEM file. */
  readonly caFile: string | null;
  readonly kafkaBootstrap: string | null;
  readonly kafkaReplication: number | null;
  readonly kafkaTls: boolean;
  /** Paths of PEM files. */
  readonly kafkaTlsCa: string | null;
  readonly kafkaTlsCert: string | null;
  readonly kafkaTlsKey: string | null;
  readonly kafkaSaslMechanism: SaslMechanism | null;
  readonly kafkaUsername: string | null;
  readonly kafkaPassword: Secret | null;
  readonly kafkaOauthTokenUrl: string | null;
  readonly kafkaOauthScope: string | null;
  /** Addresses for a browser, without a slash at the end, here and below. */
  readonly kafkaPage: string | null;
  readonly garageEndpoint: string | null;
  readonly accessKey: string | null;
  readonly secretKey: Secret | null;
  readonly bucketName: string;
  readonly s3Region: string;
  readonly s3Page: string | null;
  /** Null: everything for ever. */
  readonly keep: KeepSetting | null;
  readonly lakeRetentionMs: number;
  readonly lakeFiles: number;
  readonly lakeCacheBytes: number;
  readonly sparkRemote: string | null;
  readonly sparkMasterUrl: string;
  readonly sparkMasterPage: string | null;
  readonly sparkApplicationPage: string | null;
  readonly shufflePartitions: number;
}

const EMBEDDED_TRIGGER_MS = 1_000;
const SPARK_TRIGGER_MS = 30_000;
/** Executors of Spark share a micro-batch, and spill what they cannot hold. */
const SPARK_BATCH_BYTES = 1_000_000_000;

/** Two variables that say the same. */
const RIVALS: readonly (readonly [set: SettingName, other: SettingName])[] = [
  ['OPENSKY_CREDENTIALS', 'OPENSKY_CLIENT_ID'],
  ['OPENSKY_BOX', 'AREA'],
];

/** Variables that need each other: always, or only if the text of the first one matches. */
const COMPANIONS: readonly (readonly [set: SettingName, needs: SettingName, when?: RegExp])[] = [
  ['OPENSKY_CLIENT_ID', 'OPENSKY_CLIENT_SECRET'],
  ['OPENSKY_CLIENT_SECRET', 'OPENSKY_CLIENT_ID'],
  ['OPENSKY_TOKEN_URL', 'OPENSKY_URL'],
  ['GARAGE_ENDPOINT', 'ACCESS_KEY'],
  ['GARAGE_ENDPOINT', 'SECRET_KEY'],
  // Executors read the topic, which in this process they could not.
  ['SPARK_REMOTE', 'KAFKA_BOOTSTRAP'],
  ['KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'],
  ['KAFKA_TLS_KEY', 'KAFKA_TLS_CERT'],
  ['KAFKA_USERNAME', 'KAFKA_PASSWORD'],
  ['KAFKA_PASSWORD', 'KAFKA_USERNAME'],
  ['KAFKA_USERNAME', 'KAFKA_SASL_MECHANISM'],
  ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_SASL_MECHANISM'],
  ['KAFKA_OAUTH_SCOPE', 'KAFKA_OAUTH_TOKEN_URL'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_USERNAME', /^(PLAIN|SCRAM-.*)$/],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_OAUTH_TOKEN_URL', /^OAUTHBEARER$/],
  ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_USERNAME', /^https?:/],
];

/**
 * The settings of an environment. An empty text counts as unset, blanks around a text are removed, and variables of
 * other programs are ignored.
 * @throws ContrailError `invalid` / `settings-invalid` with one line for each problem. Secrets are not shown.
 */
export function loadSettings(environment: Environment): Settings {
  const texts = new Map<SettingName, string>();
  for (const name of SETTING_NAMES) {
    const text = environment[name]?.trim() ?? '';
    if (text !== '') texts.set(name, text);
  }
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of SETTING_NAMES) {
    const { form, standard, isSecret } = VARIABLES[name];
    const text = texts.get(name) ?? standard;
    if (text === null) continue;
    const found = form(text);
    if ('value' in found) values[name] = found.value;
    else
      problems.push(
        `${name} is ${isSecret === true ? 'not usable' : JSON.stringify(text)}; expected ${found.expected}`,
      );
  }
  for (const [name, needs, when = /./] of COMPANIONS) {
    if (when.test(texts.get(name) ?? '') && !texts.has(needs))
      problems.push(`${needs} is unset, but ${name} is set and needs it`);
  }
  for (const [name, other] of RIVALS) {
    if (texts.has(name) && texts.has(other))
      problems.push(`${name} and ${other} are both set; unset one of them`);
  }
  for (const name of ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT'] as const) {
    if (texts.has(name) && texts.get('KAFKA_TLS') !== 'on')
      problems.push(`${name} is set, but KAFKA_TLS is not on`);
  }
  if (problems.length > 0) {
    throw new ContrailError(
      'settings-invalid',
      `${problems.length} setting${problems.length === 1 ? '' : 's'} to correct, in the flags, the environment or .env:\n` +
        problems.map((problem) => `- ${problem}`).join('\n'),
      { facts: { problems } },
    );
  }
  return toSettings(values as unknown as Values);
}

/**
 * The environment, completed with the variables of a `.env` file. A variable of the environment takes precedence, even
 * if it is empty, so a line of the file can be switched off for one run.
 * @param dotEnv text of the file, in the form that Docker Compose reads
 * @param options `file`: its name, for messages; `onUnset` is called with each name that a value refers to and that is
 * not set
 * @throws ContrailError `invalid` / `settings-invalid` naming the line that cannot be read
 */
export function withDotEnv(
  environment: Environment,
  dotEnv: string,
  options: { readonly file?: string; readonly onUnset?: (name: string) => void } = {},
): Environment {
  const { values, unset } = parseDotEnv(dotEnv, (name) => environment[name], options.file);
  for (const name of unset) options.onUnset?.(name);
  const set = Object.entries(environment).filter(([, text]) => text !== undefined);
  return { ...values, ...Object.fromEntries(set) };
}

type ValueOf<F> = F extends Form<infer T> ? T : never;
/** The value of each variable; undefined where it is unset and has no default. */
type Values = { readonly [Name in SettingName]: ValueOf<(typeof VARIABLES)[Name]['form']> };

function toSettings(values: Values): Settings {
  return {
    source: values.SOURCE,
    sources: splitSources(values.SOURCE),
    openskyClientId: values.OPENSKY_CLIENT_ID ?? null,
    openskyClientSecret: values.OPENSKY_CLIENT_SECRET ?? null,
    openskyCredentials: values.OPENSKY_CREDENTIALS ?? null,
    openskyUrl: values.OPENSKY_URL ?? null,
    openskyTokenUrl: values.OPENSKY_TOKEN_URL ?? null,
    credits: values.CREDITS,
    areas:
      values.AREA ?? (values.OPENSKY_BOX === undefined ? [] : [{ kind: 'box', box: values.OPENSKY_BOX }]),
    adsbxApiKey: values.ADSBX_API_KEY ?? null,
    adsbxIntervalMs: values.ADSBX_INTERVAL,
    adsbxOrigin: values.ADSBX_ORIGIN ?? null,
    simulatedAircraft: values.SIMULATED_AIRCRAFT,
    simulatedPaceMs: values.SIMULATED_PACE,
    replaySpeed: values.REPLAY_SPEED,
    dataDir: values.DATA_DIR ?? null,
    diskFloorBytes: values.DISK_FLOOR ?? null,
    spoolBytes: values.SPOOL_LIMIT,
    topicName: values.TOPIC_NAME,
    numPartitions: values.NUM_PARTITIONS,
    topicRetentionMs: values.TOPIC_RETENTION,
    topicRetentionBytes: values.TOPIC_RETENTION_BYTES,
    processingTimeMs:
      values.PROCESSING_TIME ?? (values.SPARK_REMOTE === undefined ? EMBEDDED_TRIGGER_MS : SPARK_TRIGGER_MS),
    maxBatchRows: values.MAX_BATCH_ROWS,
    maxBatchBytes:
      values.MAX_BATCH_BYTES ??
      (values.SPARK_REMOTE === undefined ? Math.floor(values.MEMORY_LIMIT / 4) : SPARK_BATCH_BYTES),
    memoryLimitBytes: values.MEMORY_LIMIT,
    dashboardHost: values.DASHBOARD_HOST,
    dashboardPort: values.DASHBOARD_PORT,
    dashboardAllowedHosts: values.DASHBOARD_ALLOWED_HOSTS ?? [],
    basemap: values.BASEMAP ?? null,
    statusAddress: values.STATUS_ADDRESS ?? null,
    logLevel: values.LOG_LEVEL,
    httpsProxy: values.HTTPS_PROXY ?? null,
    httpProxy: values.HTTP_PROXY ?? null,
    noProxy: values.NO_PROXY ?? null,
    caFile: values.CA_FILE ?? null,
    kafkaBootstrap: values.KAFKA_BOOTSTRAP ?? null,
    kafkaReplication: values.KAFKA_REPLICATION ?? null,
    kafkaTls: values.KAFKA_TLS,
    kafkaTlsCa: values.KAFKA_TLS_CA ?? null,
    kafkaTlsCert: values.KAFKA_TLS_CERT ?? null,
    kafkaTlsKey: values.KAFKA_TLS_KEY ?? null,
    kafkaSaslMechanism: values.KAFKA_SASL_MECHANISM ?? null,
    kafkaUsername: values.KAFKA_USERNAME ?? null,
    kafkaPassword: values.KAFKA_PASSWORD ?? null,
    kafkaOauthTokenUrl: values.KAFKA_OAUTH_TOKEN_URL ?? null,
    kafkaOauthScope: values.KAFKA_OAUTH_SCOPE ?? null,
    kafkaPage: values.KAFKA_PAGE ?? null,
    garageEndpoint: values.GARAGE_ENDPOINT ?? null,
    accessKey: values.ACCESS_KEY ?? null,
    secretKey: values.SECRET_KEY ?? null,
    bucketName: values.BUCKET_NAME,
    s3Region: values.S3_REGION,
    s3Page: values.S3_PAGE ?? null,
    keep: values.KEEP ?? null,
    lakeRetentionMs: values.LAKE_RETENTION,
    lakeFiles: values.LAKE_FILES,
    lakeCacheBytes: values.LAKE_CACHE,
    sparkRemote: values.SPARK_REMOTE ?? null,
    sparkMasterUrl: values.SPARK_MASTER_URL,
    sparkMasterPage: values.SPARK_MASTER_PAGE ?? null,
    sparkApplicationPage: values.SPARK_APPLICATION_PAGE ?? null,
    shufflePartitions: values.SHUFFLE_PARTITIONS,
  };
}
