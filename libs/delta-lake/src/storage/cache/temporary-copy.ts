import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCopy } from '../object-store.ts';

/** A copy that is made for one use, in the system's temporary folder, and deleted after it. */
export async function temporaryCopy(fill: (path: string) => Promise<void>): Promise<LocalCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'delta-copy-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'object');
    await fill(path);
    return { path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
