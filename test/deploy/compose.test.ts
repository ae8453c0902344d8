import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { USUAL_PORTS } from '../../app/src/cluster/ports.ts';
import { s3aSettings } from '../../app/src/cluster/services.ts';
import { SPARK } from '../../app/src/cluster/spark-distribution.ts';
import { loadSettings } from '../../app/src/config/settings.ts';
import { SETTING_NAMES } from '../../app/src/config/variables.ts';
import { filledEnvironment, parseCompose, readDeploy, ROOT, variablesIn } from './read.ts';

const text = readDeploy('docker-compose.yml');
const example = filledEnvironment();
const { services, volumes } = parseCompose(text, example);
const entries = Object.entries(services);
const isSetting = (name: string): boolean => SETTING_NAMES.some((known) => known === name);

/** Images that others make, with the tag that was looked up, and ours. */
const IMAGES: Readonly<Record<string, string>> = {
  secrets: 'contrail:0.1.0',
  kafka: 'apache/kafka:4.3.1',
  'kafka-ui': 'kafbat/kafka-ui:v1.5.0',
  garage: 'dxflrs/garage:v2.4.0',
  'garage-ui': 'khairul169/garage-webui:1.1.0',
  spark: `contrail-spark:${SPARK.version}`,
  'spark-worker-1': `contrail-spark:${SPARK.version}`,
  'spark-connect': `contrail-spark:${SPARK.version}`,
  producer: 'contrail:0.1.0',
  pipeline: 'contrail:0.1.0',
  dashboard: 'contrail:0.1.0',
  jupyter: 'contrail-jupyter:0.1.0',
  prometheus: 'prom/prometheus:v3.5.0',
  grafana: 'grafana/grafana:12.1.1',
};
/** What users open, and where. */
const PORTS: Readonly<Record<string, readonly string[]>> = {
  kafka: ['9094:9094'],
  'kafka-ui': ['8082:8080'],
  garage: ['3900:3900'],
  'garage-ui': ['3909:3909'],
  spark: ['8080:8080'],
  'spark-worker-1': ['8081:8081'],
  'spark-connect': ['4040:4040', '15002:15002'],
  dashboard: ['8501:8501'],
  jupyter: ['8888:8888'],
  prometheus: ['9090:9090'],
  grafana: ['3000:3000'],
};

/** The schema's complaints; its formats (ports, durations) are not looked at, the tests below do that. */
function complaints(file: unknown): readonly string[] {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'compose-spec.json'), 'utf8')) as object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
  validate(file);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

