import { invalidArgument, shown } from '../arguments.ts';
import type { Row } from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import { fromDate } from '../schema/from-date.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { CellInput, Value } from '../schema/value.ts';

/**
 * Rows for a table: objects by column name, single or in batches, from an array, a generator, a stream or any other
 * iterable. A cell is a {@link CellInput}; undefined counts as absent.
 */
export type RowSource = Iterable<object> | AsyncIterable<object>;

/** Rows that come one by one are taken together in batches of so many. */
const BATCH_ROWS = 1024;

/**
 * The rows of a source, in batches, with the cells of the table.
 * @throws DeltaError invalid-argument for a value that is not a row, or not a source of rows
 */
export async function* batchesOf(source: RowSource, schema: StructType): AsyncGenerator<readonly Row[]> {
  const asRow = rowReader(schema);
  let open: Row[] = [];
  for await (const item of partsOf(source)) {
    if (!Array.isArray(item)) {
      open.push(asRow(item));
      if (open.length < BATCH_ROWS) continue;
    }
    if (open.length > 0) yield open;
    open = [];
    if (Array.isArray(item)) yield item.map(asRow);
  }
  if (open.length > 0) yield open;
}

/** An array of rows becomes one batch: awaiting each row would take longer than writing it. */
function partsOf(source: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  if (Array.isArray(source)) return source.some((item) => Array.isArray(item)) ? source : [source];
  const isObject = typeof source === 'object' && source !== null;
  if (isObject && Symbol.asyncIterator in source) return source as AsyncIterable<unknown>;
  if (isObject && Symbol.iterator in source && !(source instanceof Map)) return source as Iterable<unknown>;
  throw invalidArgument(
    `Rows must be an array of objects, or another iterable of them, not ${source instanceof Promise ? 'a promise: await it' : shown(source)}`,
  );
}

/** Makes a table row from what a caller gave: a Date or a Map becomes the cell that it stands for. */
export function rowReader(schema: StructType): (given: unknown) => Row {
  const readers = schema.fields.flatMap(({ name, type }) => {
    const read = cellReader(type);
    return read ? [{ name, read }] : [];
  });
  return (given) => {
    const row = checkRow(given);
    let changed: Record<string, Value> | null = null;
    for (const { name, read } of readers) {
      const cell = ownValue(row, name);
      if (typeof cell !== 'object' || cell === null) continue;
      const value = read(cell);
      if (value !== cell) (changed ??= { ...row })[name] = value;
    }
    return changed ?? row;
  };
}

function checkRow(row: unknown): Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw invalidArgument(`A row must be an object with its cells by column name, not ${shown(row)}`);
  if (row instanceof Promise) throw invalidArgument('A row is a promise: await it');
  if (row instanceof Map)
    throw invalidArgument(
      'A row is a Map; Object.fromEntries(map) makes it an object with its cells by name',
    );
  return row as Row;
}

type CellReader = (cell: CellInput) => Value;

/** Reads cells of a type that callers may give in another form; null for a type with one form. */
export function cellReader(type: DataType): CellReader | null {
  if (typeof type === 'string') {
    if (type !== 'timestamp' && type !== 'date') return null;
    // A Date that is not a valid instant or day is refused when it is written.
    return (cell) => (cell instanceof Date ? (fromDate(type, cell) ?? (cell as never)) : (cell as Value));
  }
  if (type.type === 'array') {
    const read = cellReader(type.elementType);
    return read && ((cell) => (Array.isArray(cell) ? cell.map(read) : (cell as Value)));
  }
  if (type.type === 'map') return mapReader(cellReader(type.keyType), cellReader(type.valueType));
  const readers = type.fields.map(({ name, type: inner }) => [name, cellReader(inner)] as const);
  if (readers.every(([, read]) => read === null)) return null;
  return (cell) => {
    if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) return cell as Value;
    const struct = { ...(cell as Readonly<Record<string, Value>>) };
    for (const [name, read] of readers) {
      const inner = ownValue(struct, name);
      if (read && inner !== undefined) struct[name] = read(inner);
    }
    return struct;
  };
}

function mapReader(readKey: CellReader | null, readValue: CellReader | null): CellReader {
  return (cell) => {
    if (!(cell instanceof Map) && (!Array.isArray(cell) || !(readKey ?? readValue))) return cell as Value;
    const pairs = Array.from(cell as Iterable<unknown>);
    return pairs.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) return pair as Value;
      const [key, value] = pair as unknown as readonly [Value, Value];
      return [readKey ? readKey(key) : key, readValue ? readValue(value) : value];
    });
  };
}
