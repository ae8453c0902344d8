import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { ownValue } from '../../records.ts';
import { type ColumnMappingMode, physicalName } from '../../schema/column-mapping.ts';
import { formatDate, parseDate } from '../../schema/instant.ts';
import { type DataType, decimalOf } from '../../schema/types.ts';
import { formatDecimal, plainDecimal, type Value } from '../../schema/value.ts';
import { columnOf, type ParquetNode } from '../cell-reader.ts';

/** Turns a {@link Value} of a type into what DuckDB takes. */
export function toDuckdb(type: DataType, mode: ColumnMappingMode): (value: Value) => DuckDBValue {
  const nullable = (convert: (value: NonNullable<Value>) => DuckDBValue) => (value: Value) =>
    value === null ? null : convert(value);
  if (typeof type === 'string') return nullable(scalarToDuckdb(type));
  if (type.type === 'struct') {
    const fields = type.fields.map((field) => ({
      name: field.name,
      stored: physicalName(field, mode),
      convert: toDuckdb(field.type, mode),
    }));
    return nullable((value) => {
      const record = value as { readonly [name: string]: Value };
      return new DuckDBStructValue(
        Object.fromEntries(
          fields.map(({ name, stored, convert }) => [stored, convert(ownValue(record, name) ?? null)]),
        ),
      );
    });
  }
  if (type.type === 'array') {
    const convert = toDuckdb(type.elementType, mode);
    return nullable((value) => new DuckDBListValue((value as readonly Value[]).map(convert)));
  }
  const [key, item] = [toDuckdb(type.keyType, mode), toDuckdb(type.valueType, mode)];
  return nullable((value) => {
    const pairs = value as readonly (readonly [Value, Value])[];
    return new DuckDBMapValue(pairs.map(([k, v]) => ({ key: key(k), value: item(v) })));
  });
}

function scalarToDuckdb(type: string): (value: NonNullable<Value>) => DuckDBValue {
  switch (type) {
    case 'long':
      return (value) => BigInt(value as bigint | number);
    case 'binary':
      return (value) => new DuckDBBlobValue(value as Uint8Array);
    case 'date':
      return (value) => new DuckDBDateValue(parseDate(value as string) ?? 0);
    case 'timestamp':
      return (value) => new DuckDBTimestampTZValue(BigInt(value as bigint | number));
    case 'timestamp_ntz':
      return (value) => new DuckDBTimestampValue(BigInt(value as bigint | number));
    default: {
      const decimal = decimalOf(type);
      if (!decimal) return (value) => value as DuckDBValue;
      const { precision, scale } = decimal;
      return (value) => {
        const unscaled = BigInt((plainDecimal(value as string, scale) ?? '0').replace('.', ''));
        return new DuckDBDecimalValue(unscaled, precision, scale);
      };
    }
  }
}

/** Turns what DuckDB has read from a column of a type into a {@link Value}. */
export function fromDuckdb(
  type: DataType,
  node: ParquetNode,
  mode: ColumnMappingMode,
): (value: DuckDBValue) => Value {
  const nullable = (convert: (value: NonNullable<DuckDBValue>) => Value) => (value: DuckDBValue) =>
    value === null ? null : convert(value);
  if (typeof type === 'string') return nullable(scalarFromDuckdb(type));
  if (type.type === 'struct') {
    const fields = type.fields.map((field) => {
      const child = columnOf(node.children, field, mode) ?? node;
      return { name: field.name, stored: child.element.name, convert: fromDuckdb(field.type, child, mode) };
    });
    return nullable((value) => {
      const { entries } = value as DuckDBStructValue;
      return Object.fromEntries(
        fields.map(({ name, stored, convert }) => [name, convert(entries[stored] ?? null)]),
      );
    });
  }
  const [first = node, second = node] = node.children[0]?.children ?? [];
  if (type.type === 'array') {
    const convert = fromDuckdb(type.elementType, first, mode);
    return nullable((value) => (value as DuckDBListValue).items.map(convert));
  }
  const [key, item] = [fromDuckdb(type.keyType, first, mode), fromDuckdb(type.valueType, second, mode)];
  return nullable((value) =>
    (value as DuckDBMapValue).entries.map((entry): Value => [key(entry.key), item(entry.value)]),
  );
}

function scalarFromDuckdb(type: string): (value: NonNullable<DuckDBValue>) => Value {
  switch (type) {
    case 'binary':
      // Copy: DuckDB frees its memory with the chunk.
      return (value) => Uint8Array.from((value as DuckDBBlobValue).bytes);
    case 'date':
      return (value) => formatDate((value as DuckDBDateValue).days);
    case 'timestamp':
    case 'timestamp_ntz':
      return (value) => (value as DuckDBTimestampTZValue | DuckDBTimestampValue).micros;
    default:
      if (!decimalOf(type)) return (value) => value as Value;
      return (value) => {
        const { value: unscaled, scale } = value as DuckDBDecimalValue;
        return formatDecimal(unscaled, scale);
      };
  }
}
