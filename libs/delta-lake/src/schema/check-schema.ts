import { checkText, shown } from '../arguments.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { type DataType, decimalOf, isKnownPrimitive, type StructField, type StructType } from './types.ts';

/**
 * Checks the schema of a table to be written. Types must exist in Delta. Names must be unique regardless of case and,
 * unless columns are mapped, allowed in Parquet files. Partition columns must exist and be primitive.
 * @throws DeltaError invalid-schema
 */
export function checkSchema(
  schema: StructType,
  partitionColumns: readonly string[],
  isMapped: boolean = false,
): void {
  checkGivenSchema(schema, isMapped);
  for (const column of partitionColumns) {
    const field = schema.fields.find(({ name }) => name === column);
    if (!field) throw invalid(`the partition column "${column}" is not in the schema`);
    if (typeof field.type !== 'string' || field.type === 'void') {
      throw invalid(`the partition column "${column}" is not of a primitive type`);
    }
  }
  if (new Set(partitionColumns).size !== partitionColumns.length)
    throw invalid('a partition column is named twice');
  if (schema.fields.length === partitionColumns.length)
    throw invalid('it has no column that is not a partition column');
}

/**
 * Makes sure that a caller gave a schema, or a part of one.
 * @throws DeltaError invalid-schema
 */
export function checkGivenSchema(schema: StructType, isMapped: boolean = true): void {
  const given: unknown = schema;
  if (!isType(given) || typeof given === 'string' || given.type !== 'struct')
    throw invalid(`it is ${shown(schema)}, not a struct with fields`);
  checkStruct(schema, '', isMapped);
}

/**
 * Checks the schema of an existing table. Its partition columns must be in the schema, and no two columns may have
 * names that differ in case alone: Delta Spark ignores case, so it would be a guess which of them a file's column is.
 * @throws DeltaError corrupt-log, unsupported-feature
 */
export function checkFoundSchema(
  schema: StructType,
  partitionColumns: readonly string[],
  table: string,
): void {
  const names = new Set(schema.fields.map(({ name }) => name));
  const missing = partitionColumns.find((column) => !names.has(column));
  if (missing !== undefined) {
    throw new DeltaError(
      'corrupt-log',
      `The partition column "${missing}" of ${table} is not in its schema.`,
      { facts: { table, column: missing } },
    );
  }
  const alike = alikeNames(schema);
  if (alike === null) return;
  throw unsupportedFeature(`columns that differ in case alone: ${alike[0]} and ${alike[1]}`, 'read', table);
}

/** Two names of one struct, at any depth, that differ in case alone. */
function alikeNames(type: DataType): readonly [string, string] | null {
  if (typeof type === 'string') return null;
  if (type.type === 'array') return alikeNames(type.elementType);
  if (type.type === 'map') return alikeNames(type.keyType) ?? alikeNames(type.valueType);
  const seen = new Map<string, string>();
  for (const { name, type: inner } of type.fields) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) return [other, name];
    seen.set(name.toLowerCase(), name);
    const found = alikeNames(inner);
    if (found !== null) return found;
  }
  return null;
}

function checkStruct(schema: StructType, prefix: string, isMapped: boolean): void {
  const seen = new Map<string, string>();
  for (const field of schema.fields) {
    const path = `${prefix}${field.name}`;
    checkField(field, path, isMapped);
    const other = seen.get(field.name.toLowerCase());
    if (other !== undefined) {
      throw invalid(
        other === field.name
          ? `"${path}" occurs twice`
          : `"${prefix}${other}" and "${path}" differ in case alone, and names ignore case`,
      );
    }
    seen.set(field.name.toLowerCase(), field.name);
    checkType(field.type, path, isMapped, prefix === '');
  }
}

function checkField({ name, metadata, nullable }: StructField, path: string, isMapped: boolean): void {
  checkText('the name of a column', name);
  if (name === '' || (!isMapped && /[ ,;{}()\n\t=]/.test(name)))
    throw invalid(`"${path}" is empty or holds one of " ,;{}()\\n\\t=", which needs column mapping`);
  if (typeof nullable !== 'boolean') throw invalid(`"nullable" of "${path}" is ${shown(nullable)}`);
  if (typeof metadata !== 'object' || metadata === null)
    throw invalid(`"metadata" of "${path}" is ${shown(metadata)}`);
  checkText(`the metadata of the column "${path}"`, textsOf(metadata));
}

/** All texts in a JSON value, one after the other. */
function textsOf(json: unknown): string {
  if (typeof json === 'string') return `${json} `;
  if (typeof json !== 'object' || json === null) return '';
  return Object.entries(json)
    .map(([name, value]) => `${name} ${textsOf(value)}`)
    .join('');
}

function checkType(type: DataType, path: string, isMapped: boolean, isTop: boolean): void {
  if (!isType(type)) throw invalid(`"${path}" has the type ${shown(type)}, which does not exist`);
  if (typeof type === 'string') {
    const decimal = decimalOf(type);
    if (
      decimal &&
      (decimal.precision < 1 ||
        decimal.precision > 38 ||
        decimal.scale < 0 ||
        decimal.scale > decimal.precision)
    )
      throw invalid(
        `"${path}" is a ${type}; a decimal has 1 to 38 digits, and no more of them after the point than in all`,
      );
    if (!isKnownPrimitive(type)) throw invalid(`"${path}" has the unknown type "${type}"`);
    if (type === 'void' && !isTop)
      throw invalid(`"${path}" is void, which is allowed for a top-level column alone`);
    return;
  }
  if (type.type === 'struct') {
    if (type.fields.length === 0)
      throw invalid(`the struct "${path}" has no fields, and Parquet files cannot hold such a struct`);
    checkStruct(type, `${path}.`, isMapped);
  } else if (type.type === 'array') checkType(type.elementType, `${path}.element`, isMapped, false);
  else {
    if (holdsMap(type.keyType)) throw invalid(`the keys of the map "${path}" are, or hold, maps`);
    checkType(type.keyType, `${path}.key`, isMapped, false);
    checkType(type.valueType, `${path}.value`, isMapped, false);
  }
}

function holdsMap(type: DataType): boolean {
  if (typeof type !== 'object' || type === null) return false;
  if (type.type === 'map') return true;
  if (type.type === 'array') return holdsMap(type.elementType);
  return type.type === 'struct' && type.fields.some((field) => holdsMap(field.type));
}

/** Whether it has the shape of a type; does not check the parts. */
function isType(type: unknown): type is DataType {
  if (typeof type === 'string') return true;
  if (typeof type !== 'object' || type === null || !('type' in type)) return false;
  if (type.type === 'struct') {
    const fields: unknown = 'fields' in type ? type.fields : null;
    return (
      Array.isArray(fields) &&
      fields.every((field: unknown) => typeof field === 'object' && field !== null && 'name' in field)
    );
  }
  return (
    (type.type === 'array' && 'elementType' in type) ||
    (type.type === 'map' && 'keyType' in type && 'valueType' in type)
  );
}

function invalid(what: string): DeltaError {
  return new DeltaError('invalid-schema', `A table cannot have this schema: ${what}.`);
}
