import { ContrailError, kindOf, messageOf } from '../../errors.ts';

/**
 * The operating system's words, within DuckDB's message, for a full disk, a used up quota, a failing disk or too many
 * open files. Source: strerror(3) of Linux and macOS; DuckDB puts it behind `IO Error: Could not write file "…": `.
 */
const PASSING =
  /No space left on device|Disk quota exceeded|Disc quota exceeded|Input\/output error|Too many open files|not enough space on the disk/;

/** The error for what DuckDB, or the file system, threw while a SELECT ran. */
export function sqlFailure(cause: unknown, sql: string): ContrailError {
  if (cause instanceof ContrailError) return cause;
  const message = messageOf(cause);
  if (kindOf(cause) === 'unavailable' || PASSING.test(message)) {
    return new ContrailError(
      'engine-disk-failed',
      `DuckDB could not write or read its files: ${message}. Free space on the disk of DATA_DIR, or check the disk; nothing is lost.`,
      { cause, facts: { sql } },
    );
  }
  return new ContrailError('sql-failed', `DuckDB could not run the SELECT: ${message}`, {
    cause,
    facts: { sql },
  });
}
