import type { SchemaElement } from 'hyparquet';
import { unsupportedFeature } from '../errors.ts';
import { parseDate } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructField } from '../schema/types.ts';
import { plainDecimal, type Value } from '../schema/value.ts';

/** What hyparquet-writer wants for a {@link Value} of a type. */
export function cellWriter(type: DataType): (value: Value) => unknown {
  if (typeof type === 'string') {
    if (type === 'date') return (value) => (typeof value === 'string' ? parseDate(value) : value);
    const decimal = decimalOf(type);
    if (!decimal) return (value) => value;
    return (value) =>
      typeof value === 'string' ? BigInt((plainDecimal(value, decimal.scale) ?? '').replace('.', '')) : value;
  }
  if (type.type === 'struct') {
    const fields = type.fields.map((field) => [field.name, cellWriter(field.type)] as const);
    return (value) => {
      if (value === null) return null;
      const record = value as { readonly [name: string]: Value };
      return Object.fromEntries(fields.map(([name, write]) => [name, write(record[name] ?? null)]));
    };
  }
  if (type.type === 'array') {
    const write = cellWriter(type.elementType);
    return (value) => (value === null ? null : (value as readonly Value[]).map(write));
  }
  const [writeKey, writeValue] = [cellWriter(type.keyType), cellWriter(type.valueType)];
  return (value) => {
    if (value === null) return null;
    return (value as readonly (readonly [Value, Value])[]).map(([key, item]) => ({
      key: writeKey(key),
      value: writeValue(item),
    }));
  };
}

/**
 * The Parquet schema elements of a field, depth first. Source: Parquet, "Logical Types"; 3-level lists; Delta
 * protocol, "Column Mapping" for the `field_id`.
 */
export function schemaElements(field: Pick<StructField, 'name' | 'type' | 'metadata'>): SchemaElement[] {
  const id = field.metadata['delta.columnMapping.id'];
  return elementsOf(field.name, field.type, 'OPTIONAL', typeof id === 'number' ? { field_id: id } : {});
}

function elementsOf(
  name: string,
  type: DataType,
  repetition_type: 'OPTIONAL' | 'REQUIRED',
  id: { readonly field_id?: number } = {},
): SchemaElement[] {
  const head = { name, repetition_type, ...id } as const;
  if (typeof type === 'string') return [{ ...head, ...scalarElement(type) }];
  if (type.type === 'struct') {
    return [{ ...head, num_children: type.fields.length }, ...type.fields.flatMap(schemaElements)];
  }
  if (type.type === 'array') {
    return [
      { ...head, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', type.elementType, 'OPTIONAL'),
    ];
  }
  return [
    { ...head, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    ...elementsOf('key', type.keyType, 'REQUIRED'),
    ...elementsOf('value', type.valueType, 'OPTIONAL'),
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
