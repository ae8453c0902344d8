import { DeltaError } from '../errors.ts';
import { ownValue } from '../records.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';
import { scalarBounds } from './scalar-bounds.ts';

/** Checks the cells of a column on their way into a file (type, NOT NULL) and keeps their bounds. */
export interface ColumnCollector {
  /**
   * Takes the cells from an index on; answers about how many bytes they occupy in memory.
   * @throws DeltaError invalid-argument, not-null-violated
   */
  take(cells: readonly Value[], from: number): number;
  /** Takes absent cells: the struct around each is null, which NOT NULL does not forbid. */
  takeAbsent(count: number): void;
  /** Of all cells so far. */
  statistics(): ColumnStatistics;
}

/** Takes the cells of a column that are not null. */
interface CellTaker {
  take(cells: readonly Value[], from: number): number;
  takeAbsent?(count: number): void;
  statistics?(): Omit<ColumnStatistics, 'nulls'>;
}

const NULL_BYTES = 8;
const OBJECT_BYTES = 32;

/** A collector for a column; `path` names it in errors. */
export function columnCollector(type: DataType, nullable: boolean, path: string): ColumnCollector {
  const taker = cellTaker(type, path);
  let nulls = 0;
  const takeAbsent = (count: number): void => {
    nulls += count;
    if (count > 0) taker.takeAbsent?.(count);
  };
  return {
    take(cells, from) {
      let found = 0;
      for (let i = from; i < cells.length; i++) if (isNull(cells[i])) found++;
      if (found > 0 && !nullable) {
        throw new DeltaError(
          'not-null-violated',
          `The column "${path}" is NOT NULL, and a row has null there.`,
          { facts: { column: path } },
        );
      }
      takeAbsent(found);
      return NULL_BYTES * found + taker.take(cells, from);
    },
    takeAbsent,
    statistics: () => ({ nulls, ...taker.statistics?.() }),
  };
}

function isNull(cell: Value | undefined): cell is null | undefined {
  return cell === null || cell === undefined;
}

function cellTaker(type: DataType, path: string): CellTaker {
  if (typeof type === 'string') return scalarBounds(type, (value) => refuse(path, type, value));
  if (type.type === 'struct') return structTaker(type, path);
  if (type.type === 'array') {
    const element = columnCollector(type.elementType, type.containsNull, `${path}.element`);
    return {
      take(cells, from) {
        const elements: Value[] = [];
        for (let i = from; i < cells.length; i++) {
          const cell = cells[i];
          if (isNull(cell)) continue;
          if (!Array.isArray(cell)) refuse(path, 'array', cell);
          for (const item of cell as readonly Value[]) elements.push(item);
        }
        return OBJECT_BYTES * (cells.length - from) + element.take(elements, 0);
      },
    };
  }
  const key = columnCollector(type.keyType, false, `${path}.key`);
  const value = columnCollector(type.valueType, type.valueContainsNull, `${path}.value`);
  return {
    take(cells, from) {
      const [keys, values]: [Value[], Value[]] = [[], []];
      for (let i = from; i < cells.length; i++) {
        const cell = cells[i];
        if (isNull(cell)) continue;
        if (!Array.isArray(cell)) refuse(path, 'map', cell);
        for (const pair of cell as readonly Value[]) {
          if (!Array.isArray(pair) || pair.length !== 2) refuse(path, 'map, a list of [key, value]', pair);
          keys.push((pair as readonly Value[])[0] ?? null);
          values.push((pair as readonly Value[])[1] ?? null);
        }
      }
      const objects = cells.length - from + keys.length;
      return OBJECT_BYTES * objects + key.take(keys, 0) + value.take(values, 0);
    },
  };
}

function structTaker(type: StructType, path: string): CellTaker {
  const columns = type.fields.map((field) => ({
    name: field.name,
    collector: columnCollector(field.type, field.nullable, `${path}.${field.name}`),
  }));
  return {
    take(cells, from) {
      const present: Readonly<Record<string, Value>>[] = [];
      for (let i = from; i < cells.length; i++) {
        const cell = cells[i];
        if (isNull(cell)) continue;
        if (typeof cell !== 'object' || Array.isArray(cell) || cell instanceof Uint8Array)
          refuse(path, 'struct', cell);
        const record = cell as Readonly<Record<string, Value>>;
        checkNames(record, type.fields, `${path}.`);
        present.push(record);
      }
      let bytes = OBJECT_BYTES * present.length;
      for (const { name, collector } of columns)
        bytes += collector.take(
          present.map((record) => ownValue(record, name) ?? null),
          0,
        );
      return bytes;
    },
    takeAbsent(count) {
      for (const { collector } of columns) collector.takeAbsent(count);
    },
    statistics: () => ({
      fields: Object.fromEntries(columns.map(({ name, collector }) => [name, collector.statistics()])),
    }),
  };
}

/**
 * Makes sure that a row or a struct has only these names. A name that the table does not have is refused, not dropped.
 * @throws DeltaError invalid-argument
 */
export function checkNames(
  row: Readonly<Record<string, Value>>,
  fields: readonly { readonly name: string }[],
  prefix: string,
): void {
  let at = 0;
  for (const name in row) {
    // Most rows have the columns in the order of the schema.
    if (fields[at++]?.name === name) continue;
    at = fields.findIndex((field) => field.name === name) + 1;
    if (at > 0) continue;
    throw new DeltaError(
      'invalid-argument',
      `A row has a value for "${prefix}${name}", which is not a column of the table.`,
      { facts: { column: `${prefix}${name}` } },
    );
  }
}

function refuse(path: string, type: string, value: Value | undefined): never {
  const found = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value, plainJson) ?? 'undefined');
  throw new DeltaError(
    'invalid-argument',
    `The column "${path}" is of type ${type}, and a row has ${found.slice(0, 100)} (${typeof value}) there.`,
    { facts: { column: path, type } },
  );
}

function plainJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
