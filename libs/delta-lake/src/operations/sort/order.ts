import type { AddFile } from '../../actions/actions.ts';
import { checkArgument } from '../../arguments.ts';
import type { TableContext } from '../../context/context.ts';
import { DeltaError } from '../../errors.ts';
import { ownValue } from '../../records.ts';
import { scanRows } from '../../scan/rows.ts';
import type { DataType } from '../../schema/types.ts';
import { compareValues, type Value } from '../../schema/value.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { RowOrder } from './external-sort.ts';
import { zValue } from './z-value.ts';

/**
 * Order of the rows in rewritten files. `sort`: by the columns, the first one first. `z-order`: rows that are close in
 * all of the columns are close in the files, so that a condition on any of them skips files. Nulls come first.
 */
export interface Order {
  readonly kind: 'sort' | 'z-order';
  readonly columns: readonly string[];
}

interface KeyColumn {
  readonly name: string;
  readonly type: DataType;
}

/** Rows that are looked at to learn how the values of a column are spread. */
const SAMPLE_ROWS = 10_000;

/**
 * Checks an order against a table.
 * @throws DeltaError invalid-argument for a column that the table does not have, that has no order, or that is a
 * partition column (all rows of a file share its value)
 */
export function checkOrder(snapshot: Snapshot, { kind, columns }: Order): readonly KeyColumn[] {
  checkArgument('optimize', 'the columns of the order', columns, 'texts');
  if (columns.length === 0 || (kind === 'z-order' && columns.length > 8))
    throw new DeltaError('invalid-argument', `A ${kind} takes 1 to 8 columns, not ${columns.length}.`);
  return columns.map((name) => {
    const field = snapshot.schema.fields.find((candidate) => candidate.name === name);
    const reason = !field
      ? 'the table has no such column'
      : snapshot.partitionColumns.includes(name)
        ? 'it is a partition column'
        : typeof field.type !== 'string' || field.type === 'binary'
          ? 'its values have no order'
          : null;
    if (!field || reason !== null)
      throw new DeltaError('invalid-argument', `Cannot ${kind} by "${name}": ${reason}.`);
    return { name, type: field.type };
  });
}

/** How to compare rows of a group; a z-order reads its columns once to learn how their values are spread. */
export async function rowOrder(
  context: TableContext,
  snapshot: Snapshot,
  files: readonly AddFile[],
  order: Order,
): Promise<RowOrder> {
  const columns = checkOrder(snapshot, order);
  if (order.kind === 'sort') {
    return (left, right) => {
      for (const { name, type } of columns) {
        const difference = compareNullable(type, ownValue(left, name) ?? null, ownValue(right, name) ?? null);
        if (difference !== 0) return difference;
      }
      return 0;
    };
  }
  const bounds = await sampleBounds(context, snapshot, files, columns);
  const keys = new WeakMap<object, bigint>();
  const keyOf = (row: Readonly<Record<string, Value>>): bigint => {
    let key = keys.get(row);
    if (key === undefined) {
      key = zValue(
        columns.map(({ name, type }, i) => rankOf(type, ownValue(row, name) ?? null, bounds[i] ?? [])),
      );
      keys.set(row, key);
    }
    return key;
  };
  return (left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}

/** For each column up to 1,023 ascending values that cut its sampled rows into parts of equal size. */
async function sampleBounds(
  context: TableContext,
  snapshot: Snapshot,
  files: readonly AddFile[],
  columns: readonly KeyColumn[],
): Promise<Value[][]> {
  const names = columns.map(({ name }) => name);
  const counted = files.map((file) => file.stats?.numRecords ?? null);
  const total = counted.every((rows) => rows !== null) ? counted.reduce((sum, rows) => sum + rows, 0) : null;
  // Without statistics the number of rows is unknown before they are read: then every tenth row is taken.
  const step = total === null ? 10 : Math.max(1, Math.floor(total / SAMPLE_ROWS));
  const samples: Value[][] = columns.map(() => []);
  let index = 0;
  for await (const rows of scanRows(context, snapshot, { files, columns: names })) {
    for (const row of rows) {
      if (index++ % step !== 0) continue;
      for (const [i, name] of names.entries()) {
        const value = ownValue(row, name) ?? null;
        if (value !== null) samples[i]?.push(value);
      }
    }
  }
  return columns.map(({ type }, i) => quantiles(type, samples[i] ?? []));
}

function quantiles(type: DataType, sample: Value[]): Value[] {
  sample.sort((a, b) => compareNullable(type, a, b));
  const cuts: Value[] = [];
  for (let i = 1; i < 1024; i++) {
    const cut = sample[Math.floor((i * sample.length) / 1024)];
    if (cut === undefined) continue;
    const last = cuts.at(-1);
    if (last === undefined || compareNullable(type, last, cut) < 0) cuts.push(cut);
  }
  return cuts;
}

/** 0 for null, else the place of the value among the cuts, spread over 1 to 1,024, so that all columns weigh the same. */
function rankOf(type: DataType, value: Value, cuts: readonly Value[]): number {
  if (value === null) return 0;
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareNullable(type, cuts[middle] ?? null, value) <= 0) low = middle + 1;
    else high = middle;
  }
  return 1 + Math.floor((low * 1023) / Math.max(1, cuts.length));
}

function compareNullable(type: DataType, left: Value, right: Value): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return compareValues(type, left, right) ?? 0;
}
