/** Reads a Dockerfile and runs its steps in a folder, as far as that can be done without a container engine. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join, matchesGlob } from 'node:path';

/** One instruction: `RUN`, and what follows it. */
export interface Step {
  readonly instruction: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
}

/** The stages of a Dockerfile, in order. Comments are dropped, continued lines joined. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const [, base, name] = instruction === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(rest) ?? []) : [];
    if (base !== undefined && name !== undefined) stages.push({ base, name, steps: [] });
    else stages.at(-1)?.steps.push({ instruction, text: rest });
  }
  return stages;
}

/** The arguments of an instruction in its JSON form, `["contrail", "doctor"]`. */
export const execForm = (text: string): readonly string[] =>
  JSON.parse(text.slice(text.indexOf('['))) as readonly string[];

/** The variables that `ENV` sets, quotes taken off. */
export function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  const texts = stage.steps.filter(({ instruction }) => instruction === 'ENV').map(({ text }) => text);
  return Object.fromEntries(
    texts.flatMap((text) =>
      Array.from(text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g), ([, name, quoted, bare]) => [
        name ?? '',
        quoted ?? bare ?? '',
      ]),
    ),
  );
}

/** Whether a `.dockerignore` lets a path into the build: the last line that speaks of it or of a folder above it decides. */
export function isInContext(ignore: string, path: string): boolean {
  const parts = path.split('/');
  const above = parts.map((_, index) => withoutDots(parts.slice(0, index + 1).join('/')));
  let isIn = true;
  for (const line of ignore.split('\n').map((text) => text.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = withoutDots(line.replace(/^!/, ''));
    if (above.some((one) => matchesGlob(one, pattern))) isIn = line.startsWith('!');
  }
  return isIn;
}

/** `*` of Docker matches names that begin with a dot, which that of Node does not: another sign, which no file here has. */
const withoutDots = (path: string): string => path.replaceAll(/(?<=^|\/)\./g, '·');

export interface Build {
  /** Stands for `/` of the image. */
  readonly root: string;
  /** Root of the checkout, and the files of it that the build may see. */
  readonly context: string;
  readonly files: readonly string[];
  /** The folder that stands for `/` of each earlier stage. */
  readonly stages: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Folders of the image that a step may name from the root. */
const IMAGE_PATH = /(?<=^|\s)\/(?=(?:app|data|usr\/local\/bin)(?:\/|\s|$))/g;

/**
 * Runs `COPY`, `RUN` and `WORKDIR` of a stage, with the folders of the image moved below `root`; instructions that only say
 * something about the image are left to the caller.
 * @throws Error with what a step printed when it fails, or copies nothing.
 */
export async function runSteps(stage: Stage, build: Build): Promise<void> {
  let folder = '/';
  for (const { instruction, text } of stage.steps) {
    if (instruction === 'WORKDIR') mkdirSync(join(build.root, (folder = text)), { recursive: true });
    if (instruction === 'RUN') runStep(text, join(build.root, folder), build);
    if (instruction === 'COPY') await copyStep(text, folder, build);
  }
}

function runStep(text: string, cwd: string, { root, environment }: Build): void {
  const script = text.replaceAll(IMAGE_PATH, `${root}/`);
  const result = spawnSync('sh', ['-euc', script], { cwd, env: environment, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`RUN ${text}\n${result.stdout}${result.stderr}`);
}

async function copyStep(text: string, folder: string, build: Build): Promise<void> {
  const words = text.split(' ');
  const flags = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const to = join(build.root, target.startsWith('/') ? target : join(folder, target));
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  const mode = flags.find((flag) => flag.startsWith('--chmod='))?.slice('--chmod='.length);
  for (const path of paths) {
    const copied =
      from === undefined ? copyContext(path, to, target, build) : copyStage(from, path, to, build);
    if (copied === 0) throw new Error(`COPY ${text}: there is no ${path} in the build.`);
  }
  if (mode !== undefined) await chmod(to, Number.parseInt(mode, 8));
}

/** A file into a folder or under a new name; of a folder, what is in it. */
function copyContext(path: string, to: string, target: string, { context, files }: Build): number {
  const folder = path === '.' ? '' : `${path.replace(/\/$/, '')}/`;
  const isFile = files.includes(path);
  const chosen = isFile ? [path] : files.filter((file) => file.startsWith(folder));
  for (const file of chosen) {
    const isInto = /(^|\/)\.?$/.test(target);
    const place = isFile
      ? isInto
        ? join(to, file.split('/').at(-1) ?? '')
        : to
      : join(to, file.slice(folder.length));
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(context, file), place);
  }
  return chosen.length;
}

function copyStage(from: string, path: string, to: string, { stages }: Build): number {
  const source = join(stages[from] ?? '/nowhere', path);
  if (statSync(source, { throwIfNoEntry: false }) === undefined) return 0;
  // Links stay as they are written, or those of the workspaces would lead back to the stage.
  cpSync(source, to, { recursive: true, verbatimSymlinks: true });
  return 1;
}
