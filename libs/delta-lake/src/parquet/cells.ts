import type { SchemaElement } from 'hyparquet';
import { unsupportedFeature } from '../errors.ts';
import { ownValue } from '../records.ts';
import { type ColumnMappingMode, physicalName } from '../schema/column-mapping.ts';
import { parseDate } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructField } from '../schema/types.ts';
import { plainDecimal, type Value } from '../schema/value.ts';

/** Turns the cells of a column into what hyparquet-writer takes; the same array if nothing changes. */
export function columnWriter(
  type: DataType,
  columnMapping: ColumnMappingMode,
): (cells: readonly Value[]) => unknown[] {
  if (typeof type === 'string' && type !== 'date' && decimalOf(type) === null)
    return (cells) => cells as unknown[];
  const write = cellWriter(type, columnMapping);
  return (cells) => cells.map(write);
}

function cellWriter(type: DataType, columnMapping: ColumnMappingMode): (value: Value) => unknown {
  if (typeof type === 'string') {
    if (type === 'date') return dateWriter();
    const decimal = decimalOf(type);
    if (!decimal) return (value) => value;
    return (value) =>
      typeof value === 'string' ? BigInt((plainDecimal(value, decimal.scale) ?? '').replace('.', '')) : value;
  }
  if (type.type === 'struct') {
    const fields = type.fields.map((field) => ({
      name: field.name,
      stored: physicalName(field, columnMapping),
      write: cellWriter(field.type, columnMapping),
    }));
    return (value) => {
      if (value === null) return null;
      const record = value as { readonly [name: string]: Value };
      return Object.fromEntries(
        fields.map(({ name, stored, write }) => [stored, write(ownValue(record, name) ?? null)]),
      );
    };
  }
  if (type.type === 'array') {
    const write = cellWriter(type.elementType, columnMapping);
    return (value) => (value === null ? null : (value as readonly Value[]).map(write));
  }
  const writeKey = cellWriter(type.keyType, columnMapping);
  const writeValue = cellWriter(type.valueType, columnMapping);
  return (value) => {
    if (value === null) return null;
    return (value as readonly (readonly [Value, Value])[]).map(([key, item]) => ({
      key: writeKey(key),
      value: writeValue(item),
    }));
  };
}

function dateWriter(): (value: Value) => unknown {
  // Neighbours are often of one day.
  let previous: { readonly text: string; readonly days: number | null } = { text: '', days: null };
  return (value) => {
    if (typeof value !== 'string') return value;
    if (value !== previous.text) previous = { text: value, days: parseDate(value) };
    return previous.days;
  };
}

/**
 * The Parquet schema elements of a field, depth first, with their field ids; mapped tables use physical names.
 * Source: Parquet, "Logical Types" (3-level lists); Delta protocol, "Column Mapping".
 */
export function schemaElements(field: StructField, columnMapping: ColumnMappingMode): SchemaElement[] {
  const id = field.metadata['delta.columnMapping.id'];
  const head = {
    name: physicalName(field, columnMapping),
    repetition_type: 'OPTIONAL',
    ...(typeof id === 'number' ? { field_id: id } : {}),
  } as const;
  return elementsOf(head, field.type, columnMapping);
}

function elementsOf(
  head: Pick<SchemaElement, 'name' | 'repetition_type' | 'field_id'>,
  type: DataType,
  columnMapping: ColumnMappingMode,
): SchemaElement[] {
  const inner = (name: string, of: DataType, repetition_type: 'OPTIONAL' | 'REQUIRED'): SchemaElement[] =>
    elementsOf({ name, repetition_type }, of, columnMapping);
  if (typeof type === 'string') return [{ ...head, ...scalarElement(type) }];
  if (type.type === 'struct') {
    const fields = type.fields.flatMap((field) => schemaElements(field, columnMapping));
    return [{ ...head, num_children: type.fields.length }, ...fields];
  }
  if (type.type === 'array') {
    return [
      { ...head, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...inner('element', type.elementType, 'OPTIONAL'),
    ];
  }
  return [
    { ...head, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    ...inner('key', type.keyType, 'REQUIRED'),
    ...inner('value', type.valueType, 'OPTIONAL'),
  ];
}

function scalarElement(type: string): Omit<SchemaElement, 'name'> {
  switch (type) {
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'byte':
      return { type: 'INT32', converted_type: 'INT_8' };
    case 'short':
      return { type: 'INT32', converted_type: 'INT_16' };
    case 'integer':
      return { type: 'INT32' };
    case 'long':
      return { type: 'INT64' };
    case 'float':
      return { type: 'FLOAT' };
    case 'double':
      return { type: 'DOUBLE' };
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'binary':
      return { type: 'BYTE_ARRAY' };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    case 'timestamp_ntz':
      return { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } };
    default: {
      const decimal = decimalOf(type);
      if (!decimal) throw unsupportedFeature(`type ${type}`, 'write', 'the file');
      return {
        ...(decimal.precision <= 18
          ? { type: 'INT64' as const }
          : { type: 'FIXED_LEN_BYTE_ARRAY' as const, type_length: 16 }),
        converted_type: 'DECIMAL',
        precision: decimal.precision,
        scale: decimal.scale,
      };
    }
  }
}