describe('deploy/docker-compose.yml', () => {
  it('is what the Compose Specification allows', () => {
    expect(complaints({ services, volumes })).toEqual([]);
    expect(complaints(parseCompose(text))).toEqual([]);
  });

  it('would be found out if it said something that the specification does not know', () => {
    expect(complaints({ services: { kafka: { image: 'x', depend_on: ['spark'] } } })).not.toEqual([]);
    expect(complaints({ services: { kafka: { depends_on: { spark: { condition: 'up' } } } } })).not.toEqual(
      [],
    );
  });

  it('has every service on its image, with an exact tag', () => {
    expect(Object.fromEntries(entries.map(([name, { image }]) => [name, image]))).toEqual(IMAGES);
  });

  it('publishes what users open, to this machine alone', () => {
    const published = entries.flatMap(([name, { ports }]) => (ports === undefined ? [] : [[name, ports]]));
    const expected = Object.entries(PORTS).map(([name, ports]) => [
      name,
      ports.map((port) => `127.0.0.1:${port}`),
    ]);
    expect(published).toEqual(expected);
    const onHost = Object.values(PORTS)
      .flat()
      .map((port) => port.split(':')[0]);
    expect(new Set(onHost).size).toBe(onHost.length);
  });

  it('limits the memory of every service and starts it again when it ends, but for the check of secrets', () => {
    for (const [name, service] of entries) {
      expect(service.mem_limit, name).toMatch(/^\d+[mg]$/);
      expect(service.restart, name).toBe(name === 'secrets' ? 'no' : 'unless-stopped');
    }
  });

  it('waits for what a service needs until that is healthy, and for nothing that has no health check', () => {
    const images = parseStages();
    for (const [name, { depends_on: needs }] of entries) {
      for (const [needed, { condition }] of Object.entries(needs ?? {})) {
        expect(services[needed], `${name} needs ${needed}`).toBeDefined();
        expect(condition).toBe(needed === 'secrets' ? 'service_completed_successfully' : 'service_healthy');
        const target = services[needed]?.build?.target;
        const hasCheck = services[needed]?.healthcheck !== undefined || images.has(target ?? '');
        expect(hasCheck, `${needed} has a health check`).toBe(true);
      }
    }
    expect(Object.keys(services['pipeline']?.depends_on ?? {})).toEqual(['kafka', 'garage', 'spark-connect']);
    expect(Object.keys(services['producer']?.depends_on ?? {})).toEqual(['kafka']);
  });

  it('declares the volumes it mounts, and mounts only files that are there', () => {
    const mounted = entries
      .flatMap(([, service]) => service.volumes ?? [])
      .map((mount) => mount.split(':')[0]);
    const named = mounted.filter((source) => source?.startsWith('.') === false);
    const files = mounted.filter((source) => source?.startsWith('.') === true);
    expect(new Set(named)).toEqual(new Set(Object.keys(volumes)));
    expect(files.filter((file) => !existsSync(join(ROOT, 'deploy', file ?? '')))).toEqual([]);
  });

  it('builds our images from the Dockerfile that is there', () => {
    for (const [name, { build }] of entries) {
      if (build === undefined) continue;
      expect(existsSync(join(ROOT, 'deploy', build.context, build.dockerfile)), name).toBe(true);
      expect(readDeploy('Dockerfile')).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
    }
  });

  it('runs commands that contrail has, with settings that it knows', () => {
    for (const name of ['producer', 'pipeline', 'dashboard']) {
      const service = services[name];
      const program = readFileSync(join(ROOT, 'app/src/cli/main.ts'), 'utf8');
      expect(program).toContain(`.command('${service?.command?.[0]}')`);
      expect(Object.keys(service?.environment ?? {}).filter((key) => !isSetting(key))).toEqual([]);
    }
  });

  it('gives Spark and Garage the names, places and keys that the settings say', () => {
    const settings = loadSettings(example);
    const spark = services['spark']?.command ?? [];
    expect(`spark://${spark[spark.indexOf('--host') + 1]}:${spark[spark.indexOf('--port') + 1]}`).toBe(
      settings.sparkMasterUrl,
    );
    expect(services['spark-worker-1']?.command).toContain(settings.sparkMasterUrl);
    const conf = readDeploy('spark/spark-defaults.conf');
    expect(conf).toMatch(/^spark\.connect\.grpc\.binding\.port +15002$/m);
    expect(settings.sparkRemote).toBe('sc://spark-connect:15002');
    expect(conf).toMatch(/^spark\.driver\.host +spark-connect$/m);
    expect(services['garage']?.environment).toMatchObject({
      GARAGE_DEFAULT_ACCESS_KEY: settings.accessKey,
      GARAGE_DEFAULT_SECRET_KEY: settings.secretKey?.reveal(),
      GARAGE_DEFAULT_BUCKET: settings.bucketName,
    });
    expect(readDeploy('garage/garage.toml')).toContain(`s3_region = "${settings.s3Region}"`);
    expect(services['kafka']?.environment?.['KAFKA_ADVERTISED_LISTENERS']).toContain(
      `PLAINTEXT://${settings.kafkaBootstrap}`,
    );
  });

  it('tells Spark of the store what a cluster without docker tells it, keys aside', () => {
    const s3 = { kind: 'garage', bucket: 'datalake', accessKey: 'k', secretKey: 's' } as const;
    const local = Object.entries(s3aSettings({ s3, ports: USUAL_PORTS }));
    // Compose gives the keys in the environment, where S3A finds them by itself.
    const expected = local.filter(
      ([name]) => !/\.(access\.key|secret\.key|credentials\.provider)$/.test(name),
    );
    const conf = readDeploy('spark/spark-defaults.conf').matchAll(/^(spark\.hadoop\.fs\.s3a\.\S+) +(.+)$/gm);
    expect(Object.fromEntries(Array.from(conf, ([, name, value]) => [name, value]))).toEqual({
      ...Object.fromEntries(expected),
      'spark.hadoop.fs.s3a.endpoint': loadSettings(example).garageEndpoint,
    });
    expect(local.length - expected.length).toBe(3);
    const environment = Object.keys(services['spark-connect']?.environment ?? {});
    expect(environment).toEqual(expect.arrayContaining(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']));
  });

  it('has a second worker that only has to be uncommented', () => {
    const second = text.replaceAll(/^ {2}# (?= *(spark-worker-2:|<<: |ports:|- 127))/gm, '  ');
    const file = parseCompose(second, example);
    expect(complaints({ services: file.services, volumes: file.volumes })).toEqual([]);
    const { ports, ...rest } = file.services['spark-worker-2'] ?? { image: '' };
    const { ports: others, ...first } = services['spark-worker-1'] ?? { image: '' };
    expect(rest).toEqual(first);
    expect(ports).not.toEqual(others);
  });
});

describe('deploy/.env.example', () => {
  it('holds settings that pass, and what the services want filled in, and nothing else', () => {
    const wanted = new Set(variablesIn(text));
    expect(() => loadSettings(example)).not.toThrow();
    expect(Object.keys(example).filter((name) => !isSetting(name) && !wanted.has(name))).toEqual([]);
    // Other settings are passed on where somebody sets them.
    expect([...wanted].filter((name) => example[name] === undefined && !isSetting(name))).toEqual([]);
  });

  it('links the page to the pages that are published', () => {
    const pages = [
      ['KAFKA_PAGE', 'kafka-ui'],
      ['S3_PAGE', 'garage-ui'],
      ['SPARK_MASTER_PAGE', 'spark'],
      ['SPARK_APPLICATION_PAGE', 'spark-connect'],
    ] as const;
    for (const [name, service] of pages)
      expect(`http://localhost:${PORTS[service]?.[0]?.split(':')[0]}`, name).toBe(example[name]);
  });

  it('names the settings of the cluster', () => {
    const names = ['KAFKA_BOOTSTRAP', 'GARAGE_ENDPOINT', 'SPARK_REMOTE', 'SPARK_MASTER_URL', 'TOPIC_NAME'];
    const more = ['NUM_PARTITIONS', 'BUCKET_NAME', 'PROCESSING_TIME', 'SHUFFLE_PARTITIONS', 'SOURCE'];
    expect(Object.keys(example)).toEqual(expect.arrayContaining([...names, ...more]));
  });

  it('leaves room beside the heaps of Java', () => {
    const megabytes = (name: string): number => {
      const [, digits, unit] = /^(\d+)([mg])$/.exec(example[name] ?? '') ?? [];
      return Number(digits) * (unit === 'g' ? 1024 : 1);
    };
    expect(megabytes('SPARK_WORKER_MEMORY')).toBeGreaterThanOrEqual(megabytes('SPARK_EXECUTOR_MEMORY'));
    expect(megabytes('SPARK_WORKER_LIMIT')).toBeGreaterThanOrEqual(megabytes('SPARK_EXECUTOR_MEMORY') + 1024);
    expect(megabytes('SPARK_CONNECT_LIMIT')).toBeGreaterThanOrEqual(megabytes('SPARK_DRIVER_MEMORY') + 768);
  });
});

/** Stages of the Dockerfile that bring a health check of their own. */
function parseStages(): ReadonlySet<string> {
  const stages = readDeploy('Dockerfile').split(/^FROM /m);
  return new Set(
    stages.flatMap((stage) =>
      stage.includes('\nHEALTHCHECK ') ? [/^\S+ AS (\S+)/.exec(stage)?.[1] ?? ''] : [],
    ),
  );
}
