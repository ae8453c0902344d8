import { ownValue } from '../records.ts';
import { formatInstant } from './instant.ts';
import type { DataType, StructType } from './types.ts';
import { compareCodePoints, type Value } from './value.ts';

/**
 * The canonical text of a row: a JSON array of its cells in schema order, without spaces; equal rows have equal
 * texts, whichever program read them. long and decimals keep all digits; NaN and the infinities are strings; binary is
 * lower-case hex; timestamps have six decimals (and `Z`, for timestamp); a map is a list of pairs sorted by the
 * key's text; a struct is an array.
 */
export function canonicalRow(schema: StructType, row: Readonly<Record<string, Value>>): string {
  return `[${schema.fields.map(({ name, type }) => cell(type, ownValue(row, name) ?? null)).join()}]`;
}

/** The canonical header of a table: version, schema without field metadata, and the number of rows where it is known. */
export function canonicalHeader(snapshot: {
  readonly version: number;
  readonly schema: StructType;
  readonly rowCount: number | null;
}): { readonly version: number; readonly schema: readonly unknown[]; readonly numRecords?: number } {
  return {
    version: snapshot.version,
    schema: plainFields(snapshot.schema),
    ...(snapshot.rowCount === null ? {} : { numRecords: snapshot.rowCount }),
  };
}

function plainFields(schema: StructType): readonly unknown[] {
  return schema.fields.map(({ name, type, nullable }) => ({ name, type: plainType(type), nullable }));
}

function plainType(type: DataType): unknown {
  if (typeof type === 'string') return type;
  if (type.type === 'struct') return { type: 'struct', fields: plainFields(type) };
  if (type.type === 'array') {
    return { type: 'array', elementType: plainType(type.elementType), containsNull: type.containsNull };
  }
  return {
    type: 'map',
    keyType: plainType(type.keyType),
    valueType: plainType(type.valueType),
    valueContainsNull: type.valueContainsNull,
  };
}

function cell(type: DataType, value: Value): string {
  if (value === null) return 'null';
  if (typeof type === 'string') return scalar(type, value);
  if (type.type === 'struct') return canonicalRow(type, value as Readonly<Record<string, Value>>);
  if (type.type === 'array')
    return `[${(value as readonly Value[]).map((item) => cell(type.elementType, item)).join()}]`;
  const pairs = (value as readonly (readonly [Value, Value])[])
    .map(([key, item]) => [cell(type.keyType, key), cell(type.valueType, item)] as const)
    .sort(([a], [b]) => compareCodePoints(a, b));
  return `[${pairs.map(([key, item]) => `[${key},${item}]`).join()}]`;
}

function scalar(type: string, value: Value): string {
  if (typeof value === 'bigint') {
    if (type === 'timestamp') return `"${formatInstant(value)}Z"`;
    return type === 'timestamp_ntz' ? `"${formatInstant(value)}"` : String(value);
  }
  // -0 is written as 0, as String does.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('hex')}"`;
  return JSON.stringify(value);
}
