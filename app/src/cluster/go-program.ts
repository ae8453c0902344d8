/**
 * Programs that are built from Go modules. One checksum pins everything: it covers the module's `go.sum`, and Go
 * refuses any dependency that is not in that file. Source: Go Modules Reference, "Authenticating modules".
 */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ContrailError } from '../errors.ts';
import type { FetchOptions } from './maven.ts';
import { runProgram } from './run-program.ts';

/** One version of a program, with the checksum that Go must find. */
export interface GoProgram {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Folder of the program's `main` in the module. */
  readonly package: string;
  /** Checksum of the module, as `go.sum` has it: `h1:…`. */
  readonly sum: string;
  /** For a person: how long it takes. */
  readonly duration: string;
}

/** Packages between two lines of progress. */
const PROGRESS_STEP = 100;

/**
 * The program; it is built if it is missing. Go's own settings (proxy, caches) apply. Any number of processes may build
 * it at the same time.
 * @throws ContrailError `invalid` / `go-missing`; `unavailable` / `go-build-failed`; `corrupt` / `go-module-differs`
 * when Go downloads another module than the pinned one.
 */
export async function buildGoProgram(program: GoProgram, options: FetchOptions): Promise<string> {
  const { name, version } = program;
  const folder = join(options.cacheFolder, `${name}-${version}`);
  const built = join(folder, name);
  // It is moved into place when it is complete, so its presence says enough.
  if (await exists(built)) return built;
  await mkdir(options.cacheFolder, { recursive: true });
  const workshop = await mkdtemp(join(options.cacheFolder, `${name}-${version}-`));
  try {
    options.say(`Building ${name} ${version} with Go, once (${program.duration}) …`);
    const source = await download(program, workshop, options);
    await build(program, source, join(workshop, name), options);
    await rename(workshop, folder).catch(async (error: unknown) => {
      // Another process was quicker.
      if (!(await exists(built))) throw error;
    });
    return built;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Whether `go` can be started. */
export const hasGo = async (): Promise<boolean> => (await runProgram('go', ['version'])).code === 0;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The folder of the module's source. */
async function download(program: GoProgram, workshop: string, options: FetchOptions): Promise<string> {
  const { module, version, sum, name } = program;
  // In a folder without a go.mod, which could change the result.
  const { code, output, complaints } = await runProgram(
    'go',
    ['mod', 'download', '-json', `${module}@v${version}`],
    { folder: workshop, signal: options.signal },
  );
  if (code === null) {
    throw new ContrailError(
      'go-missing',
      `${name} is built with Go, and "go" cannot be started: ${complaints}. Install Go (https://go.dev/doc/install), or put Garage 2.4 on the PATH.`,
    );
  }
  const answer = (output === '' ? {} : JSON.parse(output)) as { Dir?: string; Sum?: string; Error?: string };
  if (answer.Dir === undefined) throw buildFailure(program, answer.Error ?? complaints);
  if (answer.Sum === sum) return answer.Dir;
  throw new ContrailError(
    'go-module-differs',
    `Go downloaded a source of ${name} ${version} with another checksum than Contrail expects. Check the proxy in Go’s settings (go env GOPROXY).`,
    { facts: { expected: sum, found: answer.Sum } },
  );
}

async function build(
  program: GoProgram,
  source: string,
  target: string,
  options: FetchOptions,
): Promise<void> {
  let packages = 0;
  const complaints: string[] = [];
  const flags = ['-mod=readonly', '-trimpath', '-ldflags=-s -w', '-v', '-o', target];
  const { code } = await runProgram('go', ['build', '-C', source, ...flags, `./${program.package}`], {
    signal: options.signal,
    onComplaint: (line) => {
      // With -v, the name of each package that was compiled.
      if (!/^[\w./~-]+$/.test(line)) complaints.push(line);
      else if (++packages % PROGRESS_STEP === 0) options.say(`${packages} packages compiled`);
    },
  });
  if (code !== 0) throw buildFailure(program, complaints.slice(-5).join('\n'));
}

const buildFailure = ({ name, version }: GoProgram, reason: string): ContrailError =>
  new ContrailError(
    'go-build-failed',
    `${name} ${version} could not be built with Go: ${reason.trim()}. Check the network, Go’s version and its settings.`,
  );
