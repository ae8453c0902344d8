// Installs what is missing, finds a Node that runs TypeScript, and starts `node FILE ARGS` with it.
// Runs on Node 20 and later, with nothing installed: only `node:` imports here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

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
 * How glibc gives out memory. DuckDB works on several threads, and glibc gives each a heap of its own that it hardly ever
 * returns: with one heap a million messages take 610 MB instead of 860 at the same speed. To plan a SELECT, DuckDB makes and
 * frees tens of thousands of small objects. A longer list of free ones for each thread, and none that is merged again and
 * again, saves 2 to 5 % of the CPU time of a batch, small or large, and takes no more memory.
 */
const MEMORY = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '16777216',
  GLIBC_TUNABLES: 'glibc.malloc.tcache_count=4096:glibc.malloc.mxfast=0',
};

/** The young generation of JavaScript's heap. */
const HEAP = '--max-semi-space-size=8';

/** For a process that holds little, such as `produce`: nothing that is free is kept, and long lists of free pieces (4 MB) are not either. */
const SMALL_MEMORY = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
const SMALL_HEAP = '--max-semi-space-size=1';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Starts a TypeScript file with the right Node, passes signals on, and ends with its exit code.
 * @param {{ runsUntilStopped?: boolean, isSmall?: boolean, v8?: readonly string[], hasChannel?: boolean }} [options] `runsUntilStopped`: being stopped is its success,
 * however early. `isSmall`: it holds little in memory. `v8`: flags of V8 for it. `hasChannel`: the program listens to `process` for `disconnect`, which tells it that we have ended.
 */
export async function run(
  file,
  args,
  { runsUntilStopped = false, isSmall = false, v8 = [], hasChannel = false } = {},
) {
  let child = null;
  let stoppedBy = null;
  const codeOf = (signal) =>
    runsUntilStopped && STOP_SIGNALS.includes(signal) ? 0 : 128 + (constants.signals[signal] ?? 0);
  for (const signal of STOP_SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      stoppedBy = signal;
      if (child === null) process.exit(codeOf(signal));
      child.kill(signal);
    });
  }
  // npm starts scripts through a shell that does not pass SIGTERM on: when our parent is gone, so is the reason to run.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    stoppedBy = 'SIGTERM';
    child?.kill('SIGTERM');
  }, 500).unref();

  const isInstalled = await install(root, (npm) => (child = npm));
  if (stoppedBy !== null) process.exit(codeOf(stoppedBy));
  if (!isInstalled) process.exit(1);
  const node = findNode();
  // A signal that came while we looked is heard now, before there is anything to stop.
  await new Promise((resolve) => setImmediate(resolve));
  const flags = [...v8, '--conditions=@contrail/source', join(root, file), ...args];
  const kind = [isSmall ? 'contrail-small' : 'contrail', ...v8].join('');
  const env = {
    ...(isSmall ? SMALL_MEMORY : MEMORY),
    // Each start would take the types out of TypeScript again, which takes 25 MB and half a second of CPU. V8 takes no code that
    // was compiled under other flags.
    NODE_COMPILE_CACHE: join(modules, '.cache', kind),
    ...process.env,
    NODE_OPTIONS: `${isSmall ? SMALL_HEAP : HEAP} ${process.env.NODE_OPTIONS ?? ''}`.trim(),
    PATH: dirname(node) + delimiter + process.env.PATH,
  };
  // A launcher that stays would be half of the memory of a small program.
  if (isSmall && hasChannel) replaceBy(node, flags, { ...env, CONTRAIL_PARENT: String(parent) });
  const program = spawn(node, flags, {
    stdio: hasChannel ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    env,
  });
  child = program;
  /** What a program that ends itself by force says first. */
  let saidCode = null;
  program.on('message', (message) => (saidCode = message?.exitCode ?? null));
  program.on('error', (error) => {
    process.stderr.write(`Node could not be started: ${error.message}\n`);
    process.exit(1);
  });
  program.on('exit', (code, signal) => {
    if (saidCode !== null) process.exit(saidCode);
    if (signal !== null && signal === stoppedBy) process.exit(codeOf(signal));
    const cause = causeOf(code, signal);
    if (cause === null) process.exit(code ?? codeOf(signal));
    process.stderr.write(`${cause}\n`);
    process.exit(1);
  });
}

/** Becomes the program, with the same process id, where this Node and system can: from Node 22.15 on, not on Windows. */
function replaceBy(node, args, env) {
  if (typeof process.execve !== 'function' || process.platform === 'win32') return;
  const texts = Object.entries(env).filter(([, text]) => text !== undefined);
  try {
    process.execve(node, [node, ...args], Object.fromEntries(texts));
  } catch {
    // It stays, and starts the program beside it.
  }
}

/** Why a program ended that could not say so itself; null: it could, or somebody stopped it. */
export function causeOf(code, signal) {
  if (signal === 'SIGKILL' || code === 137)
    return 'Contrail was killed (exit code 137), most likely because memory ran out. Nothing is lost: start it again; lower MEMORY_LIMIT or MAX_BATCH_ROWS, or give it more memory.';
  if (signal === 'SIGABRT' || code === 134)
    return 'Contrail gave up (exit code 134), most likely because JavaScript ran out of memory; the lines above say more. Nothing is lost: start it again; lower MAX_BATCH_ROWS, or raise --max-old-space-size in NODE_OPTIONS.';
  if (['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE'].includes(signal))
    return `Contrail ended by a fault in native code (${signal}). Nothing is lost: start it again. If it comes back, report it with the versions that "contrail doctor" shows.`;
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2);
  await run(file, args);
}
