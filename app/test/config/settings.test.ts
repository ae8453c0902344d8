import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize } from '../../src/config/quantity.ts';
import { Secret } from '../../src/config/secret.ts';
import { envExample, settingsMarkdown, settingsTable } from '../../src/config/settings-table.ts';
import { loadSettings, withDotEnv } from '../../src/config/settings.ts';
import { SETTING_NAMES } from '../../src/config/variables.ts';
import { ContrailError } from '../../src/errors.ts';

function errorOf(action: () => unknown): ContrailError {
  try {
    action();
  } catch (error) {
    if (error instanceof ContrailError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loadSettings', () => {
  it('runs embedded with the documented defaults when nothing is set', () => {
    expect(loadSettings({})).toEqual({
      source: 'auto',
      sources: ['auto'],
      openskyClientId: null,
      openskyClientSecret: null,
      openskyCredentials: null,
      openskyUrl: null,
      openskyTokenUrl: null,
      credits: 'watch',
      areas: [],
      adsbxApiKey: null,
      adsbxIntervalMs: 1_000,
      adsbxOrigin: null,
      simulatedAircraft: 4_000,
      simulatedPaceMs: 10_000,
      replaySpeed: Infinity,
      dataDir: null,
      diskFloorBytes: null,
      spoolBytes: 256_000_000,
      topicName: 'opensky-data',
      numPartitions: 4,
      topicRetentionMs: 7 * 86_400_000,
      topicRetentionBytes: 8 * 1024 ** 3,
      processingTimeMs: 1_000,
      maxBatchRows: 100_000,
      maxBatchBytes: 64_000_000,
      memoryLimitBytes: 256_000_000,
      dashboardHost: '127.0.0.1',
      dashboardPort: 8501,
      dashboardAllowedHosts: [],
      basemap: null,
      statusAddress: null,
      logLevel: 'info',
      httpsProxy: null,
      httpProxy: null,
      noProxy: null,
      caFile: null,
      kafkaBootstrap: null,
      kafkaReplication: null,
      kafkaTls: false,
      kafkaTlsCa: null,
      kafkaTlsCert: null,
      kafkaTlsKey: null,
      kafkaSaslMechanism: null,
      kafkaUsername: null,
      kafkaPassword: null,
      kafkaOauthTokenUrl: null,
      kafkaOauthScope: null,
      kafkaPage: null,
      garageEndpoint: null,
      accessKey: null,
      secretKey: null,
      bucketName: 'datalake',
      s3Region: 'garage',
      s3Page: null,
      keep: null,
      lakeRetentionMs: 3_600_000,
      lakeFiles: 5_000,
      lakeCacheBytes: 4 * 2 ** 30,
      sparkRemote: null,
      sparkMasterUrl: 'spark://spark:7077',
      sparkMasterPage: null,
      sparkApplicationPage: null,
      shufflePartitions: 6,
    });
  });

  it('takes an empty or blank text as unset', () => {
    const empty = Object.fromEntries(SETTING_NAMES.map((name, i) => [name, i % 2 === 0 ? '' : '  ']));
    expect(loadSettings(empty)).toEqual(loadSettings({}));
  });

  it('reads every kind of value', () => {
    const settings = loadSettings({
      SOURCE: 'replay:some/folder',
      OPENSKY_BOX: '45.8, 5.9, 47.8, 10.5',
      PROCESSING_TIME: '500ms',
      TOPIC_RETENTION: '12h',
      TOPIC_RETENTION_BYTES: '2GiB',
      MEMORY_LIMIT: '1gb',
      DASHBOARD_PORT: '0',
      LOG_LEVEL: 'debug',
      DATA_DIR: '/somewhere',
    });
    expect(settings).toMatchObject({
      source: 'replay:some/folder',
      areas: [{ kind: 'box', box: { lamin: 45.8, lomin: 5.9, lamax: 47.8, lomax: 10.5 } }],
      processingTimeMs: 500,
      topicRetentionMs: 43_200_000,
      topicRetentionBytes: 2 * 1024 ** 3,
      memoryLimitBytes: 1e9,
      dashboardPort: 0,
      logLevel: 'debug',
      dataDir: '/somewhere',
    });
  });

  it('refuses a proxy of another kind, and does not show its password', () => {
    const { message } = errorOf(() => loadSettings({ HTTPS_PROXY: 'ftp://me:hidden@proxy' }));
    expect(message).toContain('- HTTPS_PROXY is not usable; expected an address as http://proxy');
    expect(message).not.toContain('hidden');
    expect(loadSettings({ HTTPS_PROXY: 'proxy:3128' }).httpsProxy?.reveal()).toBe('http://proxy:3128');
  });

  it('reads areas: boxes, also over the date line, countries and airports, several with ; between', () => {
    const AREA = 'country:ch; airport:lszh; airport:ZRH,50; -20,177,-16,-178; box:1,2,3,4';
    const box = (lamin: number, lomin: number, lamax: number, lomax: number) => ({
      kind: 'box',
      box: { lamin, lomin, lamax, lomax },
    });
    expect(loadSettings({ AREA }).areas).toEqual([
      { kind: 'country', code: 'CH' },
      { kind: 'airport', ident: 'LSZH', radius_km: 100 },
      { kind: 'airport', ident: 'ZRH', radius_km: 50 },
      box(-20, 177, -16, -178),
      box(1, 2, 3, 4),
    ]);
    expect(loadSettings({ OPENSKY_BOX: '-50,165,-10,-170' }).areas).toEqual([box(-50, 165, -10, -170)]);
  });

  it.each([
    [{ AREA: 'country:CH', OPENSKY_BOX: '1,2,3,4' }, 'OPENSKY_BOX and AREA are both set'],
    [
      { OPENSKY_CREDENTIALS: 'c.json', OPENSKY_CLIENT_ID: 'me', OPENSKY_CLIENT_SECRET: 'x' },
      'OPENSKY_CREDENTIALS and OPENSKY_CLIENT_ID are both set',
    ],
  ])('refuses two settings that say the same: %o', (environment, problem) => {
    expect(errorOf(() => loadSettings(environment)).message).toContain(problem);
  });

  it('triggers every 30 s with Spark, unless told otherwise', () => {
    const SPARK_REMOTE = 'sc://spark:15002';
    const KAFKA_BOOTSTRAP = 'kafka:9092';
    expect(loadSettings({ SPARK_REMOTE, KAFKA_BOOTSTRAP }).processingTimeMs).toBe(30_000);
    expect(loadSettings({ SPARK_REMOTE, KAFKA_BOOTSTRAP, PROCESSING_TIME: '2m' }).processingTimeMs).toBe(
      120_000,
    );
  });

  it.each([
    'auto',
    'opensky',
    'simulator',
    'replay:a b/c.json',
    'ndjson:C:\\x',
    'readsb:http://pi/data',
    'adsbx:https://x/v2',
    'sbs:10.0.0.1:30003',
    'sbs:host',
    'sbs:[fd00::20]:30003',
    'archive:/a',
  ])('knows the source %s', (source) => {
    expect(loadSettings({ SOURCE: source }).source).toBe(source);
  });

  it.each([
    ['SOURCE', 'opensk'],
    ['SOURCE', 'replay:'],
    ['SOURCE', 'readsb:'],
    ['SOURCE', 'adsblol'],
    ['SOURCE', 'adsbx:api.adsb.lol'],
    ['SOURCE', 'sbs:'],
    ['SOURCE', 'sbs:host:port'],
    ['SOURCE', 'opensky,auto'],
    ['SOURCE', 'opensky,simulator'],
    ['SOURCE', 'opensky,opensky'],
    ['SOURCE', 'opensky,opensk'],
    ['NUM_PARTITIONS', '0'],
    ['NUM_PARTITIONS', '4.5'],
    ['NUM_PARTITIONS', '0x10'],
    ['DASHBOARD_PORT', '65536'],
    ['PROCESSING_TIME', '5'],
    ['PROCESSING_TIME', '0s'],
    ['PROCESSING_TIME', '-5s'],
    ['TOPIC_RETENTION', '7 weeks'],
    ['TOPIC_RETENTION_BYTES', '8'],
    ['MEMORY_LIMIT', 'lots'],
    ['LOG_LEVEL', 'loud'],
    ['OPENSKY_BOX', '1,2,3'],
    ['OPENSKY_BOX', '1,2,3,'],
    ['OPENSKY_BOX', '1,2,3,4,5'],
    ['OPENSKY_BOX', '47,5,45,10'],
    ['OPENSKY_BOX', '-91,0,0,1'],
    ['OPENSKY_BOX', '1,2,3,200'],
    ['AREA', 'country:Switzerland'],
    ['AREA', 'airport:LSZH,0'],
    ['AREA', 'country:CH;'],
    ['AREA', 'LSZH'],
    ['CREDITS', 'all'],
    ['OPENSKY_URL', 'localhost:8080'],
    ['TOPIC_NAME', 'a/b'],
    ['TOPIC_NAME', '..'],
    ['KAFKA_BOOTSTRAP', 'broker'],
    ['GARAGE_ENDPOINT', 'garage:3900'],
    ['SPARK_REMOTE', 'spark:15002'],
    ['BUCKET_NAME', 'Data_Lake'],
  ])('refuses %s=%s, naming the variable, the value and what it expects', (name, text) => {
    const error = errorOf(() => loadSettings({ [name]: text }));
    expect([error.kind, error.code]).toEqual(['invalid', 'settings-invalid']);
    expect(error.message).toContain(`- ${name} is ${JSON.stringify(text)}; expected `);
  });

  it('reports all problems at once, one line each', () => {
    const error = errorOf(() =>
      loadSettings({
        NUM_PARTITIONS: 'four',
        LOG_LEVEL: 'loud',
        PROCESSING_TIME: '5',
        OPENSKY_CLIENT_ID: 'me',
        GARAGE_ENDPOINT: 'http://garage:3900',
      }),
    );
    const lines = error.message.split('\n');
    expect(lines[0]).toContain('6 settings to correct');
    expect(lines.slice(1).map((line) => line.split(' ')[1])).toEqual([
      'NUM_PARTITIONS',
      'PROCESSING_TIME',
      'LOG_LEVEL',
      'OPENSKY_CLIENT_SECRET',
      'ACCESS_KEY',
      'SECRET_KEY',
    ]);
  });

  it.each([
    [{ KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' }, ['KAFKA_USERNAME']],
    [{ KAFKA_USERNAME: 'me' }, ['KAFKA_PASSWORD', 'KAFKA_SASL_MECHANISM']],
    [{ KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }, ['KAFKA_OAUTH_TOKEN_URL']],
    [
      { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_OAUTH_TOKEN_URL: 'https://login/token' },
      ['KAFKA_USERNAME'],
    ],
    [{ KAFKA_SASL_MECHANISM: 'GSSAPI' }, ['KAFKA_SASL_MECHANISM']],
    [{ KAFKA_TLS: 'yes' }, ['KAFKA_TLS']],
    [{ KAFKA_TLS: 'off', KAFKA_TLS_CA: 'ca.pem' }, ['KAFKA_TLS_CA']],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT: 'me.pem' }, ['KAFKA_TLS_KEY']],
  ])('sees what is missing to reach Kafka by %o', (environment, expected) => {
    const lines = errorOf(() => loadSettings(environment)).message.split('\n');
    expect(lines.slice(1).map((line) => line.split(' ')[1])).toEqual(expected);
  });

  it.each([
    { KAFKA_TLS: 'on', KAFKA_TLS_CA: 'ca.pem', KAFKA_TLS_CERT: 'me.pem', KAFKA_TLS_KEY: 'me.key' },
    { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_USERNAME: 'me', KAFKA_PASSWORD: 'x' },
    { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_OAUTH_TOKEN_URL: 'file:///run/secrets/token' },
  ])('takes %o as enough to reach Kafka', (environment) => {
    expect(loadSettings(environment).kafkaBootstrap).toBeNull();
  });

  it('shows a secret nowhere but in reveal', () => {
    const secret = 'hunter2-hunter2';
    const settings = loadSettings({ OPENSKY_CLIENT_ID: 'me', OPENSKY_CLIENT_SECRET: secret });
    const shown = [
      String(settings.openskyClientSecret),
      JSON.stringify(settings),
      inspect(settings, { depth: 9, showHidden: true }),
    ];
    expect(shown.filter((text) => text.includes(secret))).toEqual([]);
    expect(shown.every((text) => text.includes('***'))).toBe(true);
    expect(settings.openskyClientSecret?.reveal()).toBe(secret);
    const error = errorOf(() => loadSettings({ OPENSKY_CLIENT_SECRET: secret, SECRET_KEY: secret }));
    expect(inspect(error, { depth: 9 })).not.toContain(secret);
  });
});

describe('withDotEnv', () => {
  it('lets the environment win over the file, also with an empty text, but not with an absent one', () => {
    const file =
      '# a comment\nLOG_LEVEL=debug\nexport TOPIC_NAME="from-file"\nSOURCE=simulator\nNUM_PARTITIONS=8\n';
    const merged = withDotEnv({ LOG_LEVEL: 'warn', SOURCE: '', NUM_PARTITIONS: undefined }, file);
    expect(loadSettings(merged)).toMatchObject({
      logLevel: 'warn',
      topicName: 'from-file',
      source: 'auto',
      sources: ['auto'],
      numPartitions: 8,
    });
  });
});

it('needs Kafka for Spark, whose executors read the topic', () => {
  const error = errorOf(() => loadSettings({ SPARK_REMOTE: 'sc://spark:15002' }));
  expect(error.message).toContain('KAFKA_BOOTSTRAP is unset, but SPARK_REMOTE is set and needs it');
});

describe('quantities', () => {
  it('reads durations in whole milliseconds and sizes in whole bytes', () => {
    expect(['1ms', '1.5s', '2 m', '1h', '7d'].map(parseDuration)).toEqual([
      1, 1_500, 120_000, 3_600_000, 604_800_000,
    ]);
    expect(['1B', '1kB', '1KiB', '1.5 MB'].map(parseSize)).toEqual([1, 1_000, 1_024, 1_500_000]);
  });

  it('never answers anything but a whole number above 0 or null', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9.e]{0,9} ?(ms|s|constructor|toString|GiB)$/)),
        (text) => {
          for (const value of [parseDuration(text), parseSize(text)]) {
            expect(value === null || (Number.isSafeInteger(value) && value > 0)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('the documentation', () => {
  it('has a row with a meaning and a unit for every variable', () => {
    const table = settingsTable();
    expect(table.map(({ name }) => name)).toEqual(SETTING_NAMES);
    expect(table.filter(({ meaning, unit }) => meaning === '' || unit === '')).toEqual([]);
  });

  it('marks exactly the variables that load as secrets', () => {
    const settings = loadSettings({
      OPENSKY_CLIENT_ID: 'a',
      OPENSKY_CLIENT_SECRET: 'b',
      ADSBX_API_KEY: 'g',
      GARAGE_ENDPOINT: 'http://g',
      ACCESS_KEY: 'c',
      SECRET_KEY: 'd',
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_USERNAME: 'e',
      KAFKA_PASSWORD: 'f',
      HTTPS_PROXY: 'http://g:h@proxy:1',
      HTTP_PROXY: 'proxy:1',
    });
    expect(Object.values(settings).filter((value) => value instanceof Secret)).toHaveLength(
      settingsTable().filter(({ isSecret }) => isSecret).length,
    );
  });

  it('changes nothing when .env.example is used as it stands', () => {
    expect(loadSettings(withDotEnv({}, envExample()))).toEqual(loadSettings({}));
  });

  it('stands in .env.example and docs/settings.md as the table says', async () => {
    await expect(envExample()).toMatchFileSnapshot('../../../.env.example');
    await expect(settingsMarkdown()).toMatchFileSnapshot('../../../docs/settings.md');
  });
});
