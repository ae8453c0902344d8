/**
 * `npm run code-figures`: how large the code is and how its rooms stand on each other, as tables in Markdown. With
 * `--before COMMIT`, once or several times, each cell begins with the figure of that commit. What another program has
 * generated does not count.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { layoutOf, type Source, sourcesIn } from './imports.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** A line of a table: its name and its cells, by the heads of the columns. */
interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, number>>;
}

const WORKSPACES = ['app', 'libs/delta-lake', 'libs/spark-connect', 'web', 'bench', 'scripts', 'test'];
const CODE = '*.{ts,svelte,sql,mjs,css,py}';

const isWritten = ({ file }: Source): boolean => !/\/(gen|node_modules|dist|golden)\//.test(file);

const written = (root: string, pattern: string): readonly Source[] =>
  sourcesIn(root, pattern).filter(isWritten);

/** The least of the sorted values that `share` of them do not exceed; 0 where there are none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const linesOf = ({ text }: Source): number => text.split('\n').length - 1;

/** Lines that hold more than white space and comment. */
const codeLinesOf = ({ text }: Source): number =>
  text.split('\n').filter((line) => !/^\s*($|\/\/|\/?\*|--|<!--|#(?!!))/.test(line)).length;

function layoutRow(folder: string, sources: readonly Source[]): Row {
  const lines = sources.filter(({ file }) => file.startsWith(`${folder}/`)).map(linesOf);
  const { entries, floors, backUp, circles } = layoutOf(folder, sources);
  return {
    name: folder,
    cells: {
      files: lines.length,
      'lines, median': quantile(lines, 0.5),
      'lines, p90': quantile(lines, 0.9),
      'over 400': lines.filter((count) => count > 400).length,
      entries: entries.length,
      floors,
      'arrows back up': backUp.length,
      circles: circles.length,
    },
  };
}

function layoutsIn(root: string): readonly Row[] {
  const sources = written(root, '{app,web,libs/*}/src/**/*.{ts,svelte,sql}');
  const rooms = new Set(
    sources.flatMap(({ file }) => /^app\/src\/[^/]+(?=\/)/.exec(file)?.[0] ?? []).toSorted(),
  );
  return ['libs/delta-lake/src', 'libs/spark-connect/src', 'web/src', 'app/src', ...rooms].map((folder) =>
    layoutRow(folder, sources),
  );
}

function sizesIn(root: string): readonly Row[] {
  const count = (pattern: string): number =>
    written(root, pattern).reduce((sum, source) => sum + codeLinesOf(source), 0);
  const rows = WORKSPACES.map((name) => {
    const tests = name === 'test' ? count(`test/**/${CODE}`) : count(`${name}/test/**/${CODE}`);
    const source = name === 'test' ? 0 : count(`${name}/**/${CODE}`) - tests;
    return { name, cells: { source, tests } };
  });
  const total = (column: 'source' | 'tests'): number =>
    rows.reduce((sum, { cells }) => sum + cells[column], 0);
  return [...rows, { name: 'all', cells: { source: total('source'), tests: total('tests') } }];
}

/** Hands `read` a folder with the files of a commit. */
function atCommit<T>(commit: string, read: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'contrail-code-figures-'));
  try {
    const archive = spawnSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 1 << 30 });
    if (archive.status !== 0)
      throw new Error(`Cannot read commit ${commit}: ${archive.stderr.toString().trim()}`);
    spawnSync('tar', ['-xf', '-', '-C', root], { input: archive.stdout });
    return read(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** One table of several states of the code; a cell is one number where it never changed. */
function tableOf(states: readonly (readonly Row[])[]): string {
  const now = states.at(-1) ?? [];
  const heads = Object.keys(now[0]?.cells ?? {});
  const rows = now.map(({ name }) => {
    const cells = heads.map((head) => {
      const figures = states.map((rows) => {
        const figure = rows.find((row) => row.name === name)?.cells[head];
        return figure === undefined ? '–' : figure.toLocaleString('en');
      });
      return new Set(figures).size === 1 ? figures[0] : figures.join(' → ');
    });
    return `| ${[`\`${name}\``, ...cells].join(' | ')} |`;
  });
  return [`| folder | ${heads.join(' | ')} |`, `| --- |${heads.map(() => ' ---: |').join('')}`, ...rows].join(
    '\n',
  );
}

const { values } = parseArgs({ options: { before: { type: 'string', multiple: true } } });
const read = (root: string) => ({ layouts: layoutsIn(root), sizes: sizesIn(root) });
const states = [...(values.before ?? []).map((commit) => atCommit(commit, read)), read(ROOT)];
process.stdout.write(
  `${tableOf(states.map(({ layouts }) => layouts))}\n\n${tableOf(states.map(({ sizes }) => sizes))}\n`,
);
