import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DeltaError } from '../../errors.ts';
import { errno, failure } from './failure.ts';

/**
 * How a file can be created exactly once on a file system: by hard links, or by claims. Claims cost a few renames more,
 * and all writers must use this library.
 */
export type Creation = 'links' | 'claims';

/** Error codes of Linux, macOS and Windows on a file system without hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
  'EINVAL',
  'EISDIR',
  'UNKNOWN',
]);

/** Whether a failed link(2) may mean that the file system has none. */
export function mayLackLinks(error: unknown): boolean {
  return NO_LINKS.has(errno(error));
}

/**
 * Finds out, by trying, how a file can be created exactly once on the file system of a folder. Writes a few small files
 * there and deletes them. A folder that does not exist yet is taken to be on the file system of its nearest parent.
 * @throws DeltaError unsupported-file-system when no way keeps its promise; store-failed when the folder cannot be written
 */
export async function creationIn(folder: string): Promise<Creation> {
  let base = resolve(folder);
  while (!existsSync(base) && dirname(base) !== base) base = dirname(base);
  const trial = join(base, `.trial.${randomUUID()}.tmp`);
  try {
    await mkdir(trial);
    if (await hasLinks(trial)) return 'links';
    if (await keepsFilledFolders(trial)) return 'claims';
  } catch (error) {
    throw failure(error, 'write', trial, '');
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
  throw new DeltaError(
    'unsupported-file-system',
    `The file system of ${base} has no hard links and renames a folder onto another that is not empty. If two programs wrote there, one would silently lose its commits. Put the folder on another file system.`,
    { facts: { path: base } },
  );
}

async function hasLinks(trial: string): Promise<boolean> {
  const [file, other] = [join(trial, 'file'), join(trial, 'link')];
  await writeFile(file, '');
  try {
    await link(file, other);
  } catch (error) {
    if (mayLackLinks(error)) return false;
    throw error;
  }
  try {
    // A second link must fail, or a second writer would never notice that it is the second.
    await link(file, other);
    return false;
  } catch (error) {
    return errno(error) === 'EEXIST';
  }
}

/** Whether a rename onto a folder fails if that is not empty, and succeeds if it is empty or missing. */
async function keepsFilledFolders(trial: string): Promise<boolean> {
  const [first, second, claim] = ['a', 'b', 'claim'].map((name) => join(trial, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [first, second]) {
    await mkdir(folder);
    await writeFile(join(folder, folder === first ? '1' : '2'), '');
  }
  await rename(first, claim);
  const isRefused = await rename(second, claim).then(
    () => false,
    () => true,
  );
  const isKept = existsSync(join(claim, '1')) && existsSync(join(second, '2'));
  if (!isRefused || !isKept) return false;
  await rename(join(claim, '1'), join(trial, 'target'));
  return existsSync(join(trial, 'target')) && !existsSync(join(claim, '1'));
}
