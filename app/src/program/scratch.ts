import { rmSync, statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Spilling may take half of what is free where temporary files are, and never more than this. */
const MAX_SPILL_BYTES = 8 * 2 ** 30;

/** A folder of one process for what does not fit in memory; deleted when it is disposed of or the process exits. */
export interface Scratch extends Disposable {
  readonly path: string;
  readonly maxBytes: number;
}

/**
 * A new folder in the system's temporary folder: commands that only read a lake write nothing into DATA_DIR, which may
 * be mounted read-only. `purpose` is part of its name.
 */
export async function scratchFolder(purpose: string): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), `contrail-${purpose}-`));
  const { bavail, bsize } = statfsSync(path);
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    maxBytes: Math.min(MAX_SPILL_BYTES, Math.floor((bavail * bsize) / 2)),
    [Symbol.dispose]() {
      process.off('exit', remove);
      remove();
    },
  };
}
