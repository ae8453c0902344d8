/**
 * Installs the peers, once, below `~/.cache/contrail/interop`: a Python environment with `deltalake` and `pyspark`, and
 * the jars of Delta Spark. What a machine lacks is said aloud, and the tests that need it are skipped.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { PeerCommand, PeerName } from './peers/peer.ts';

const PEERS = join(import.meta.dirname, 'peers');
const REQUIREMENTS = join(PEERS, 'requirements.txt');
const POM = join(PEERS, 'pom.xml');
const CACHE = join(homedir(), '.cache', 'contrail', 'interop');
const ENVIRONMENT = join(CACHE, 'venv');
const PYTHON = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const JARS = join(CACHE, 'jars');

declare module 'vitest' {
  interface ProvidedContext {
    readonly peers: Readonly<Record<PeerName, PeerCommand>>;
  }
}

/** Vitest's global set-up of the project `interop`. */
export default function setup(project: TestProject): void {
  const python = missingPython() ?? installed(REQUIREMENTS, ENVIRONMENT, installPython);
  const java = python ?? missingJava() ?? installed(POM, JARS, installJars);
  const peers: Readonly<Record<PeerName, PeerCommand>> = {
    'delta-rs': python ?? { command: [PYTHON, '-B', join(PEERS, 'delta_rs.py')] },
    Spark: java ?? { command: [PYTHON, '-B', join(PEERS, 'spark.py'), JARS] },
  };
  for (const [name, peer] of Object.entries(peers))
    if ('missing' in peer) say(`${name} is not compared with, its tests are SKIPPED: ${peer.missing}`);
  project.provide('peers', peers);
}

type Missing = { readonly missing: string };

/** Runs `install` unless its last success was with the same `recipe`; the folder is made again. */
function installed(recipe: string, folder: string, install: () => Missing | null): Missing | null {
  const stamp = join(CACHE, `${createHash('sha256').update(readFileSync(recipe)).digest('hex')}.installed`);
  if (existsSync(stamp) && existsSync(folder)) return null;
  mkdirSync(CACHE, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const started = performance.now();
  const missing = install();
  if (missing) return missing;
  writeFileSync(stamp, '');
  say(`… done in ${Math.round((performance.now() - started) / 1000)} s.`);
  return null;
}

function installPython(): Missing | null {
  say('Installing delta-rs and PySpark from PyPI (once: 450 MB to load, some minutes) …');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
  return failure(run('python3', '-m', 'venv', ENVIRONMENT)) ?? failure(run(PYTHON, ...pip));
}

function installJars(): Missing | null {
  say('Loading the jars of Delta Spark from Maven Central (once: 15 MB, a minute) …');
  // Spark has all the rest, in versions of its own.
  const groups = '-DincludeGroupIds=io.delta,io.unitycatalog';
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', groups];
  return failure(run('mvn', '-q', '-B', '-f', POM, ...goal, `-DoutputDirectory=${JARS}`));
}

function missingPython(): Missing | null {
  const found = run('python3', '-c', 'import sys, venv; print(sys.version_info >= (3, 10))');
  return found.stdout?.trim() === 'True'
    ? null
    : {
        missing:
          'there is no python3 of 3.10 or later with venv. Install it (packages python3 and python3-venv).',
      };
}

function missingJava(): Missing | null {
  const java = /version "(\d+)/.exec(run('java', '-version').stderr ?? '');
  if (!java || Number(java[1]) < 17)
    return { missing: 'there is no java of 17 or later. Install it (package openjdk-17-jre-headless).' };
  return run('mvn', '--version').status === 0
    ? null
    : { missing: 'there is no mvn to load its jars with. Install it (package maven).' };
}

function run(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: 'utf8' });
}

function failure({ status, error, stdout, stderr }: SpawnSyncReturns<string>): Missing | null {
  if (status === 0) return null;
  const last = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').at(-1);
  return { missing: `installing it failed: ${error?.message ?? last}` };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
