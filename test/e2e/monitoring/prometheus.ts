import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** 19 MB from Debian's packages, some seconds, once. */
const CACHE = join(homedir(), '.cache', 'contrail', 'prometheus');
const LONGEST_MS = 120_000;

/** The programs of Prometheus. */
export interface Prometheus {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Prometheus from the PATH, else from Debian's package, unpacked without installing it; null where neither is to be had, which is
 * said on standard error.
 */
export async function findPrometheus(): Promise<Prometheus | null> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(CACHE, 'usr/bin')];
  const found = await inOne(folders);
  if (found !== null) return found;
  try {
    await unpack();
  } catch (error) {
    process.stderr.write(
      `SKIPPED test/e2e/monitoring: no Prometheus on the PATH, nor from Debian's packages (${String(error).split('\n')[0]})\n`,
    );
    return null;
  }
  return inOne(folders);
}

async function inOne(folders: readonly string[]): Promise<Prometheus | null> {
  for (const folder of folders) {
    const programs = { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
    const areThere = await Promise.all(Object.values(programs).map(isProgram));
    if (areThere.every(Boolean)) return programs;
  }
  return null;
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function unpack(): Promise<void> {
  process.stderr.write('Loading Prometheus from Debian’s packages (once, 19 MB) …\n');
  await mkdir(CACHE, { recursive: true });
  const workshop = await mkdtemp(`${CACHE}-`);
  const options = { cwd: workshop, timeout: LONGEST_MS };
  try {
    const download = () => run('apt-get', ['download', 'prometheus'], options);
    // A machine that has never asked has no lists.
    await download().catch(async () => {
      await run('apt-get', ['update'], options);
      await download();
    });
    await run('sh', ['-c', 'dpkg-deb -x prometheus_*.deb unpacked'], options);
    await rm(CACHE, { recursive: true, force: true });
    await rename(join(workshop, 'unpacked'), CACHE);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
