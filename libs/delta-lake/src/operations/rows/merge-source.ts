import { batchesOf, type RowSource } from '../../data-files/row-input.ts';
import { scalarBounds } from '../../data-files/scalar-bounds.ts';
import { DeltaError } from '../../errors.ts';
import type { Row } from '../../parquet/codec.ts';
import { ownValue } from '../../records.ts';
import type { Condition, Predicate } from '../../scan/predicate.ts';
import type { StructField } from '../../schema/types.ts';
import { decimalOf } from '../../schema/types.ts';
import { plainDecimal, type Value } from '../../schema/value.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** Up to this many keys, the keys themselves choose files, not only the range that they span. */
const MAX_LISTED_KEYS = 256;

/** The rows of a merge, by their key. */
export interface MergeSource {
  readonly rows: readonly Row[];
  readonly byKey: ReadonlyMap<string, Row>;
  /** A row's key as text, equal for equal keys; null when a part of it is null. */
  readonly keyOf: (row: Row) => string | null;
  /** What a row of the table must satisfy to be matched, by column; it chooses the files to read. */
  readonly predicate: Predicate;
}

/**
 * Reads the source of a merge into memory.
 * @throws DeltaError duplicate-key; invalid-argument for key columns that do not exist or have no equality, and for
 * keys that are not of their column's type
 */
export async function gatherSource(
  source: RowSource,
  on: readonly string[],
  snapshot: Snapshot,
): Promise<MergeSource> {
  const fields = on.map((name) => keyField(name, snapshot));
  if (fields.length === 0) throw new DeltaError('invalid-argument', 'A merge needs at least one key column.');
  const columns = fields.map((field) => ({
    field,
    bounds: scalarBounds(field.type as string, () => refuseKey(field)),
    values: new Map<string, Value>(),
  }));
  const keyOf = keyTextOf(fields);
  const rows: Row[] = [];
  const byKey = new Map<string, Row>();
  for await (const batch of batchesOf(source, snapshot.schema)) {
    for (const { field, bounds, values } of columns) {
      const cells = batch.map((row) => ownValue(row, field.name) ?? null);
      bounds.take(cells, 0);
      for (const value of cells) {
        if (values.size > MAX_LISTED_KEYS) break;
        if (value !== null) values.set(cellText(field, value), value);
      }
    }
    for (const row of batch) {
      rows.push(row);
      const key = keyOf(row);
      if (key === null) continue;
      if (byKey.has(key)) {
        throw new DeltaError('duplicate-key', `Two source rows of the merge have the key ${key}.`, {
          facts: { key },
        });
      }
      byKey.set(key, row);
    }
  }
  return { rows, byKey, keyOf, predicate: columns.map(conditionOn) };
}

function refuseKey({ name, type }: StructField): never {
  throw new DeltaError(
    'invalid-argument',
    `The key column "${name}" is of type ${JSON.stringify(type)}, and a source row has another type there.`,
    { facts: { column: name } },
  );
}

function keyField(name: string, { schema }: Snapshot): StructField {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field && typeof field.type === 'string' && field.type !== 'binary') return field;
  throw new DeltaError(
    'invalid-argument',
    `The column "${name}" cannot be a key: ${field ? 'its type has no equality' : 'the table has no such column'}.`,
    { facts: { column: name } },
  );
}

function conditionOn(column: {
  readonly field: StructField;
  readonly bounds: ReturnType<typeof scalarBounds>;
  readonly values: ReadonlyMap<string, Value>;
}): Condition {
  const { name } = column.field;
  const { min, max } = column.bounds.statistics();
  // A NaN is a key like any other, but no range holds it.
  if (Number.isNaN(min)) return { column: name, isNull: false };
  if (column.values.size <= MAX_LISTED_KEYS) return { column: name, in: [...column.values.values()] };
  return min === undefined || max === undefined
    ? { column: name, isNull: false }
    : { column: name, min, max };
}

/** A row's key: the texts of its cells. */
function keyTextOf(fields: readonly StructField[]): (row: Row) => string | null {
  return (row) => {
    const texts: string[] = [];
    for (const field of fields) {
      const value = ownValue(row, field.name) ?? null;
      if (value === null) return null;
      texts.push(cellText(field, value));
    }
    return JSON.stringify(texts);
  };
}

/** Equal texts for equal values: `1` and `1n`, `0` and `-0`, `1.5` and `1.50` are one. */
function cellText({ type }: StructField, value: NonNullable<Value>): string {
  const decimal = decimalOf(type);
  if (decimal && typeof value === 'string') return plainDecimal(value, decimal.scale) ?? value;
  const scalar = value as string | number | bigint | boolean;
  return String(type === 'float' && typeof scalar === 'number' ? Math.fround(scalar) : scalar);
}
