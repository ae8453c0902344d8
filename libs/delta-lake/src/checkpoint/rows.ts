import type { Row } from '../parquet/codec.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { CHECKPOINT_SCHEMA, READABLE_SCHEMA } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** The row of a checkpoint that holds an action: maps become entries, fields that the action lacks become null. */
export function actionRow(kind: string, action: object): Row {
  const type = CHECKPOINT_SCHEMA.fields.find(({ name }) => name === kind)?.type;
  return { [kind]: type === undefined ? null : toValue(type, action) };
}

function toValue(type: DataType, json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof type === 'string') return type === 'long' ? BigInt(json as number) : (json as Value);
  if (type.type === 'array')
    return (json as readonly unknown[]).map((item) => toValue(type.elementType, item));
  if (type.type === 'map') {
    return Object.entries(json).map(([key, item]): Value => [key, toValue(type.valueType, item)]);
  }
  const fields: Record<string, Value> = {};
  for (const field of type.fields) fields[field.name] = toValue(field.type, (json as Json)[field.name]);
  return fields;
}

/** The action of a checkpoint row as a commit would hold it: the other direction of {@link actionRow}. */
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
  return fieldsOf(type, value as { readonly [name: string]: Value });
}

function fieldsOf(type: StructType, record: { readonly [name: string]: Value }): Json {
  const fields: Record<string, unknown> = {};
  for (const field of type.fields) {
    const value = record[field.name];
    if (value !== null && value !== undefined) fields[field.name] = toJson(field.type, value);
  }
  return fields;
}
