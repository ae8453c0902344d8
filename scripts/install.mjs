// Installs what is missing, one program at a time. Runs on Node 20 and later, with nothing installed: only `node:` imports.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const STAMP = '.contrail-install';
const BEAT_MS = 1000;
/** A lock that nobody has touched for so long, watched by our own clock, was left behind. */
const STALE_MS = 15_000;

/**
 * Runs `npm ci` unless the packages of the lockfile are there already, however they were installed. Progress goes to stderr.
 * @param {string} root of the checkout
 * @param {(child: import('node:child_process').ChildProcess) => void} [onStart] is given npm's process when it runs
 * @param {(root: string, onStart: Function) => Promise<boolean>} [run] what installs them
 * @returns {Promise<boolean>} false when npm failed
 */
export async function install(root, onStart = () => {}, run = npmCi) {
  if (isInstalled(root)) return true;
  const unlock = await takeLock(
    join(root, '.contrail-install.lock'),
    'Packages are being installed by another command; waiting for it …',
  );
  try {
    // Another one may just have finished it.
    return isInstalled(root) || ((await run(root, onStart)) && stamp(root));
  } finally {
    unlock();
  }
}

/** What the packages are for: a lockfile, a platform and an architecture. */
function wanted(root) {
  const text = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(text).update(`${process.platform} ${process.arch}`).digest('hex');
}

/** Best effort: without it the packages are compared once more the next time. */
function stamp(root) {
  try {
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(join(root, 'node_modules', STAMP), wanted(root));
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
  return true;
}

/** Whether the packages are there: by our own stamp of the last success, else by the lockfile that npm leaves behind. */
export function isInstalled(root) {
  const modules = join(root, 'node_modules');
  const stampFile = join(modules, STAMP);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted(root)) return true;
  const left = join(modules, '.package-lock.json');
  if (!existsSync(left)) return false;
  const [want, have] = [join(root, 'package-lock.json'), left].map(packagesOf);
  for (const [path, wants] of Object.entries(want)) {
    if (path === '') continue;
    const has = have[path];
    if (has === undefined) {
      if (isForUs(wants)) return false;
    } else if (has.version !== wants.version || has.integrity !== wants.integrity) return false;
    else if (!existsSync(join(root, path))) return false;
  }
  return stamp(root);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/**
 * Source: package-lock.json, `os`, `cpu`, `libc`, each a list or one text; what has none of them is for all. A package of
 * another libc is never missed.
 */
function isForUs({ os, cpu, libc, optional }) {
  const fits = (wanted, value) => {
    if (wanted === undefined) return true;
    const list = [wanted].flat();
    const isNamed = list.includes(value) || list.some((item) => item.startsWith('!'));
    return isNamed && !list.includes(`!${value}`);
  };
  return (
    optional !== true ||
    (libc === undefined && (os ?? cpu) !== undefined && fits(os, process.platform) && fits(cpu, process.arch))
  );
}

async function npmCi(root, onStart) {
  const started = Date.now();
  process.stderr.write('Installing packages (once, about a minute) …\n');
  const npm = process.env.npm_execpath;
  // Nothing in this tree needs an install script; our own, such as prepack, are run by hand alone.
  const args = ['ci', '--ignore-scripts', '--loglevel=error', '--no-progress'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const child =
    npm && process.env.npm_node_execpath && existsSync(process.env.npm_node_execpath)
      ? spawn(process.env.npm_node_execpath, [npm, ...args], options)
      : spawn('npm', args, { ...options, shell: process.platform === 'win32' });
  onStart(child);
  const [code] = await once(child, 'exit').catch(() => [1]);
  if (code === 0)
    process.stderr.write(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
  else
    process.stderr.write(
      'Installing packages failed. The lines above say why; check the network and run the command again.\n',
    );
  return code === 0;
}

/**
 * Takes a lock, waiting for another that has it. For work on a checkout: outside node_modules, which `npm ci` deletes.
 * @param {string} path of the file that is the lock
 * @param {string} waiting what is said once while another has it
 * @returns {Promise<() => void>} gives it back; the end of the process does so too
 */
export async function takeLock(path, waiting) {
  const text = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() });
  let watched = null;
  for (let isSaid = false; !take(path, text); await wait(BEAT_MS / 4)) {
    const seen = look(path);
    if (seen === null) continue;
    if (watched?.mark !== seen.mark) watched = { mark: seen.mark, at: performance.now() };
    if (isGone(seen.text) || performance.now() - watched.at > STALE_MS) clear(path, seen.text);
    else if (!isSaid) process.stderr.write(`${waiting}\n`);
    isSaid = true;
  }
  const beat = setInterval(() => {
    const now = new Date();
    if (look(path)?.text === text) utimesSync(path, now, now);
  }, BEAT_MS);
  const release = () => {
    clearInterval(beat);
    process.off('exit', release);
    if (look(path)?.text === text) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}

/** Created whole or not at all: a file that is linked under its name. */
function take(path, text) {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    // No links here: the name alone is the lock.
    if (error.code !== 'EPERM' && error.code !== 'ENOTSUP' && error.code !== 'ENOSYS') throw error;
    try {
      writeFileSync(path, text, { flag: 'wx' });
      return true;
    } catch (inner) {
      if (inner.code === 'EEXIST') return false;
      throw inner;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The lock, and a mark that changes while its owner lives; null when it is gone. */
function look(path) {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, mark: `${text} ${statSync(path).mtimeMs}` };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether a process of this machine that has ended holds the lock. */
function isGone(text) {
  try {
    const { host, pid } = JSON.parse(text);
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Removes a lock that was left behind. If it is the lock of another process by now, that process gets it back. */
function clear(path, text) {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
