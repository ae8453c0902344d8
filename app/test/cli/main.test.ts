import { createTable, localStore, struct } from '@contrail/delta-lake';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const contrail = (...args: readonly string[]): { readonly status: number | null; readonly stdout: string } =>
  spawnSync(process.execPath, ['--conditions=@contrail/source', MAIN, ...args], { encoding: 'utf8' });

describe('contrail table read', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-cli-'));
    await createTable(localStore(folder), { schema: struct({ id: 'long' }) });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads the version that --version names, and is not asked for the version of the program', () => {
    const { status, stdout } = contrail('table', 'read', folder, '--version', '0', '--format', 'canonical');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 0,
      schema: [{ name: 'id', type: 'long', nullable: true }],
    });
    expect(status).toBe(0);
  });

  it('refuses a version that does not exist with its class and exit 1', () => {
    const { status, stdout } = contrail('table', 'read', folder, '--version', '9', '--format', 'canonical');
    expect(JSON.parse(stdout)).toMatchObject({ error: { class: 'no-such-version' } });
    expect(status).toBe(1);
  });

  it('takes a wrong flag for wrong usage: exit 2', () => {
    expect(contrail('table', 'read', folder, '--nope').status).toBe(2);
  });
});
