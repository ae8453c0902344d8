import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where server programs for tests are kept that are not on the PATH. */
export const PROGRAMS: string = join(homedir(), '.cache/contrail/s3/bin');

/** The program, from the PATH or from {@link PROGRAMS}; null when it is in neither. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), PROGRAMS];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
