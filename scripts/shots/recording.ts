import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Recorded answers beside the repository, of which none may be part of it. */
const BESIDE = join(ROOT, '../shared/data/states');

/** Where a recording is: RECORDING, or the folder beside the repository; null where there is none. */
export function findRecording(): string | null {
  const path = process.env['RECORDING'] ?? BESIDE;
  return existsSync(path) ? path : null;
}

/** Plays a recording into the lake of a data folder, as somebody who has one does. */
export function playRecording(recording: string, data: string): void {
  for (const words of [
    ['produce', '--source', `replay:${recording}`, '--once'],
    ['pipeline', '--once'],
  ]) {
    const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts/contrail.mjs'), ...words], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DATA_DIR: data, LOG_LEVEL: 'warn' },
    });
    if (status !== 0) throw new Error(`contrail ${words.join(' ')} ended with ${status}`);
  }
}
