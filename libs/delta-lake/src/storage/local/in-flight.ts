import { basename } from 'node:path';

/**
 * Names of the temporary files and folders that this process is writing now. A name has a random id, so it identifies
 * the file. The age of a file would not do: a clock may jump by days during a write.
 */
const names = new Set<string>();

/** Notes a temporary file while the work on it runs. */
export async function inFlight<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  const name = basename(temporary);
  names.add(name);
  try {
    return await work();
  } finally {
    names.delete(name);
  }
}

/** Whether a key is, or is within, a file or folder that this process is writing now. */
export const isInFlight = (key: string): boolean =>
  names.size > 0 && key.split('/').some((part) => names.has(part));
