import { basename } from 'node:path';

/**
 * Names of the temporary files and folders that this process is writing now. A name has a random id, so it is enough. How old
 * a file is cannot tell: a clock may jump by days while it is written.
 */
const names = new Set<string>();

/** Notes a temporary file for as long as some work on it takes. */
export async function inFlight<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  const name = basename(temporary);
  names.add(name);
  try {
    return await work();
  } finally {
    names.delete(name);
  }
}

/** Whether a key is, or lies in, what this process is writing now. */
export const isInFlight = (key: string): boolean =>
  names.size > 0 && key.split('/').some((part) => names.has(part));
