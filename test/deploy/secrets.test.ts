import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filledEnvironment, readDeploy, ROOT, SECRETS } from './read.ts';

const SCRIPT = join(ROOT, 'deploy/secrets.sh');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contrail-secrets-'));
  copyFileSync(SCRIPT, join(folder, 'secrets.sh'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fill = () => spawnSync('sh', [join(folder, 'secrets.sh')], { encoding: 'utf8' });
const file = (): string => readFileSync(join(folder, '.env'), 'utf8');
const put = (text: string): void => writeFileSync(join(folder, '.env'), text, { mode: 0o644 });
const check = (environment: Readonly<Record<string, string | undefined>>) =>
  spawnSync('sh', [SCRIPT, 'check'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });

describe('deploy/secrets.sh', () => {
  it('makes each secret that the example leaves empty, and changes no other line', () => {
    put(readDeploy('.env.example'));
    const { status, stdout } = fill();
    expect(status).toBe(0);
    const made = parseEnv(file());
    const values = SECRETS.map((name) => made[name]);
    for (const value of values) expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(values).size).toBe(SECRETS.length);
    expect(file().replaceAll(/[0-9a-f]{64}/g, '')).toBe(readDeploy('.env.example'));
    expect(stdout).not.toMatch(/[0-9a-f]{64}/);
    expect(check(made).status).toBe(0);
  });

  it('lets only the owner read the file', () => {
    put(readDeploy('.env.example'));
    fill();
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  });

  it('keeps the secrets that are there, also when it is run again', () => {
    put('SECRET_KEY=of-a-store-that-is-there\r\nJUPYTER_TOKEN=\r\n');
    fill();
    const first = file();
    expect(parseEnv(first)['SECRET_KEY']).toBe('of-a-store-that-is-there');
    expect(fill().status).toBe(0);
    expect(file()).toBe(first);
  });

  it('adds those that a file of an older version lacks, also where its last line does not end', () => {
    put('SOURCE=simulator');
    fill();
    expect(parseEnv(file())).toMatchObject({ SOURCE: 'simulator' });
    expect(Object.keys(parseEnv(file())).toSorted()).toEqual(['SOURCE', ...SECRETS].toSorted());
  });

  it('says what to do where there is no .env', () => {
    const { status, stderr } = fill();
    expect([status, stderr]).toEqual([1, expect.stringContaining('cp .env.example .env')]);
  });
});

describe('deploy/secrets.sh check', () => {
  const good = filledEnvironment();

  it('lets own secrets pass', () => {
    expect(check(good)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['SECRET_KEY', 'change-me-16-characters-or-more'],
    ['SECRET_KEY', 'CHANGE_ME_CHANGE_ME_CHANGE_ME'],
    ['SECRET_KEY', 'contrail'],
    ['GARAGE_RPC_SECRET', '7f1c0d5a9e3b48c6a2d0f4e8b6135792c4ad60e17b3f85d2961e0c7a4b8d5f23'],
    ['GARAGE_ADMIN_TOKEN', 'change-me-too'],
    ['JUPYTER_TOKEN', 'contrail'],
    ['JUPYTER_TOKEN', ''],
    ['JUPYTER_TOKEN', undefined],
  ])('refuses %s=%s, by name and without showing it', (name, value) => {
    const { status, stderr } = check({ ...good, [name]: value });
    expect(status).toBe(1);
    expect(stderr).toContain(name);
    if (value !== undefined && value.length > 8) expect(stderr).not.toContain(value);
    expect(SECRETS.filter((one) => stderr.startsWith(one))).toEqual([name]);
  });
});
