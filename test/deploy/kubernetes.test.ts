import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../app/src/config/settings.ts';
import { SETTING_NAMES, type SettingName, VARIABLES } from '../../app/src/config/variables.ts';
import { parseCompose, readDeploy, ROOT } from './read.ts';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly key: string } };
}
interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly Variable[];
  readonly envFrom: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly securityContext: unknown;
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly replicas: number;
    readonly strategy?: { readonly type: string };
    readonly selector: { readonly matchLabels: unknown };
    readonly template: {
      readonly metadata: { readonly labels: unknown };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
      };
    };
  };
}

/** The module of `kubernetes-types` that each kind in use is declared in. */
const MODULES: Readonly<Record<string, string>> = {
  ConfigMap: 'core/v1',
  NetworkPolicy: 'networking/v1',
  Service: 'core/v1',
  Deployment: 'apps/v1',
};

const list = parse(readDeploy('kubernetes/contrail.yaml')) as {
  readonly kind: string;
  readonly items: readonly Manifest[];
};
const deployments = list.items.filter(({ kind }) => kind === 'Deployment');
const containers = ['producer', 'pipeline', 'dashboard'] as const;
const podOf = (name: string) => {
  const deployment = deployments.find(({ metadata }) => metadata.name === `contrail-${name}`);
  if (deployment?.spec === undefined) throw new Error(`There is no Deployment of ${name}.`);
  return deployment.spec;
};

/** What the compiler says of manifests that are written down as literals of Kubernetes' types. */
async function complaints(folder: string, manifests: readonly Manifest[]): Promise<string> {
  const lines = manifests.map(({ kind, ...rest }, index) => {
    const literal = JSON.stringify({ kind, ...rest });
    return `import type { ${kind} as Kind${index} } from 'kubernetes-types/${MODULES[kind]}';\nexport const manifest${index}: Kind${index} = ${literal};\n`;
  });
  const file = join(folder, `manifests-${manifests.length}.ts`);
  await writeFile(file, lines.join(''));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  // `bundler`, because the package has neither exports nor file extensions of its own.
  const options = [
    '--noEmit',
    '--strict',
    '--types',
    '',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  return promisify(execFile)(process.execPath, [tsc, ...options, file], { cwd: folder }).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout,
  );
}

describe('deploy/kubernetes/contrail.yaml', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contrail-kubernetes-'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('is a list of what Kubernetes knows, in its types', async () => {
    expect(list.kind).toBe('List');
    expect(list.items.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Deployment',
      'Deployment',
      'Deployment',
      'Service',
      'NetworkPolicy',
      'NetworkPolicy',
      'NetworkPolicy',
    ]);
    expect(await complaints(folder, list.items)).toBe('');
  });

  it('would be found out if it had a key that Kubernetes does not know', async () => {
    const spec = { ...podOf('pipeline'), replica: 1 };
    const wrong = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec };
    expect(await complaints(folder, [wrong])).toContain('replica');
  });

  it('runs one driver, which ends before the next one starts', () => {
    expect(podOf('pipeline')).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(podOf('producer')).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('selects the pods that it makes', () => {
    for (const { spec } of deployments)
      expect(spec?.selector.matchLabels).toEqual(spec?.template.metadata.labels);
  });

  it('gives each room its command and memory, as Compose does, without root and with time to end', () => {
    const { services } = parseCompose(readDeploy('docker-compose.yml'));
    for (const name of ['producer', 'pipeline', 'dashboard']) {
      const { containers, securityContext, terminationGracePeriodSeconds } = podOf(name).template.spec;
      const [container] = containers;
      expect(container.args).toEqual(services[name]?.command);
      expect(container.image).toBe(services[name]?.image);
      const limit = container.resources.limits.memory.replace(/i$/, '').toLowerCase();
      expect(limit).toBe(services[name]?.mem_limit);
      expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp']);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(terminationGracePeriodSeconds).toBeGreaterThan(10);
    }
  });

  it('asks each whether it does its work where it says so', () => {
    for (const name of containers) {
      const { ports, readinessProbe, env } = podOf(name).template.spec.containers[0];
      const port = ports.find((one) => one.name === readinessProbe.httpGet.port)?.containerPort;
      const { value: address } = env.find((one) => one.name === 'STATUS_ADDRESS') ?? {};
      expect(readinessProbe.httpGet.path, name).toBe('/readyz');
      expect(port, name).toBe(
        name === 'dashboard' ? 8501 : loadSettings({ STATUS_ADDRESS: address }).statusAddress?.port,
      );
    }
  });

  it('lets none of them be root, write to its image or speak to the cluster', () => {
    for (const name of containers) {
      const pod = podOf(name).template.spec;
      expect(pod.automountServiceAccountToken, name).toBe(false);
      expect(pod.containers[0].securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('shows each container those secrets alone that it works with, and none in a ConfigMap', () => {
    const secrets = containers.map((name) =>
      podOf(name).template.spec.containers[0].env.flatMap(
        ({ valueFrom }) => valueFrom?.secretKeyRef.key ?? [],
      ),
    );
    expect(secrets).toEqual([
      ['KAFKA_PASSWORD', 'OPENSKY_CLIENT_ID', 'OPENSKY_CLIENT_SECRET', 'ADSBX_API_KEY'],
      ['KAFKA_PASSWORD', 'ACCESS_KEY', 'SECRET_KEY'],
      ['KAFKA_PASSWORD', 'ACCESS_KEY', 'SECRET_KEY'],
    ]);
    const inMaps = list.items.flatMap(({ kind, data }) =>
      kind === 'ConfigMap' ? Object.keys(data ?? {}) : [],
    );
    expect(inMaps.filter((name) => VARIABLES[name as SettingName].isSecret === true)).toEqual([]);
  });

  it.each(containers)('gives %s settings that the program knows, with values that pass', (name) => {
    const [{ env, envFrom }] = podOf(name).template.spec.containers;
    const data = envFrom.map(
      ({ configMapRef }) =>
        list.items.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name)
          ?.data,
    );
    const isMandatory = (one: Variable): boolean => /^(ACCESS|SECRET)_KEY$/.test(one.name);
    const given = env.flatMap((one): (readonly [string, string])[] =>
      one.value === undefined
        ? isMandatory(one)
          ? [[one.name, 'from the secret']]
          : []
        : [[one.name, one.value]],
    );
    const environment = Object.assign({}, ...data, Object.fromEntries(given)) as Record<string, string>;
    expect(Object.keys(environment).filter((one) => !SETTING_NAMES.some((known) => known === one))).toEqual(
      [],
    );
    expect(loadSettings(environment).kafkaBootstrap).not.toBeNull();
    expect(loadSettings(environment).sparkRemote === null).toBe(name === 'producer');
  });
});
