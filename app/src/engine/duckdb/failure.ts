import { ContrailError, kindOf } from '../../errors.ts';

/**
 * What the operating system says, within DuckDB's words, when a disk is full, a quota used up, a disk ails, or too many
 * files are open. Source: strerror(3) of Linux and macOS; DuckDB puts it behind `IO Error: Could not write file "…": `.
 */
const PASSING =
  /No space left on device|Disk quota exceeded|Disc quota exceeded|Input\/output error|Too many open files|not enough space on the disk/;

/** What DuckDB, or the file system around it, threw while a SELECT ran. */
export function sqlFailure(cause: unknown, sql: string): ContrailError {
  if (cause instanceof ContrailError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (kindOf(cause) === 'unavailable' || PASSING.test(message)) {
    return new ContrailError(
      'engine-disk-failed',
      `DuckDB could not write or read its files: ${message}. Make room on the disk of DATA_DIR, or look at its health; nothing is lost.`,
      { cause, facts: { sql } },
    );
  }
  return new ContrailError('sql-failed', `DuckDB could not run the SELECT: ${message}`, {
    cause,
    facts: { sql },
  });
}
