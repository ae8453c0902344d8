import type { ColumnStatistics } from '../actions/statistics.ts';
import { DeltaError } from '../errors.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { scalarBounds } from './scalar-bounds.ts';

/** Looks at every cell of a column on its way into a file: is it of the type, may it be null, what are the bounds. */
export interface ColumnCollector {
  /**
   * Takes the cell of the next row; answers about how many bytes it occupies in memory.
   * @throws DeltaError invalid-argument, not-null-violated
   */
  take(value: Value | undefined): number;
  /** Takes the next row's absent cell: the struct around it is null, which NOT NULL does not forbid. */
  takeAbsent(): void;
  /** Of all rows so far. */
  statistics(): ColumnStatistics;
}

/** What remains to be known of a column once nulls are dealt with. */
interface CellTaker {
  take(value: NonNullable<Value>): number;
  takeAbsent?(): void;
  statistics?(): Omit<ColumnStatistics, 'nulls'>;
}

/** A collector for a column; `path` names it in errors. */
export function columnCollector(type: DataType, nullable: boolean, path: string): ColumnCollector {
  const cells = cellTaker(type, path);
  let nulls = 0;
  const takeAbsent = (): void => {
    nulls++;
    cells.takeAbsent?.();
  };
  return {
    take(value) {
      if (value !== null && value !== undefined) return cells.take(value);
      if (!nullable) {
        throw new DeltaError(
          'not-null-violated',
          `The column "${path}" is NOT NULL, and a row has null there.`,
          {
            facts: { column: path },
          },
        );
      }
      takeAbsent();
      return 8;
    },
    takeAbsent,
    statistics: () => ({ nulls, ...cells.statistics?.() }),
  };
}

function cellTaker(type: DataType, path: string): CellTaker {
  if (typeof type === 'string') {
    const bounds = scalarBounds(type);
    return {
      take(value) {
        const bytes = bounds.take(value);
        if (bytes === null) throw mismatch(path, type, value);
        return bytes;
      },
      statistics: () => bounds.statistics(),
    };
  }
  if (type.type === 'struct') return structTaker(type, path);
  if (type.type === 'array') {
    const element = columnCollector(type.elementType, type.containsNull, `${path}.element`);
    return {
      take(value) {
        if (!Array.isArray(value)) throw mismatch(path, 'array', value);
        let bytes = 32;
        for (const item of value as readonly Value[]) bytes += element.take(item);
        return bytes;
      },
    };
  }
  const key = columnCollector(type.keyType, false, `${path}.key`);
  const item = columnCollector(type.valueType, type.valueContainsNull, `${path}.value`);
  return {
    take(value) {
      if (!Array.isArray(value)) throw mismatch(path, 'map', value);
      let bytes = 32;
      for (const pair of value as readonly Value[]) {
        if (!Array.isArray(pair) || pair.length !== 2)
          throw mismatch(path, 'map, a list of [key, value]', pair);
        bytes += 32 + key.take((pair as readonly Value[])[0]) + item.take((pair as readonly Value[])[1]);
      }
      return bytes;
    },
  };
}

function structTaker(type: StructType, path: string): CellTaker {
  const columns = type.fields.map((field) => ({
    name: field.name,
    collector: columnCollector(field.type, field.nullable, `${path}.${field.name}`),
  }));
  return {
    take(value) {
      if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array)
        throw mismatch(path, 'struct', value);
      const record = value as Readonly<Record<string, Value>>;
      checkNames(record, type.fields, `${path}.`);
      let bytes = 32;
      for (const { name, collector } of columns) bytes += collector.take(record[name]);
      return bytes;
    },
    takeAbsent() {
      for (const { collector } of columns) collector.takeAbsent();
    },
    statistics: () => ({
      fields: Object.fromEntries(columns.map(({ name, collector }) => [name, collector.statistics()])),
    }),
  };
}

/**
 * Makes sure that a row, or a struct, has no other names than these: what the table lacks is refused, not dropped.
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
      `A row has a "${prefix}${name}", which is no column of the table.`,
      { facts: { column: `${prefix}${name}` } },
    );
  }
}

function mismatch(path: string, type: string, value: Value): DeltaError {
  const found = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value, plainJson) ?? 'undefined');
  return new DeltaError(
    'invalid-argument',
    `The column "${path}" is of type ${type}, and a row has ${found.slice(0, 100)} (${typeof value}) there.`,
    { facts: { column: path, type } },
  );
}

function plainJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
