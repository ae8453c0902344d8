import { constants } from 'node:fs';
import { copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { ContrailError } from '../errors.ts';
import { identify, type ProcessId } from './process-table.ts';

/** Replaces a file that only its owner may read, as a whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}

/** Writes the file that names a process; does nothing if the process has ended already. */
export async function writePidFile(path: string, pid: number): Promise<void> {
  const id = await identify(pid);
  if (id !== null) await replaceFile(path, `${JSON.stringify(id)}\n`);
}

/** The process that a file names, which may have ended; null without the file. @throws ContrailError `corrupt` */
export async function readPidFile(path: string): Promise<ProcessId | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessId;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ContrailError('pid-file-unreadable', `${path} does not name a process. Delete it.`, {
      cause: error,
    });
  }
}

/** Writes a file that names this process, unless the file exists. False: it exists. */
export async function claimPidFile(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writePidFile(draft, process.pid);
  try {
    // Unlike a rename, neither a link nor an exclusive copy replaces a file. The copy is for file systems without hard
    // links.
    await link(draft, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
