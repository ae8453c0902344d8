import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * The library as a stranger has it: packed, installed into an empty folder, and the examples of its documents type-checked
 * and run in their order, by the Node of this checkout and by the oldest that the package allows.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const LIBRARY = join(ROOT, 'libs/delta-lake');
const HOME = mkdtempSync(join(tmpdir(), 'delta-lake-package-'));
const OLDEST = join(HOME, 'oldest-node');
/** The packaged Node 22, as this checkout has its own; not there for every machine. */
const NODE_22_PACKAGE = `node-${process.platform}-${process.arch}`;
const NODE_22 = join(OLDEST, 'node_modules', NODE_22_PACKAGE, 'bin/node');

const DOCUMENTS = ['README.md', 'docs/concurrency.md', 'docs/streaming-writers.md'];
/** The TypeScript of the documents, one program an example. */
const EXAMPLES = DOCUMENTS.flatMap((document) =>
  Array.from(
    readFileSync(join(LIBRARY, document), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm),
    ([, code = '']) => code,
  ),
);
/** What `console.log(…); // text` is to print; a semicolon ends the text. */
const printed = (code: string): string[] =>
  Array.from(code.matchAll(/\bconsole\.log\(.*\); \/\/ (.*?)(?:;.*)?$/gm), ([, text = '']) => text);

const COMPILER_OPTIONS = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  outDir: 'out',
};

let paths: readonly string[] = [];
let isInstalled = false;

beforeAll(() => {
  const tarball = pack();
  isInstalled = install(HOME, tarball, ...ofThisCheckout('@duckdb/node-api', '@types/node'));
  install(OLDEST, `${NODE_22_PACKAGE}@22`);
}, 300_000);
afterAll(() => rmSync(HOME, { recursive: true, force: true }));

test('the package holds the built library, its types and its licence, and no tests', () => {
  expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']));
  const allowed = /^(dist|src|docs)\/|^(LICENSE|README\.md|package\.json)$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
});

test('the examples of the documents type-check against the installed package', ({ skip }) => {
  skip(!isInstalled, 'it could not be installed');
  compile();
});

test.for([
  ['the Node of this checkout', process.execPath],
  ['Node 22', NODE_22],
] as const)('the examples of the documents run by %s', ([, node], { skip }) => {
  skip(!isInstalled || !existsSync(node), 'it could not be installed');
  compile();
  const folder = mkdtempSync(join(HOME, 'run-'));
  for (const [i, code] of EXAMPLES.entries()) {
    // It takes a server.
    if (code.includes('s3://')) continue;
    const { status, stdout, stderr } = run(node, [join(HOME, `out/example-${i}.js`)], folder);
    expect({ example: i, status, stderr }).toEqual({ example: i, status: 0, stderr: '' });
    for (const line of printed(code)) expect(stdout.split('\n')).toContain(line);
  }
});

/** Packs the library and returns the tarball's path. */
function pack(): string {
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--pack-destination', HOME], LIBRARY);
  if (status !== 0) throw new Error(stderr);
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (!packed) throw new Error('npm pack tells of no package.');
  paths = packed.files.map(({ path }) => path);
  return join(HOME, packed.filename);
}

/** Installs packages into a folder of its own; says so where that does not work, as without a network. */
function install(folder: string, ...packages: readonly string[]): boolean {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = run('npm', ['install', ...options, ...packages], folder);
  if (status !== 0)
    process.stderr.write(`SKIPPED: ${packages.join(', ')} could not be installed.\n${stderr}\n`);
  return status === 0;
}

/** What the examples use beside the library, in the versions of this checkout. */
function ofThisCheckout(...names: readonly string[]): string[] {
  return names.map((name) => {
    const file = join(ROOT, 'node_modules', name, 'package.json');
    return `${name}@${(JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version}`;
  });
}

function compile(): void {
  expect(EXAMPLES.length).toBeGreaterThan(2);
  for (const [i, code] of EXAMPLES.entries()) writeFileSync(join(HOME, `example-${i}.ts`), code);
  const project = { compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] };
  writeFileSync(join(HOME, 'tsconfig.json'), JSON.stringify(project));
  const { stdout } = run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], HOME);
  expect(stdout).toBe('');
}

function run(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  // npm is a script on Windows.
  return spawnSync(program, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}
