import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { say } from './child.ts';

const PACKAGES = ['deltalake==1.6.6', 'pyarrow==26.0.1'];
const CACHE = join(homedir(), '.cache', 'contrail', 'bench');
const ENVIRONMENT = join(CACHE, 'venv');
const PYTHON = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const SCRIPT = join(import.meta.dirname, 'delta_peer.py');

/** Runs a step of `delta_peer.py` in a process of its own. */
export type RunPeer = <T>(name: string, argument: unknown) => T;

/** deltalake for Python in an environment of its own, which is created once; null, with a message, if that fails. */
export function deltalake(): RunPeer | null {
  const stamp = join(CACHE, `${createHash('sha256').update(PACKAGES.join()).digest('hex')}.installed`);
  if (!existsSync(stamp)) {
    say(`delta: installing ${PACKAGES.join(' and ')} from PyPI, once …`);
    mkdirSync(CACHE, { recursive: true });
    rmSync(ENVIRONMENT, { recursive: true, force: true });
    const made = spawnSync('python3', ['-m', 'venv', ENVIRONMENT], { stdio: ['ignore', 2, 2] });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
    if (made.status !== 0 || spawnSync(PYTHON, pip, { stdio: ['ignore', 2, 2] }).status !== 0) {
      say('delta: SKIPPED the comparison with deltalake for Python: it could not be installed.');
      return null;
    }
    writeFileSync(stamp, '');
  }
  return <T>(name: string, argument: unknown): T => {
    const { status, stdout } = spawnSync(PYTHON, [SCRIPT, name, JSON.stringify(argument)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`The step ${name} of deltalake ended with exit code ${status}.`);
    return JSON.parse(stdout) as T;
  };
}
