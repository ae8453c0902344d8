import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tables written by Delta Spark, delta-rs and others; see the README beside them. Not part of the repository. */
export const GOLDEN: string = join(import.meta.dirname, '../../../../shared/delta-golden');

/** What a correct reader finds in one of the tables. */
export interface Expectation {
  readonly id: string;
  readonly path: string;
  readonly version: number;
  readonly latest: boolean;
  readonly expect: 'read' | 'refuse';
  /** The kind of refusal, of `refuse`. */
  readonly class?: string;
  /** Of `read`, as the next two. */
  readonly schema?: readonly unknown[];
  readonly numRecords?: number;
  readonly digest?: string;
  /** The programs that have agreed on it. */
  readonly by: readonly string[];
}

const file = join(GOLDEN, 'EXPECTED.ndjson');

/** For each table what its versions hold; none where there are no tables. */
export const EXPECTATIONS: readonly Expectation[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Expectation)
  : [];

/** The newest versions of the tables that can be read. */
export const READABLE: readonly Expectation[] = EXPECTATIONS.filter(
  (entry) => entry.latest && entry.expect === 'read',
);
