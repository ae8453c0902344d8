// Installs what is missing, finds a Node that runs TypeScript, and starts `node FILE ARGS` with it.
// Runs on Node 20 and later, with nothing installed: only `node:` imports here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.contrail-install');

/** Runs `npm ci` unless the lockfile, platform and architecture are those of the last success. Progress goes to stderr. */
export function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const started = Date.now();
  process.stderr.write('Installing packages (once, about a minute) …\n');
  const npm = process.env.npm_execpath;
  // Nothing in this tree needs an install script; our own, such as prepack, are run by hand alone.
  const args = ['ci', '--ignore-scripts', '--loglevel=error', '--no-progress'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const result =
    npm && process.env.npm_node_execpath && existsSync(process.env.npm_node_execpath)
      ? spawnSync(process.env.npm_node_execpath, [npm, ...args], options)
      : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(
      'Installing packages failed. The lines above say why; check the network and run the command again.\n',
    );
    process.exit(1);
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, stamp);
  process.stderr.write(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** The Node 24 of this checkout, else the Node in use when it is new enough, else a sentence and exit 1. */
export function findNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const packaged = join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(packaged) && spawnSync(packaged, ['-v']).status === 0) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `Contrail needs Node 24 or later; this is ${process.version} and no packaged Node runs on ${process.platform}-${process.arch}. Install Node 24 from nodejs.org.\n`,
  );
  process.exit(1);
}

/**
 * DuckDB works on several threads, and glibc gives each a heap of its own that it hardly ever returns: with one heap a
 * million messages take 610 MB instead of 860 at the same speed.
 */
const SMALL_MEMORY = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '16777216' };

/** Starts a TypeScript file with the right Node, passes signals on, and ends with its exit code. */
export function run(file, args) {
  install();
  const node = findNode();
  const child = spawn(node, ['--conditions=@contrail/source', join(root, file), ...args], {
    stdio: 'inherit',
    env: {
      ...SMALL_MEMORY,
      ...process.env,
      NODE_OPTIONS: `--max-semi-space-size=8 ${process.env.NODE_OPTIONS ?? ''}`.trim(),
      PATH: dirname(node) + delimiter + process.env.PATH,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm starts scripts through a shell that does not pass SIGTERM on: when our parent is gone, so is the reason to run.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 500).unref();
  child.on('error', (error) => {
    process.stderr.write(`Node could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2);
  run(file, args);
}
