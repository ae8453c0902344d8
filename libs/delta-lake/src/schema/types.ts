import { DeltaError } from '../errors.ts';
import { isRecord } from '../records.ts';

/**
 * Schema of a table or of a struct column. Source: Delta protocol, "Schema Serialization Format".
 * Primitive types are their names: string long integer short byte float double boolean binary date timestamp
 * timestamp_ntz void `decimal(p,s)`.
 */
export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly StructField[];
}
export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}
export interface ArrayType {
  readonly type: 'array';
  readonly elementType: DataType;
  readonly containsNull: boolean;
}
export interface MapType {
  readonly type: 'map';
  readonly keyType: DataType;
  readonly valueType: DataType;
  readonly valueContainsNull: boolean;
}
export type DataType = string | StructType | ArrayType | MapType;

const PRIMITIVES: ReadonlySet<string> = new Set([
  'string',
  'long',
  'integer',
  'short',
  'byte',
  'float',
  'double',
  'boolean',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
  'void',
]);

/** Whether `type` is a primitive that this library reads and writes (decimals included). */
export function isKnownPrimitive(type: string): boolean {
  return PRIMITIVES.has(type) || decimalOf(type) !== null;
}

/** Precision and scale of `decimal(p,s)`, or null for any other type. */
export function decimalOf(type: DataType): { readonly precision: number; readonly scale: number } | null {
  if (typeof type !== 'string') return null;
  if (type === 'decimal') return { precision: 10, scale: 0 };
  const match = /^decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)$/.exec(type);
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : null;
}

/** Builds a struct type from names and types; fields are nullable unless told otherwise. */
export function struct(
  fields: Readonly<Record<string, DataType | { readonly type: DataType; readonly nullable: boolean }>>,
): StructType {
  return {
    type: 'struct',
    fields: Object.entries(fields).map(([name, field]) =>
      typeof field === 'object' && field !== null && 'nullable' in field
        ? { name, type: field.type, nullable: field.nullable, metadata: {} }
        : { name, type: field, nullable: true, metadata: {} },
    ),
  };
}

/** Builds an array type; elements may be null unless told otherwise. */
export function arrayOf(elementType: DataType, containsNull: boolean = true): ArrayType {
  return { type: 'array', elementType, containsNull };
}

/** Builds a map type; values may be null unless told otherwise. */
export function mapOf(keyType: DataType, valueType: DataType, valueContainsNull: boolean = true): MapType {
  return { type: 'map', keyType, valueType, valueContainsNull };
}

/**
 * Parses the `schemaString` of a `metaData` action.
 * @throws DeltaError corrupt-log when it is not a schema.
 */
export function parseSchema(text: string): StructType {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DeltaError('corrupt-log', 'its schemaString is not JSON.', { cause });
  }
  const type = parseType(json);
  if (typeof type === 'string' || type.type !== 'struct') {
    throw new DeltaError('corrupt-log', 'its schemaString is not a struct.');
  }
  return type;
}

function parseType(json: unknown): DataType {
  if (typeof json === 'string') return json;
  if (!isRecord(json)) throw notASchema(json);
  switch (json['type']) {
    case 'struct': {
      if (!Array.isArray(json['fields'])) throw notASchema(json);
      return { type: 'struct', fields: json['fields'].map(parseField) };
    }
    case 'array':
      return {
        type: 'array',
        elementType: parseType(json['elementType']),
        containsNull: json['containsNull'] !== false,
      };
    case 'map':
      return {
        type: 'map',
        keyType: parseType(json['keyType']),
        valueType: parseType(json['valueType']),
        valueContainsNull: json['valueContainsNull'] !== false,
      };
    // Spark stores a user-defined type as another type. Other programs read that type.
    case 'udt':
      return parseType(json['sqlType']);
    default:
      // An unknown type: the other columns can be read, and reading this one is refused.
      if (typeof json['type'] !== 'string') throw notASchema(json);
      return json['type'];
  }
}

/**
 * What would be lost if the parsed schema replaced a `schemaString`: the name of a user-defined type, or of a type that
 * this library does not know. Null when nothing is lost.
 */
export function lostType(text: string): string | null {
  const find = (json: unknown): string | null => {
    if (typeof json !== 'object' || json === null) return null;
    if (isRecord(json) && json['type'] === 'udt') {
      const { class: name = json['pyClass'] } = json;
      return typeof name === 'string' ? `user-defined type ${name}` : 'user-defined type';
    }
    const isType = isRecord(json) && typeof json['type'] === 'string' && !('name' in json);
    if (isType && !['struct', 'array', 'map'].includes(json['type'] as string))
      return `type ${String(json['type'])}`;
    for (const [key, value] of Object.entries(json)) {
      const found = key === 'metadata' ? null : find(value);
      if (found !== null) return found;
    }
    return null;
  };
  return find(JSON.parse(text));
}

function parseField(json: unknown): StructField {
  if (!isRecord(json) || typeof json['name'] !== 'string') throw notASchema(json);
  return {
    name: json['name'],
    type: parseType(json['type']),
    nullable: json['nullable'] !== false,
    metadata: isRecord(json['metadata']) ? json['metadata'] : {},
  };
}

function notASchema(json: unknown): DeltaError {
  return new DeltaError('corrupt-log', `it holds ${JSON.stringify(json)?.slice(0, 100)}, not a type.`);
}

/** The `schemaString` of a schema. */
export function serializeSchema(schema: StructType): string {
  return JSON.stringify(schema);
}

/** Every field of the schema, nested ones included, depth first, with its dotted path. */
export function* walkFields(
  schema: StructType,
  prefix: string = '',
): Generator<{ readonly path: string; readonly field: StructField; readonly nested: boolean }> {
  for (const field of schema.fields) {
    const path = `${prefix}${field.name}`;
    yield { path, field, nested: prefix !== '' };
    yield* walkType(field.type, path);
  }
}

function* walkType(
  type: DataType,
  path: string,
): Generator<{ readonly path: string; readonly field: StructField; readonly nested: boolean }> {
  if (typeof type === 'string') return;
  if (type.type === 'struct') yield* walkFields(type, `${path}.`);
  else if (type.type === 'array') yield* walkType(type.elementType, `${path}.element`);
  else {
    yield* walkType(type.keyType, `${path}.key`);
    yield* walkType(type.valueType, `${path}.value`);
  }
}

/** Every primitive type name that the schema mentions, at any depth. */
export function* primitiveTypes(type: DataType): Generator<string> {
  if (typeof type === 'string') yield type;
  else if (type.type === 'struct') for (const field of type.fields) yield* primitiveTypes(field.type);
  else if (type.type === 'array') yield* primitiveTypes(type.elementType);
  else {
    yield* primitiveTypes(type.keyType);
    yield* primitiveTypes(type.valueType);
  }
}
