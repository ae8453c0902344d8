import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '@contrail/delta-lake';
import { isDiskTrouble } from '../errors.ts';
import { PROGRESS_FILE, type Progress } from '../lake/progress.ts';

/** The block size of file systems: up to the next multiple of it, a file grows without more disk space. */
const BLOCK_BYTES = 4096;

/**
 * Writes the report. On a completely full disk it is written into the blocks of the last report, with as many batches
 * as fit, so that the page can say that the disk is full. A reader in between may find it torn, and reads again. A file
 * system without blocks for it either (copy on write) keeps the last report.
 * @throws what the store throws, when the report could not be written either way
 */
export async function putProgress(store: ObjectStore, progress: Progress): Promise<void> {
  try {
    await store.put(PROGRESS_FILE, JSON.stringify(progress));
  } catch (error) {
    if (!isDiskTrouble(error) || !store.url.startsWith('file:')) throw error;
    const isWritten = await overwrite(join(fileURLToPath(store.url), PROGRESS_FILE), progress).catch(
      () => false,
    );
    if (!isWritten) throw error;
  }
}

async function overwrite(path: string, progress: Progress): Promise<boolean> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const room = Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  for (let batches = progress.batches; ; batches = batches.slice(Math.ceil(batches.length / 2))) {
    const text = Buffer.from(JSON.stringify({ ...progress, batches }));
    if (text.length <= room) {
      // JSON may end in blanks, so the file need not be cut.
      const padded = Buffer.alloc(Math.max(size, text.length), ' ');
      text.copy(padded);
      await file.write(padded, 0, padded.length, 0);
      return true;
    }
    if (batches.length === 0) return false;
  }
}
