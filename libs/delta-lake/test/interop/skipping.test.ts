import { describe, expect } from 'vitest';
import { contextOf } from '../../src/context/context.ts';
import {
  createTable,
  type DeltaTable,
  openTable,
  type Predicate,
  type Row,
  type StructType,
  struct,
  type Value,
} from '../../src/index.ts';
import { scanRows } from '../../src/scan/rows.ts';
import { compareValues } from '../../src/schema/value.ts';
import { temporaryFolder } from '../tables.ts';
import { isInstalled, test } from './fixtures.ts';
import { type Peer, PEER_NAMES } from './peers/peer.ts';
import { randomRows, rowSet } from './random-rows.ts';
import { FLAT } from './schemas.ts';
import { sqlCondition } from './sql.ts';

const FILES = 6;
const SCHEMA: StructType = struct({
  id: 'long',
  ...Object.fromEntries(FLAT.fields.map(({ name, type }) => [name, type])),
});

/** Rows for several files, so that no two files share an id. */
const FILE_ROWS: readonly (readonly Row[])[] = Array.from({ length: FILES }, (_, file) =>
  randomRows(FLAT, 8, 200 + file).map((row, i) => ({ id: BigInt(100 * file + i), ...row })),
);
const ROWS = FILE_ROWS.flat();

/** For each column three values that occur, of different files. */
function probes(column: string): readonly Value[] {
  const values = FILE_ROWS.flatMap((rows) => rows.find((row) => row[column] !== null)?.[column] ?? []);
  // NaN is refused as a value to compare with.
  return values.filter((value, i) => i % 2 === 0 && !Number.isNaN(value));
}

/** A column, an operator of SQL and a value of one of the rows. */
interface Condition {
  readonly column: string;
  readonly type: string;
  readonly operator: '=' | '<=' | '>=';
  readonly value: Value;
}

const CONDITIONS: readonly Condition[] = SCHEMA.fields.flatMap(({ name, type }) =>
  typeof type !== 'string' || type === 'binary'
    ? []
    : probes(name).flatMap((value) =>
        (['=', '<=', '>='] as const).map((operator) => ({ column: name, type, operator, value })),
      ),
);

function satisfies(row: Row, { column, type, operator, value }: Condition): boolean {
  const cell = row[column] ?? null;
  const order = cell === null ? null : compareValues(type, cell, value);
  if (order === null) return false;
  return operator === '=' ? order === 0 : operator === '<=' ? order <= 0 : order >= 0;
}

function predicateOf({ column, operator, value }: Condition): Predicate {
  if (operator === '=') return [{ column, in: [value] }];
  return [operator === '<=' ? { column, max: value } : { column, min: value }];
}

const named = (condition: Condition): string => sqlCondition('Spark', condition);

/** What the rows themselves say. */
const TRUTH = Object.fromEntries(
  CONDITIONS.map((condition) => [named(condition), ROWS.filter((row) => satisfies(row, condition)).length]),
);

async function theirCounts(peer: Peer, path: string): Promise<Record<string, number>> {
  const predicates = CONDITIONS.map((condition) => sqlCondition(peer.name, condition));
  const found = await peer.call('select', { path, predicates });
  return Object.fromEntries(CONDITIONS.map((condition, i) => [named(condition), found[i]?.rows ?? -1]));
}

/** Rows that satisfy each condition in the files that our statistics leave over. */
async function ourCounts(table: DeltaTable): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const condition of CONDITIONS) {
    let count = 0;
    const files = table.cached().files(predicateOf(condition));
    for await (const rows of scanRows(contextOf(table.store), table.cached(), { files }))
      count += rows.filter((row) => satisfies(row, condition)).length;
    counts[named(condition)] = count;
  }
  return counts;
}

describe.each(PEER_NAMES)('file skipping of %s', (name) => {
  test.skipIf(!isInstalled(name))(
    'by our statistics loses no row, and reads fewer files',
    async ({ peers }) => {
      const peer = await peers.open(name);
      const path = temporaryFolder();
      const table = await createTable(path, { schema: SCHEMA });
      for (const rows of FILE_ROWS) await table.append(rows);
      expect(await theirCounts(peer, path)).toEqual(TRUTH);
      const [middle] = await peer.call('select', { path, predicates: ['id between 200 and 203'] });
      expect(middle).toEqual({ rows: 4, files: 1 });
    },
  );

  test.skipIf(!isInstalled(name))('and ours by its statistics', async ({ peers }) => {
    const peer = await peers.open(name);
    const path = temporaryFolder();
    await createTable(path, { schema: SCHEMA });
    for (const rows of FILE_ROWS) await peer.call('append', { path, ...rowSet(SCHEMA, rows) });
    const table = await openTable(path);
    expect(await ourCounts(table)).toEqual(TRUTH);
    expect(table.cached().files([{ column: 'id', min: 200n, max: 203n }])).toHaveLength(1);
  });
});
