import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../app/src/config/settings.ts';
import { SETTING_NAMES } from '../../app/src/config/variables.ts';
import { parseCompose, readDeploy, ROOT } from './read.ts';

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly readinessProbe?: { readonly exec?: { readonly command: readonly string[] } };
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
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
      };
    };
  };
}

/** The module of `kubernetes-types` that each kind in use is declared in. */
const MODULES: Readonly<Record<string, string>> = {
  ConfigMap: 'core/v1',
  Service: 'core/v1',
  Deployment: 'apps/v1',
};

const list = parse(readDeploy('kubernetes/contrail.yaml')) as {
  readonly kind: string;
  readonly items: readonly Manifest[];
};
const deployments = list.items.filter(({ kind }) => kind === 'Deployment');
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
      'Deployment',
      'Deployment',
      'Deployment',
      'Service',
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

  it('names settings that the program knows, with values that pass once the secret is there', () => {
    const data = list.items.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    expect(Object.keys(data).filter((name) => !SETTING_NAMES.some((known) => known === name))).toEqual([]);
    expect(loadSettings({ ...data, ACCESS_KEY: 'key', SECRET_KEY: 'secret' }).sparkRemote).not.toBeNull();
  });
});
