import { describe, expect, test } from 'vitest';
import { sqlFailure } from '../../src/engine/duckdb/failure.ts';

describe('what DuckDB throws', () => {
  test.each([
    new Error('IO Error: Could not write file "/data/lake/x.parquet": No space left on device'),
    new Error(
      'IO Error: Could not write file "/data/tmp/duckdb_temp_storage_DEFAULT-0.tmp": Disk quota exceeded',
    ),
    new Error('IO Error: Could not read from file "/data/lake/x.parquet": Input/output error'),
    Object.assign(new Error("ENOSPC: no space left on device, mkdir '/data/lake'"), { code: 'ENOSPC' }),
    Object.assign(new Error('EDQUOT'), { code: 'EDQUOT' }),
  ])('is waited out when the disk is to blame: $message', (cause) => {
    expect(sqlFailure(cause, 'select 1')).toMatchObject({ kind: 'unavailable', code: 'engine-disk-failed' });
  });

  test.each([
    new Error('Binder Error: Referenced column "x" not found'),
    new Error('IO Error: No files found that match the pattern "/data/lake/x.parquet"'),
    Object.assign(new Error('EACCES'), { code: 'EACCES' }),
  ])('is no matter of time else: $message', (cause) => {
    expect(sqlFailure(cause, 'select 1')).toMatchObject({ kind: 'internal', code: 'sql-failed' });
  });
});
