/**
 * Every variable that contrail reads, in the order of the documentation: the form of its text (forms.ts), its default, and
 * what it means. `.env.example`, docs/settings.md and the command line's flags are made from this.
 */
import { AREA_FORMS } from './area.ts';
import {
  address,
  anyText,
  areas,
  box,
  CREDIT_MODES,
  duration,
  type Form,
  hostNames,
  LOG_LEVELS,
  matching,
  oneOf,
  pageAddress,
  parsed,
  proxy,
  retention,
  SASL_MECHANISMS,
  secret,
  size,
  simulatedPace,
  sizeOrNothing,
  sources,
  speed,
  whole,
} from './forms.ts';
import { keep, KEEP_EXAMPLE } from './keep.ts';

/** What the documentation says of a variable. */
interface Meaning {
  readonly meaning: string;
  /** Unit or form of the text, with an example where it helps. */
  readonly unit: string;
  /** What happens when it is unset and its default cannot be written as a text. */
  readonly unset?: string;
  readonly isSecret?: boolean;
}

const SOURCE =
  /^(auto|opensky|simulator|(readsb|adsblol|adsbfi|airplaneslive|replay|ndjson|archive):.+|adsbx:https?:\/\/.+|sbs:(\[[\da-fA-F:.]+\]|[^:\s[\]]+)(:\d{1,5})?)$/;

/** A variable with a default, given as the text that a person would set. */
const setting = <T>(form: Form<T>, standard: string, meaning: Meaning) => ({ form, standard, ...meaning });

/** A variable that may stay unset. */
const optional = <T>(form: Form<T>, meaning: Meaning) => ({
  form: form as Form<T | undefined>,
  standard: null,
  ...meaning,
});

