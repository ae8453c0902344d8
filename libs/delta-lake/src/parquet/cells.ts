import type { SchemaElement } from 'hyparquet';
import { unsupportedFeature } from '../errors.ts';
import { formatDate, parseDate } from '../schema/instant.ts';
import { type DataType, decimalOf, isKnownPrimitive, type StructField } from '../schema/types.ts';
import { formatDecimal, plainDecimal, type Value } from '../schema/value.ts';

/** A column of a Parquet file, as a tree. */
export interface ParquetNode {
  readonly element: SchemaElement;
  readonly children: readonly ParquetNode[];
}

/** Turns a decoded Parquet value into a {@link Value}. */
export type CellReader = (raw: unknown) => Value;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * How to read a Parquet column as a Delta type. Struct fields that the file lacks are null; lists may have two levels
 * or three (Parquet, "Backward-compatibility rules"); integers and floats of a narrower type widen.
 * @throws DeltaError unsupported-feature when the column cannot be read as that type.
 */
export function cellReader(type: DataType, node: ParquetNode, column: string): CellReader {
  const nullable = (read: (raw: NonNullable<unknown>) => Value): CellReader => {
    return (raw) => (raw === null || raw === undefined ? null : read(raw));
  };
  const mismatch = (): Error =>
    unsupportedFeature(
      `${describe(type)} from Parquet ${describeNode(node)} (column ${column})`,
      'read',
      'the file',
    );
  if (typeof type === 'string') {
    if (node.children.length > 0) throw mismatch();
    const read = scalarReader(type, node.element);
    if (!read) throw mismatch();
    return nullable(read);
  }
  if (type.type === 'struct') {
    const fields = type.fields.map((field) => {
      const child = node.children.find(({ element }) => element.name === field.name);
      return {
        name: field.name,
        read: child ? cellReader(field.type, child, `${column}.${field.name}`) : null,
      };
    });
    return nullable((raw) => {
      const values: Record<string, Value> = {};
      for (const { name, read } of fields)
        values[name] = read ? read((raw as Record<string, unknown>)[name]) : null;
      return values;
    });
  }
  if (type.type === 'array') {
    const repeated = node.children[0];
    if (!repeated || repeated.element.repetition_type !== 'REPEATED') throw mismatch();
    const isTwoLevel =
      repeated.children.length !== 1 ||
      repeated.element.name === 'array' ||
      repeated.element.name.endsWith('_tuple');
    const element = isTwoLevel ? repeated : repeated.children[0];
    if (!element) throw mismatch();
    const read = cellReader(type.elementType, element, `${column}.element`);
    return nullable((raw) => Array.from(raw as ArrayLike<unknown>, (value) => read(value)));
  }
  const entries = node.children[0];
  const [key, value] = entries?.children ?? [];
  if (!entries || !key || entries.element.repetition_type !== 'REPEATED') throw mismatch();
  const readKey = cellReader(type.keyType, key, `${column}.key`);
  const readValue = value ? cellReader(type.valueType, value, `${column}.value`) : (): null => null;
  return nullable((raw) => {
    const list = (raw as Record<string, unknown>)[entries.element.name] as
      | readonly Record<string, unknown>[]
      | null;
    return (list ?? []).map((entry): Value => [
      readKey(entry[key.element.name]),
      readValue(entry[value?.element.name ?? '']),
    ]);
  });
}

function scalarReader(type: string, element: SchemaElement): ((raw: NonNullable<unknown>) => Value) | null {
  const physical = element.type;
  const isInteger = physical === 'INT32' || physical === 'INT64';
  const isBytes = physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY';
  switch (type) {
    case 'void':
      return () => null;
    case 'boolean':
      return physical === 'BOOLEAN' ? (raw) => raw === true || raw === 1 : null;
    case 'byte':
    case 'short':
    case 'integer':
      return physical === 'INT32' ? Number : null;
    case 'long':
      return isInteger ? (raw) => BigInt(raw as number | bigint) : null;
    case 'float':
      return physical === 'FLOAT' ? Number : null;
    case 'double':
      return physical === 'DOUBLE' || physical === 'FLOAT' || physical === 'INT32' ? Number : null;
    case 'string':
      return isBytes ? (raw) => (typeof raw === 'string' ? raw : UTF8.decode(raw as Uint8Array)) : null;
    case 'binary':
      return isBytes
        ? (raw) => (typeof raw === 'string' ? new TextEncoder().encode(raw) : (raw as Uint8Array))
        : null;
    case 'date':
      return physical === 'INT32' ? (raw) => formatDate(Number(raw)) : null;
    case 'timestamp':
    case 'timestamp_ntz':
      return physical === 'INT64' || physical === 'INT96' ? (raw) => BigInt(raw as bigint) : null;
    default: {
      const decimal = decimalOf(type);
      return decimal ? decimalReader(decimal.scale, element) : null;
    }
  }
}

function decimalReader(scale: number, element: SchemaElement): ((raw: NonNullable<unknown>) => Value) | null {
  if (
    element.type !== 'INT32' &&
    element.type !== 'INT64' &&
    element.type !== 'BYTE_ARRAY' &&
    element.type !== 'FIXED_LEN_BYTE_ARRAY'
  ) {
    return null;
  }
  const stored = element.scale ?? (element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : 0);
  return (raw) => {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw as number | bigint);
    const text = formatDecimal(unscaled, stored);
    return stored === scale ? text : (plainDecimal(text, scale) ?? null);
  };
}

/** A two's-complement big-endian integer. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

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

function describe(type: DataType): string {
  if (typeof type === 'string') return isKnownPrimitive(type) ? type : `type ${type}`;
  return type.type;
}

function describeNode(node: ParquetNode): string {
  return node.element.type ?? `group of ${node.children.length}`;
}
