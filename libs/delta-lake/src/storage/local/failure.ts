import { DeltaError } from '../../errors.ts';

/** The system's code for a failure. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the error says that there is nothing at a path, or a file in place of a folder. */
export function isAbsent(error: unknown): boolean {
  const code = errno(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** For cleaning up: a file that is gone already is not a failure. */
export function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}

/** A failure of the system as a DeltaError; a DeltaError stays as it is. */
export function failure(error: unknown, verb: string, path: string, key: string): DeltaError {
  if (error instanceof DeltaError) return error;
  if (verb === 'read' && (isAbsent(error) || errno(error) === 'EISDIR')) {
    return absent(path, key, error);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new DeltaError('store-failed', `Cannot ${verb} ${path}: ${reason}.`, {
    cause: error,
    facts: { key, path },
  });
}

/** The error for a file that does not exist. */
export function absent(path: string, key: string, cause?: unknown): DeltaError {
  return new DeltaError('object-not-found', `There is no file ${path}.`, { cause, facts: { key, path } });
}
