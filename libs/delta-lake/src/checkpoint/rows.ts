import type { Row } from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { READABLE_SCHEMA } from './columns/schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** The action of a checkpoint row as a commit would hold it: maps are objects, fields that are null are left out. */
export function rowAction(row: Row): Json {
  return toJson(READABLE_SCHEMA, row) as Json;
}

function toJson(type: DataType, value: Value): unknown {
  if (value === null || typeof type === 'string') return value;
  if (type.type === 'array') return (value as readonly Value[]).map((item) => toJson(type.elementType, item));
  if (type.type === 'map') {
    const entries = value as readonly (readonly [Value, Value])[];
    return Object.fromEntries(entries.map(([key, item]) => [key as string, toJson(type.valueType, item)]));
  }
  return structToJson(type, value as { readonly [name: string]: Value });
}

function structToJson(type: StructType, record: { readonly [name: string]: Value }): Json {
  const fields: Record<string, unknown> = {};
  for (const field of type.fields) {
    const value = ownValue(record, field.name);
    if (value !== null && value !== undefined) fields[field.name] = toJson(field.type, value);
  }
  return fields;
}
