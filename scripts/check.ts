/**
 * Everything that must hold before a commit: `npm run check`; with `--all` also the slow tests: `npm test`.
 * `--fix` repairs what can be repaired (lint, then format) and checks nothing.
 *
 * The static checks run side by side; each one's output is held back until it ends, so that none mixes with another's.
 * Tests run whatever the checks say. The exit code is 1 when anything failed; the last line on standard output is
 * the tests' own count (`test/closing-line.ts`), which knows nothing of the static checks.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const isWindows = process.platform === 'win32';
const stop = new AbortController();

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}
interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/** A command-line tool of this checkout, run by the Node that runs this file. */
const tool = (file: string, ...args: string[]): Check['command'] => [
  process.execPath,
  join(ROOT, 'node_modules', file),
  ...args,
];
const OXFMT = 'oxfmt/bin/oxfmt';
const OXLINT = 'oxlint/bin/oxlint';
const TSC = 'typescript/bin/tsc';
const VITEST = 'vitest/vitest.mjs';

const CHECKS: readonly Check[] = [
  { name: 'format', command: tool(OXFMT, '--check') },
  { name: 'types of the libraries', command: tool(TSC, '-p', 'libs/tsconfig.json') },
  { name: 'types of the app', command: tool(TSC, '-p', 'tsconfig.json') },
  { name: 'lint', command: tool(OXLINT) },
  { name: 'types of the page', command: ['npm', 'run', '--silent', '-w', '@contrail/web', 'check'] },
];

/** Runs a command to its end; `show` lets its output through, else it is held back. */
function run(command: Check['command'], show: boolean): Promise<Outcome> {
  const [file, ...args] = command;
  return new Promise((done) => {
    let output = '';
    const child = spawn(file, args, {
      cwd: ROOT,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: isWindows && file === 'npm',
      signal: stop.signal,
    });
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => done({ ok: false, output: `${output}${error.message}\n` }));
    child.on('close', (code) => done({ ok: code === 0, output }));
  });
}

async function reported({ name, command }: Check): Promise<boolean> {
  const started = performance.now();
  const { ok, output } = await run(command, false);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name}  ${seconds} s\n${ok ? '' : `${output}\n`}`);
  return ok;
}

const onPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** The browser tests need Chromium: installs it where that is safe to do unasked, else says what will be skipped. */
function ensureChromium(): void {
  if (onPath('chromium')) return;
  if (isDebian() && process.getuid?.() === 0) {
    process.stderr.write('Installing Chromium for the browser tests (once, about half a minute) …\n');
    const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    const install = ['install', '-y', '--no-install-recommends', 'chromium'];
    const isInstalled =
      spawnSync('apt-get', ['update'], quiet).status === 0 &&
      spawnSync('apt-get', install, quiet).status === 0;
    if (isInstalled) return;
  }
  process.stderr.write(
    'Chromium is not here: the browser tests will be SKIPPED. Install a package that puts "chromium" on the PATH to run them.\n',
  );
}

async function main(flags: ReadonlySet<string>): Promise<boolean> {
  if (flags.has('--fix')) {
    const lint = await reported({ name: 'lint', command: tool(OXLINT, '--fix') });
    return (await reported({ name: 'format', command: tool(OXFMT) })) && lint;
  }
  const isAll = flags.has('--all');
  let ok = (await Promise.all(CHECKS.map(reported))).every(Boolean);
  if (isAll) {
    ok = (await run([process.execPath, join(ROOT, 'scripts/build-page.mjs')], true)).ok && ok;
    ensureChromium();
  }
  if (stop.signal.aborted) return false;
  if (!ok) process.stdout.write('\nStatic checks FAILED, see above; the tests still run.\n');
  const projects = (isAll ? ['!interop', '!kafka', '!spark', '!cluster', '!garage'] : ['unit']).flatMap(
    (project) => ['--project', project],
  );
  const tests = await run(tool(VITEST, 'run', ...projects), true);
  return tests.ok && ok;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const flags = process.argv.slice(2);
const unknown = flags.find((flag) => flag !== '--all' && flag !== '--fix');
if (unknown === undefined) process.exitCode = (await main(new Set(flags))) ? 0 : 1;
else {
  process.stderr.write(`check knows --all and --fix, not ${unknown}.\n`);
  process.exitCode = 2;
}
