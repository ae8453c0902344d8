import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalHeader, canonicalRow, DeltaError, openTable } from '../src/index.ts';
import { type Expectation, EXPECTATIONS, GOLDEN } from './golden-tables.ts';

const isThere = EXPECTATIONS.length > 0;
if (!isThere)
  console.warn(`SKIPPED: no golden tables at ${GOLDEN}, nothing is checked against other writers.`);

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

const outcome = { agree: 0, wrong: 0 };

async function readCanonically(
  entry: Expectation,
): Promise<{ header: unknown; rows: number; digest: string }> {
  const table = await openTable(join(GOLDEN, entry.path));
  const snapshot = entry.latest ? table.cached() : await table.snapshotAt({ version: entry.version });
  const digests: string[] = [];
  for await (const rows of snapshot.rows()) {
    for (const row of rows) digests.push(sha(canonicalRow(snapshot.schema, row)));
  }
  return { header: canonicalHeader(snapshot), rows: digests.length, digest: sha(digests.sort().join('\n')) };
}

describe.runIf(isThere)('tables of other writers', () => {
  test.each(EXPECTATIONS)('$id: $expect', async (entry) => {
    outcome.wrong++;
    let found;
    try {
      found = await readCanonically(entry);
    } catch (error) {
      expect(error).toBeInstanceOf(DeltaError);
      const { code, message } = error as DeltaError;
      expect({ expect: 'refuse', class: code }, message).toEqual({
        expect: entry.expect,
        class: entry.class,
      });
      outcome.agree++;
      outcome.wrong--;
      return;
    }
    expect(entry.expect, `was read, ${found.rows} rows`).toBe('read');
    expect(found.header).toMatchObject({ version: entry.version, schema: entry.schema });
    expect(found).toMatchObject({ rows: entry.numRecords, digest: entry.digest });
    outcome.agree++;
    outcome.wrong--;
  });

  test('none is read wrongly', () => {
    console.info(`golden tables: ${outcome.agree} agree, ${outcome.wrong} wrong`);
    expect(outcome).toEqual({ agree: EXPECTATIONS.length, wrong: 0 });
  });
});
