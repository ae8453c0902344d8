import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../app/src/config/settings.ts';
import { SETTING_NAMES, type SettingName, VARIABLES } from '../../app/src/config/variables.ts';
import {
  type ComposeService,
  exampleEnvironment,
  filledEnvironment,
  parseCompose,
  readDeploy,
  SECRETS,
  variablesIn,
} from './read.ts';

const text = readDeploy('docker-compose.yml');
const filled = filledEnvironment();
const withMore = {
  ...filled,
  OPENSKY_CLIENT_ID: 'who we are at OpenSky',
  OPENSKY_CLIENT_SECRET: 'secret of OpenSky',
  ADSBX_API_KEY: 'key of ADSBexchange',
  KAFKA_PASSWORD: 'password of Kafka',
  HTTPS_PROXY: 'http://us:password@proxy:1',
  HTTP_PROXY: 'http://us:password@proxy:2',
};
const { services } = parseCompose(text, withMore);
const entries = Object.entries(services);

/** Who works with each secret: nobody else may see its value, under any name. */
const HOLDERS: Readonly<Record<string, readonly string[]>> = {
  SECRET_KEY: ['secrets', 'garage', 'spark-connect', 'pipeline', 'dashboard', 'jupyter'],
  GARAGE_RPC_SECRET: ['secrets', 'garage'],
  GARAGE_ADMIN_TOKEN: ['secrets', 'garage', 'garage-ui'],
  JUPYTER_TOKEN: ['secrets', 'jupyter'],
  OPENSKY_CLIENT_SECRET: ['producer', 'jupyter'],
  ADSBX_API_KEY: ['producer', 'jupyter'],
  KAFKA_PASSWORD: ['producer', 'pipeline', 'dashboard', 'jupyter'],
  HTTPS_PROXY: ['producer', 'pipeline', 'dashboard', 'jupyter'],
  HTTP_PROXY: ['producer', 'pipeline', 'dashboard', 'jupyter'],
};

/** Images whose start is known not to write, or to write where a tmpfs or a volume is. docs/operating.md says why not the rest. */
const READ_ONLY = [
  'secrets',
  'garage',
  'garage-ui',
  'producer',
  'pipeline',
  'dashboard',
  'prometheus',
  'grafana',
];

const sees = (service: ComposeService, value: string): boolean => JSON.stringify(service).includes(value);

/** All services that have to be up, or done, before one starts. */
function needsOf(name: string): ReadonlySet<string> {
  const needs = Object.keys(services[name]?.depends_on ?? {});
  return new Set(needs.flatMap((needed) => [needed, ...needsOf(needed)]));
}

describe('what a service of deploy/docker-compose.yml may do', () => {
  it.each(entries)(
    '%s has no capability and cannot gain one, nor fill the machine with processes',
    (_, service) => {
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.cap_add).toBeUndefined();
      expect(service.privileged).toBeUndefined();
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.pids_limit).toBeGreaterThanOrEqual(512);
    },
  );

  it('cannot write to its image where that is known to work, and has a /tmp of its own then', () => {
    const readOnly = entries.filter(([, service]) => service.read_only === true);
    expect(readOnly.map(([name]) => name)).toEqual(READ_ONLY);
    for (const [name, { tmpfs }] of readOnly) expect(tmpfs, name).toEqual(['/tmp']);
  });

  it('is not said of more services in the documentation than is true', () => {
    const docs = readDeploy('../docs/operating.md');
    const others = entries.map(([name]) => name).filter((name) => !READ_ONLY.includes(name));
    const [, listed = ''] = /Not read-only are (.+?):/s.exec(docs) ?? [];
    expect(Array.from(listed.matchAll(/`([\w-]+)`/g), ([, name]) => name)).toEqual(others);
  });
});

describe('what a service of deploy/docker-compose.yml sees', () => {
  it.each(Object.entries(HOLDERS))('%s is seen by those alone that work with it', (name, holders) => {
    const value = (withMore as Record<string, string>)[name] ?? '';
    expect(value).not.toBe('');
    const seeing = entries.filter(([, service]) => sees(service, value)).map(([one]) => one);
    expect(seeing).toEqual(holders);
  });

  it('is never the whole file', () => {
    expect(entries.filter(([, { env_file: file }]) => file !== undefined)).toEqual([]);
  });

  it('knows every secret that there is', () => {
    const settings = SETTING_NAMES.filter((name: SettingName) => VARIABLES[name].isSecret === true);
    expect(Object.keys(HOLDERS).toSorted()).toEqual([...new Set([...settings, ...SECRETS])].toSorted());
  });

  it('leaves out no setting: one in .env reaches the program', () => {
    const fixed = ['DATA_DIR', 'DASHBOARD_HOST', 'DASHBOARD_PORT'];
    const passed = new Set(variablesIn(text));
    expect(SETTING_NAMES.filter((name) => !passed.has(name) && !fixed.includes(name))).toEqual([]);
  });

  it.each(['producer', 'pipeline', 'dashboard', 'jupyter'])(
    'is enough for %s to start, with the lake and Spark where it works with them',
    (name) => {
      const environment = parseCompose(text, filled).services[name]?.environment ?? {};
      const texts = Object.entries(environment).map(([one, value]) => [one, String(value)] as const);
      const settings = loadSettings(Object.fromEntries(texts));
      expect(settings.kafkaBootstrap).toBe(filled['KAFKA_BOOTSTRAP']);
      expect([settings.garageEndpoint === null, settings.sparkRemote === null]).toEqual(
        name === 'producer' ? [true, true] : [false, false],
      );
    },
  );
});

describe('a secret of deploy/docker-compose.yml', () => {
  it.each(SECRETS)('%s is empty in the example, and nothing starts without it', (name) => {
    expect(exampleEnvironment()[name]).toBe('');
    expect(() => parseCompose(text, { ...filled, [name]: '' })).toThrow('run ./secrets.sh');
    expect(() => parseCompose(text, { ...filled, [name]: undefined })).toThrow('run ./secrets.sh');
  });

  it('is looked at before anything starts that holds it', () => {
    const holding = entries.filter(([, service]) =>
      SECRETS.some((name) => sees(service, filled[name] ?? 'none')),
    );
    for (const [name] of holding)
      if (name !== 'secrets') expect([...needsOf(name)], name).toContain('secrets');
    const { entrypoint, environment, volumes, network_mode: network } = services['secrets'] ?? { image: '' };
    expect(entrypoint).toEqual(['sh', '/secrets.sh', 'check']);
    expect(volumes).toEqual(['./secrets.sh:/secrets.sh:ro']);
    expect(Object.keys(environment ?? {})).toEqual(SECRETS);
    expect(network).toBe('none');
  });
});

describe('a port of deploy/docker-compose.yml', () => {
  const portsAt = (address: string): readonly string[] =>
    Object.entries(parseCompose(text, { ...filled, BIND_ADDRESS: address }).services)
      .filter(([, { ports }]) => ports?.some((port) => !port.startsWith('127.0.0.1:')))
      .map(([name]) => name);

  it('is open to this machine alone, as the example is and without the variable', () => {
    expect(portsAt('')).toEqual([]);
    expect(portsAt(filled['BIND_ADDRESS'] ?? 'none')).toEqual([]);
  });

  it('is opened by BIND_ADDRESS where the service asks for a key or only shows', () => {
    expect(portsAt('0.0.0.0')).toEqual(['garage', 'dashboard', 'jupyter']);
  });
});