export const VARIABLES = {
  SOURCE: setting(
    sources('auto, opensky, simulator or another feed of docs/feeds.md, as readsb:URL', SOURCE),
    'auto',
    {
      meaning:
        'Where positions come from. auto: OpenSky live; if OpenSky cannot be reached, the simulator, and Contrail says so clearly. A lake holds real or simulated data, never both. Several, with commas between or the flag several times, are merged.',
      unit: 'auto, opensky, simulator or another feed of docs/feeds.md',
    },
  ),
  OPENSKY_CLIENT_ID: optional(anyText, {
    meaning: 'OAuth2 client of an OpenSky account; set it together with OPENSKY_CLIENT_SECRET.',
    unit: 'text',
    unset: 'anonymous, with fewer requests a day',
  }),
  OPENSKY_CLIENT_SECRET: optional(secret, {
    meaning: 'The secret of OPENSKY_CLIENT_ID.',
    unit: 'text',
    unset: 'anonymous',
    isSecret: true,
  }),
  OPENSKY_CREDENTIALS: optional(anyText, {
    meaning:
      "The credentials.json of OpenSky's account page, instead of OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET.",
    unit: 'path',
    unset: 'none',
  }),
  CREDITS: setting(oneOf(CREDIT_MODES), 'watch', {
    meaning:
      "How OpenSky's credits are spent. watch: at the even pace of the account, and faster while somebody looks at the page, as far as the credits of the day allow. save: half as often while nobody looks, so that more is left for those who look. even: what is left of the day, evenly.",
    unit: CREDIT_MODES.join(', '),
  }),
  AREA: optional(areas, {
    meaning:
      'Ask OpenSky for these areas only: boxes, countries or the surroundings of airports. Small ones cost fewer credits, so positions come more often. A country is the box round its airports.',
    unit: AREA_FORMS,
    unset: 'the whole world',
  }),
  OPENSKY_BOX: optional(box, {
    meaning:
      'One box, as in AREA; an older name. Where lomin is greater than lomax, it reaches over the date line.',
    unit: 'lamin,lomin,lamax,lomax in degrees',
    unset: 'as AREA says',
  }),
  OPENSKY_URL: optional(pageAddress, {
    meaning: 'Another server that speaks as OpenSky does, for tests.',
    unit: 'URL',
    unset: 'https://opensky-network.org/api',
  }),
  OPENSKY_TOKEN_URL: optional(pageAddress, {
    meaning: 'The token endpoint that belongs to OPENSKY_URL.',
    unit: 'URL',
    unset: "/token at OPENSKY_URL, else OpenSky's own",
  }),
  ADSBX_API_KEY: optional(secret, {
    meaning: 'The key that adsbx:URL is asked with. It goes to the host of that address alone.',
    unit: 'text',
    unset: 'no key',
    isSecret: true,
  }),
  ADSBX_INTERVAL: setting(duration, '1s', {
    meaning:
      'How long to wait between two requests of adsbx:URL; less than 1s counts as 1s. A plan with 10,000 requests a month allows one in 5m.',
    unit: 'duration: ms, s, m, h, d',
  }),
  ADSBX_ORIGIN: optional(pageAddress, {
    meaning:
      'Another server that adsblol:, adsbfi: and airplaneslive: ask, such as "contrail mock adsbx", for tests. What they ask, and how often, stays the same.',
    unit: 'URL',
    unset: 'the server of each service',
  }),
  SIMULATED_AIRCRAFT: setting(whole(1, 100_000), '4000', {
    meaning: 'How many aircraft the simulator flies.',
    unit: 'aircraft',
  }),
  SIMULATED_PACE: setting(simulatedPace, '10s', {
    meaning:
      'How often the simulator polls: 1s as a receiver, 86s as OpenSky with a free account, 864s as without one. Positions have whole seconds, so polls of one second are the same.',
    unit: 'duration: ms, s, m, h, d; 100ms to 1d',
  }),
  REPLAY_SPEED: setting(speed, 'max', {
    meaning:
      'How fast replay:PATH plays, as a multiple of the time that passed between the recordings: 1 as it was, 100 a hundred times as fast. max: without pauses.',
    unit: 'max or a number from 0.1 to 1000',
  }),
  DATA_DIR: optional(anyText, {
    meaning: 'Folder of the embedded topic, the local lake and caches. It must be on a local file system.',
    unit: 'path',
    unset: './data, or ./data-simulated for the simulator',
  }),
  DISK_FLOOR: optional(sizeOrNothing, {
    meaning:
      'How much stays free on the disks of topic and lake. Below it sources and pipeline wait, and continue by themselves when there is more room. 0: no floor.',
    unit: 'size: MB, GB, MiB, GiB',
    unset: '500MB, or a tenth of the disk where that is less',
  }),
  SPOOL_LIMIT: setting(sizeOrNothing, '256MB', {
    meaning:
      'How much a live source may keep on the disk, compressed, while the topic is away. Beyond that its newest polls are lost, which Contrail says and counts. 0: nothing is kept; sources wait.',
    unit: 'size or 0',
  }),
  TOPIC_NAME: setting(
    matching('1 to 249 letters, digits, dots, underscores or dashes', /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/),
    'opensky-data',
    { meaning: 'Name of the topic between source and pipeline.', unit: 'text' },
  ),
  NUM_PARTITIONS: setting(whole(1, 1024), '4', {
    meaning: 'Partitions of the topic, fixed when it is created.',
    unit: 'partitions',
  }),
  TOPIC_RETENTION: setting(duration, '7d', {
    meaning:
      'How long the topic keeps messages. Contrail makes a topic in Kafka with this value; to change it later, change it in Kafka.',
    unit: 'duration: ms, s, m, h, d',
  }),
  TOPIC_RETENTION_BYTES: setting(size, '8GiB', {
    meaning:
      'How much the topic keeps, compressed as on disk; the oldest messages go first. In Kafka the same holds as for TOPIC_RETENTION.',
    unit: 'size: MB, GB, MiB, GiB',
  }),
  PROCESSING_TIME: optional(duration, {
    meaning:
      'The trigger: the shortest time between the starts of two micro-batches. A batch starts as soon as messages are there; a pipeline that is behind starts the next one at once.',
    unit: 'duration: ms, s, m, h, d',
    unset: '1s embedded, 30s with Spark',
  }),
  MAX_BATCH_ROWS: setting(whole(1, 10_000_000), '100000', {
    meaning: 'Messages in one micro-batch, at most.',
    unit: 'messages',
  }),
  MAX_BATCH_BYTES: optional(size, {
    meaning: 'Text of the messages in one micro-batch, at most; a larger message is a batch by itself.',
    unit: 'size: MB, GB, MiB, GiB',
    unset: 'a quarter of MEMORY_LIMIT; 1GB with Spark',
  }),
  MEMORY_LIMIT: setting(size, '256MB', {
    meaning: 'Memory that DuckDB may use before it spills to DATA_DIR.',
    unit: 'size: MB, GB, MiB, GiB',
  }),
  DASHBOARD_HOST: setting(matching('a host name or address', /^\S+$/), '127.0.0.1', {
    meaning: 'Address that the dashboard listens on. 0.0.0.0 opens it to the network.',
    unit: 'host',
  }),
  DASHBOARD_PORT: setting(whole(0, 65_535), '8501', {
    meaning: 'Port of the dashboard. 0 takes any free one.',
    unit: 'port',
  }),
  DASHBOARD_ALLOWED_HOSTS: optional(hostNames, {
    meaning:
      'Names under which browsers reach the dashboard through a reverse proxy that keeps the Host header. The dashboard answers only to these names and to this machine.',
    unit: 'names, with commas between',
    unset: 'on 127.0.0.1 only this machine; on another DASHBOARD_HOST every name',
  }),
  BASEMAP: optional(anyText, {
    meaning:
      'A PMTiles file with map tiles of your own, as pictures: streets or terrain under the aircraft, also from nearer. It is read by the dashboard and sent to the page by it.',
    unit: 'path of a .pmtiles file',
    unset: "the page's own coasts, borders, water and names",
  }),
  STATUS_ADDRESS: optional(address, {
    meaning:
      'Where contrail produce and contrail pipeline answer /healthz, /readyz and /metrics; the dashboard does it at its own address. A port alone is on this machine only. Processes of one machine need a port each.',
    unit: 'port, or host:port as 0.0.0.0:8502',
    unset: 'nowhere',
  }),
  LOG_LEVEL: setting(oneOf(LOG_LEVELS), 'info', {
    meaning: 'The lowest level of log lines that are written.',
    unit: LOG_LEVELS.join(', '),
  }),
  HTTPS_PROXY: optional(proxy, {
    meaning:
      'Proxy for requests to https:// addresses: OpenSky and other feeds, S3, token servers. It may hold user and password. Kafka and Spark are reached directly.',
    unit: 'URL',
    unset: 'directly',
    isSecret: true,
  }),
  HTTP_PROXY: optional(proxy, {
    meaning: 'The same for http:// addresses.',
    unit: 'URL',
    unset: 'directly',
    isSecret: true,
  }),
  NO_PROXY: optional(anyText, {
    meaning:
      'Hosts that are reached directly, with ports or without; .example.com means all names below it. This machine is always reached directly.',
    unit: 'names, with commas between; * for all',
    unset: 'none',
  }),
  CA_FILE: optional(anyText, {
    meaning:
      'Certificates of authorities to trust besides those that Node knows, as a PEM file: for a proxy that opens TLS, or an S3 store of your own.',
    unit: 'path',
    unset: 'the public authorities that Node knows',
  }),
  KAFKA_BOOTSTRAP: optional(
    matching('host:port, several with commas between', /^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/),
    {
      meaning: 'Kafka brokers that hold the topic.',
      unit: 'host:port,...',
      unset: 'the embedded topic',
    },
  ),
  KAFKA_REPLICATION: optional(whole(1, 100), {
    meaning:
      'Copies of each message in a topic that Contrail makes. With 3, messages survive the loss of a broker.',
    unit: 'brokers',
    unset: 'as the brokers are configured',
  }),
  KAFKA_TLS: setting(
    parsed('on or off', (text) => (text === 'on' ? true : text === 'off' ? false : null)),
    'off',
    { meaning: 'Whether Contrail speaks to the brokers through TLS.', unit: 'on, off' },
  ),
  KAFKA_TLS_CA: optional(anyText, {
    meaning: 'Certificates of the authorities that signed those of the brokers, as a PEM file.',
    unit: 'path',
    unset: 'the public authorities that Node knows',
  }),
  KAFKA_TLS_CERT: optional(anyText, {
    meaning:
      'Certificate that Contrail shows the brokers, as a PEM file; set it together with KAFKA_TLS_KEY.',
    unit: 'path',
    unset: 'none',
  }),
  KAFKA_TLS_KEY: optional(anyText, {
    meaning: 'Private key of KAFKA_TLS_CERT, as a PEM file.',
    unit: 'path',
    unset: 'none',
  }),
  KAFKA_SASL_MECHANISM: optional(oneOf(SASL_MECHANISMS), {
    meaning:
      'How Contrail logs in to the brokers. PLAIN sends the password unencrypted: use it with KAFKA_TLS.',
    unit: SASL_MECHANISMS.join(', '),
    unset: 'anonymous, or by KAFKA_TLS_CERT',
  }),
  KAFKA_USERNAME: optional(anyText, {
    meaning: 'User of PLAIN or SCRAM, or client id for KAFKA_OAUTH_TOKEN_URL.',
    unit: 'text',
    unset: 'none',
  }),
  KAFKA_PASSWORD: optional(secret, {
    meaning: 'Password of KAFKA_USERNAME, or its client secret.',
    unit: 'text',
    unset: 'none',
    isSecret: true,
  }),
  KAFKA_OAUTH_TOKEN_URL: optional(
    matching('an address starting with https://, http:// or file:/', /^(https?:\/\/|file:\/)\S+$/),
    {
      meaning:
        'Where OAUTHBEARER gets its tokens: an OAuth2 token endpoint (client credentials), or a file that another program keeps fresh.',
      unit: 'URL',
      unset: 'none',
    },
  ),
  KAFKA_OAUTH_SCOPE: optional(anyText, {
    meaning: 'Scope to ask of KAFKA_OAUTH_TOKEN_URL.',
    unit: 'text',
    unset: 'none',
  }),
  KAFKA_PAGE: optional(pageAddress, {
    meaning: 'Web page of the brokers, such as http://localhost:8082; the dashboard links to it.',
    unit: 'URL',
    unset: 'no link',
  }),
  GARAGE_ENDPOINT: optional(matching('an address starting with http:// or https://', /^https?:\/\/\S+$/), {
    meaning: 'S3 endpoint that holds the lake; needs ACCESS_KEY and SECRET_KEY.',
    unit: 'URL',
    unset: 'the local lake in DATA_DIR',
  }),
  ACCESS_KEY: optional(anyText, { meaning: 'Access key of GARAGE_ENDPOINT.', unit: 'text', unset: 'none' }),
  SECRET_KEY: optional(secret, {
    meaning: 'Secret key of GARAGE_ENDPOINT.',
    unit: 'text',
    unset: 'none',
    isSecret: true,
  }),
  BUCKET_NAME: setting(
    matching('3 to 63 lower-case letters, digits, dots or dashes', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    'datalake',
    { meaning: 'Bucket of the lake at GARAGE_ENDPOINT.', unit: 'text' },
  ),
  S3_REGION: setting(matching('a region such as garage or eu-central-1', /^[a-z0-9-]+$/), 'garage', {
    meaning:
      'Region that GARAGE_ENDPOINT expects in signatures: the s3_region of Garage, us-east-1 for most other stores.',
    unit: 'text',
  }),
  S3_PAGE: optional(pageAddress, {
    meaning: 'Web page of the store, such as http://localhost:3909; the dashboard links to it.',
    unit: 'URL',
    unset: 'no link',
  }),
  KEEP: optional(keep, {
    meaning:
      'How long rows are kept, by layer (bronze, quarantine, silver, gold) or table, and how large the whole lake may become. Whole days are deleted; what is not named is kept for ever. See docs/operating.md.',
    unit: `layer and time (h, d, w, y, forever), within size; as ${KEEP_EXAMPLE}`,
    unset: 'everything for ever, without a bound',
  }),
  LAKE_RETENTION: setting(retention, '1h', {
    meaning:
      'How long readers may still use a version of a table that is no longer the newest. LAKE_FILES can shorten it, but never below 8 minutes.',
    unit: 'duration: m, h, d; at least 10m',
  }),
  LAKE_FILES: setting(whole(5_000, 10_000_000), '5000', {
    meaning:
      'How many recent files a lake may have. Beyond it, the pipeline deletes removed files and old versions before LAKE_RETENTION is over.',
    unit: 'files; at least 5000',
  }),
  LAKE_CACHE: setting(size, '4GiB', {
    meaning:
      'How much of a lake at GARAGE_ENDPOINT Contrail keeps in DATA_DIR; the least recently used files go first.',
    unit: 'size: MB, GB, MiB, GiB',
  }),
  SPARK_REMOTE: optional(matching('sc://host:port', /^sc:\/\/[^\s/:]+(:\d{1,5})?(\/\S*)?$/), {
    meaning: 'Spark Connect server that does the work.',
    unit: 'sc://host:15002',
    unset: 'DuckDB in this process',
  }),
  SPARK_MASTER_URL: setting(
    matching('an address such as spark://spark:7077', /^\S+$/),
    'spark://spark:7077',
    {
      meaning: 'Spark master, for the Connect server and for health checks.',
      unit: 'spark://host:port',
    },
  ),
  SPARK_MASTER_PAGE: optional(pageAddress, {
    meaning:
      'Web page of the Spark master, such as http://localhost:8080; if this process can reach it, Contrail asks it for the workers.',
    unit: 'URL',
    unset: 'no link',
  }),
  SPARK_APPLICATION_PAGE: optional(pageAddress, {
    meaning: 'Web page of the Spark application, such as http://localhost:4040; the dashboard links to it.',
    unit: 'URL',
    unset: 'no link',
  }),
  SHUFFLE_PARTITIONS: setting(whole(1, 10_000), '6', {
    meaning: 'Partitions of a shuffle; only for Spark.',
    unit: 'partitions',
  }),
};

export type SettingName = keyof typeof VARIABLES;
/** The names, in the order of the documentation. */
export const SETTING_NAMES = Object.keys(VARIABLES) as readonly SettingName[];
