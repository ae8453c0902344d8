/** Notebooks without a browser: a Python environment with Deno's kernel, made once, and one notebook run in it. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';

/** Where the notebooks are. */
export const NOTEBOOKS = resolve(import.meta.dirname, '../../notebooks');
const REQUIREMENTS = join(NOTEBOOKS, 'requirements.txt');
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';

/** One cell as nbformat 4 has it; outputs are those of the run. */
export interface Cell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: readonly string[] | string;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}
/** What a cell shows: MIME types for a value, text for what was printed. */
interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, readonly string[] | string>>;
  readonly text?: readonly string[] | string;
}

/**
 * The environment of `notebooks/requirements.txt`, made below the cache where it is not there yet: 225 MB, a quarter of a
 * minute. Null, with a sentence on standard error, when Python or PyPI is not to be had.
 */
export function installJupyter(): string | null {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const home = join(CACHE_FOLDER, `jupyter-${hash}`);
  const stamp = join(home, 'complete');
  if (!existsSync(stamp)) {
    process.stderr.write('Installing Jupyter and Deno from PyPI for the notebooks (once) …\n');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(CACHE_FOLDER, { recursive: true });
    const python = join(home, BIN, 'python');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    for (const command of [
      ['python3', '-m', 'venv', home],
      [python, ...pip],
    ]) {
      const [file = '', ...args] = command;
      const { status, error, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
      if (status === 0) continue;
      rmSync(home, { recursive: true, force: true });
      const reason = error?.message ?? `${stdout}\n${stderr}`.trim().split('\n').at(-1)?.trim();
      process.stderr.write(
        `\nThe notebooks' tests are SKIPPED. Jupyter could not be installed: ${reason}. It needs python3 with venv (packages python3 and python3-venv) and PyPI.\n\n`,
      );
      return null;
    }
    cpSync(REQUIREMENTS, `${stamp}.txt`);
    renameSync(`${stamp}.txt`, stamp);
  }
  // Written each time: the kernel's file is part of the checkout, not of the cache.
  const kernel = join(home, 'share', 'jupyter', 'kernels', 'contrail');
  cpSync(join(NOTEBOOKS, 'kernel'), kernel, { recursive: true });
  return home;
}

/**
 * Runs all cells of a notebook in its own folder and answers them; the notebook itself stays as it is.
 * @param name one of `notebooks/`, or a path
 * @throws Error with the cell and its error when one fails
 */
export async function runNotebook(
  jupyter: string,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<readonly Cell[]> {
  const folder = mkdtempSync(join(tmpdir(), 'contrail-notebook-'));
  try {
    const bin = join(jupyter, BIN);
    const args = ['--timeout=120', `--output=${join(folder, 'run')}`, resolve(NOTEBOOKS, name)];
    const env = { ...process.env, ...settings, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) };
    await promisify(execFile)(join(bin, 'jupyter-execute'), args, { env }).catch(
      (error: { readonly stderr: string }) => {
        throw new Error(`${name} failed: ${error.stderr.slice(-2000)}`);
      },
    );
    return cellsOf(await readFile(join(folder, 'run.ipynb'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The cells of a notebook file. */
export const cellsOf = (text: string): readonly Cell[] =>
  (JSON.parse(text) as { readonly cells: readonly Cell[] }).cells;

/** What each code cell showed, as HTML where it has some, else as text without colours. */
export function shownBy(cells: readonly Cell[]): readonly string[] {
  return cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ outputs = [] }) =>
      outputs
        .map(({ data, text }) => [data?.['text/html'] ?? data?.['text/plain'] ?? text ?? ''].flat().join(''))
        .join('\n')
        // oxlint-disable-next-line no-control-regex
        .replaceAll(/\u001B\[\d+m/g, ''),
    );
}
