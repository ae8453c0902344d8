import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const INSTALL = pathToFileURL(resolve(import.meta.dirname, '../scripts/install.mjs')).href;

/** A package of a lockfile. */
type Package = Readonly<Record<string, unknown>>;

const PACKAGES: Readonly<Record<string, Package>> = {
  '': { name: 'checkout' },
  'node_modules/one': { version: '1.0.0', integrity: 'sha512-1' },
  'node_modules/ours': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
  'node_modules/theirs': { version: '1.0.0', optional: true, os: ['aix'], cpu: ['ppc64'] },
};

describe('the installation of packages', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'contrail-install-'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: PACKAGES }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Leaves what npm leaves: the folders, and a lockfile of what is there. */
  function npmInstalls(packages: Readonly<Record<string, Package>>): void {
    for (const path of Object.keys(packages)) mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  }
  const { '': _, 'node_modules/theirs': __, ...here } = PACKAGES;

  /** Runs an installation that takes a moment and notes that it was done; answers how many ran, and how many at once. */
  async function installers(count: number): Promise<{ readonly runs: string[]; readonly said: string }> {
    const program = `
      import { appendFileSync, mkdirSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      import { install } from '${INSTALL}';
      const note = (text) => appendFileSync('log', text);
      const ok = await install('.', undefined, async () => {
        note('<');
        await setTimeout(300);
        mkdirSync('node_modules', { recursive: true });
        note('>');
        return true;
      });
      process.exit(ok ? 0 : 1);`;
    let said = '';
    const children = Array.from({ length: count }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: root });
      child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
      return once(child, 'close');
    });
    for (const [code] of (await Promise.all(children)) as [number | null][]) expect(code, said).toBe(0);
    const log = join(root, 'log');
    return { runs: existsSync(log) ? (readFileSync(log, 'utf8').match(/<>?|>/g) ?? []) : [], said };
  }

  it('is done once when several commands find nothing installed', async () => {
    const { runs, said } = await installers(3);
    expect(runs).toEqual(['<>']);
    expect(said).toContain('Packages are being installed by another command');
  });

  it('is not done again after a plain npm ci', async () => {
    npmInstalls(here);
    expect((await installers(1)).runs).toEqual([]);
  });

  it('is not done again for a package of another platform that is named by a text', async () => {
    const named = { version: '1.0.0', optional: true, os: process.platform, cpu: 'ppc64' };
    const packages = { ...PACKAGES, 'node_modules/named': named };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
    npmInstalls(here);
    expect((await installers(1)).runs).toEqual([]);
  });

  it.each([
    ['a package is missing', { 'node_modules/ours': PACKAGES['node_modules/ours'] as Package }],
    ['a package has another version', { ...here, 'node_modules/one': { version: '0.9.0' } }],
    [
      'a package for this platform is missing',
      { 'node_modules/one': PACKAGES['node_modules/one'] as Package },
    ],
  ])('is done when %s', async (_what, packages) => {
    npmInstalls(packages);
    expect((await installers(1)).runs).toEqual(['<>']);
  });

  it('is done when the folder of a package was deleted', async () => {
    npmInstalls(here);
    rmSync(join(root, 'node_modules/one'), { recursive: true });
    expect((await installers(1)).runs).toEqual(['<>']);
  });

  it('is not held up by a command that was killed', async () => {
    const { hostname } = await import('node:os');
    const dead = spawn(process.execPath, ['-e', '0']);
    await once(dead, 'close');
    writeFileSync(join(root, '.contrail-install.lock'), JSON.stringify({ host: hostname(), pid: dead.pid }));
    expect((await installers(2)).runs).toEqual(['<>']);
    expect(existsSync(join(root, '.contrail-install.lock'))).toBe(false);
  });

  it('waits for a command of another machine only while that moves its lock', async () => {
    const lock = join(root, '.contrail-install.lock');
    writeFileSync(lock, JSON.stringify({ host: 'another', pid: 1 }));
    const installing = installers(1);
    // Seconds that are seconds only for the file.
    let beats = 0;
    const beating = setInterval(() => {
      if (++beats < 10) utimesSync(lock, beats, beats);
      else rmSync(lock, { force: true });
    }, 100);
    expect((await installing).runs).toEqual(['<>']);
    clearInterval(beating);
    expect(beats).toBeGreaterThanOrEqual(10);
  });

  it('needs nothing but Node: the scripts import only what comes with it', () => {
    for (const script of ['contrail.mjs', 'with-node.mjs', 'install.mjs']) {
      const copy = join(root, 'scripts', script);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(resolve(import.meta.dirname, '../scripts', script), copy);
      const imports = readFileSync(copy, 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g);
      for (const [, name] of imports) expect(name).toMatch(/^(node:|\.\/)/);
    }
  });
});
