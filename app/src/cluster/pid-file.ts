import { constants } from 'node:fs';
import { copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { ContrailError } from '../errors.ts';
import { identify, type ProcessId } from './process-table.ts';

/** Writes a file that only its owner may read, whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}

/** Keeps which process is this one; does nothing when it has ended already. */
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

/** Keeps this process in a file where there is none yet. False: there is one. */
export async function claimPidFile(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writePidFile(draft, process.pid);
  try {
    // Unlike a rename neither replaces; a file system without hard links has the copy.
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
