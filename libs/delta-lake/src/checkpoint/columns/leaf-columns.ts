import { columnWriter } from '../../parquet/cells.ts';
import { ownValue } from '../../records.ts';
import type { DataType, StructType } from '../../schema/types.ts';
import type { Value } from '../../schema/value.ts';

/** One leaf of a row group, with the levels of Parquet's nesting. Source: Apache Parquet, "Nested Encoding" (Dremel). */
export interface LeafColumn {
  /**
   * One value per entry; null where an entry has none. The whole is null if no entry has a value; then each row has one
   * entry.
   */
  readonly values: readonly unknown[] | null;
  /**
   * Down to which level the path to each entry is present. Leaves without values share this array where it is the same.
   */
  readonly definitions: readonly number[];
  /** 1 where an entry continues the list or map of the entry before. An empty array means that none does. */
  readonly repetitions: readonly number[];
}

/** A field's cells by row; null when it is null in all of them. */
type Cells = readonly unknown[] | null;
type Record = Readonly<{ [name: string]: unknown }>;

/**
 * The leaves of records as `type`, in the order of the schema. Maps are objects, integers numbers or bigints, everything
 * else is as {@link Value} says. Lists and maps hold scalars: checkpoints have no others.
 */
export function* leafColumns(type: StructType, records: readonly Record[]): Generator<LeafColumn> {
  const levels = records.map(() => 0);
  for (const field of type.fields) yield* leavesOf(field.type, cellsOf(records, field.name), levels);
}

/** `levels`: down to which level the path to the field's parent is present. */
function* leavesOf(type: DataType, cells: Cells, levels: readonly number[]): Generator<LeafColumn> {
  if (typeof type === 'string') {
    yield cells ? scalarColumn(type, cells, levels) : nullColumn(levels);
  } else if (type.type === 'struct') {
    const inner = cells?.map((cell, row) => (levels[row] ?? 0) + (cell === null ? 0 : 1)) ?? levels;
    for (const field of type.fields)
      yield* leavesOf(field.type, cells && cellsOf(cells as readonly (Record | null)[], field.name), inner);
  } else if (type.type === 'map') {
    yield* cells
      ? mapColumns(type.valueType, cells as readonly (Record | null)[], levels)
      : [nullColumn(levels), nullColumn(levels)];
  } else {
    yield cells
      ? listColumn(type.elementType, cells as readonly (readonly unknown[] | null)[], levels)
      : nullColumn(levels);
  }
}

function cellsOf(records: readonly (Record | null)[], name: string): Cells {
  let isNull = true;
  const cells = records.map((record) => {
    const cell = (record && ownValue(record, name)) ?? null;
    if (cell !== null) isNull = false;
    return cell;
  });
  return isNull ? null : cells;
}

const nullColumn = (levels: readonly number[]): LeafColumn => ({
  values: null,
  definitions: levels,
  repetitions: [],
});

function scalarColumn(type: DataType, cells: readonly unknown[], levels: readonly number[]): LeafColumn {
  return {
    values: stored(type, cells),
    definitions: cells.map((cell, row) => (levels[row] ?? 0) + (cell === null ? 0 : 1)),
    repetitions: [],
  };
}

function listColumn(
  type: DataType,
  cells: readonly (readonly unknown[] | null)[],
  levels: readonly number[],
): LeafColumn {
  const entries = new Entries();
  for (const [row, items] of cells.entries()) entries.take(items, levels[row] ?? 0);
  return entries.column(type, 1);
}

function* mapColumns(
  type: DataType,
  cells: readonly (Record | null)[],
  levels: readonly number[],
): Generator<LeafColumn> {
  const [keys, values] = [new Entries(), new Entries()];
  // Files of a partition share one object.
  let [shared, names, items]: [Record | null, readonly string[], readonly unknown[]] = [null, [], []];
  for (const [row, map] of cells.entries()) {
    if (map && map !== shared) [shared, names, items] = [map, Object.keys(map), Object.values(map)];
    keys.take(map && names, levels[row] ?? 0);
    values.take(map && items, levels[row] ?? 0);
  }
  yield keys.column('string', 0);
  yield values.column(type, 1);
}

/** The entries of lists, row by row. */
class Entries {
  readonly #values: unknown[] = [];
  /** The level of a list element itself, whether the element is null or not. */
  readonly #definitions: number[] = [];
  readonly #repetitions: number[] = [];

  /** `level` is that of the list's parent: the list is one above, an element of it two. */
  take(items: readonly unknown[] | null, level: number): void {
    if (items === null || items.length === 0) this.#push(null, level + (items === null ? 0 : 1), 0);
    else
      for (const [index, item] of items.entries()) this.#push(item ?? null, level + 2, index === 0 ? 0 : 1);
  }

  #push(value: unknown, definition: number, repetition: number): void {
    this.#values.push(value);
    this.#definitions.push(definition);
    this.#repetitions.push(repetition);
  }

  /** `own` is 1 for an element that may be null: its value is one level above itself. */
  column(type: DataType, own: 0 | 1): LeafColumn {
    return {
      values: stored(type, this.#values),
      definitions: this.#definitions.map((level, i) => (this.#values[i] === null ? level : level + own)),
      repetitions: this.#repetitions,
    };
  }
}

/** Cells as they are stored. */
function stored(type: DataType, cells: readonly unknown[]): readonly unknown[] {
  if (type === 'long') return cells.map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell));
  return columnWriter(type, 'none')(cells as readonly Value[]);
}
