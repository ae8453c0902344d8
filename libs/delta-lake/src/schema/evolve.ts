import { DeltaError } from '../errors.ts';
import { checkGivenSchema } from './check-schema.ts';
import type { DataType, StructField, StructType } from './types.ts';

/**
 * A schema with the fields of another one added, at any depth. Present fields stay as they are, with their metadata and
 * their NOT NULL. New fields come last in their struct and are nullable, because existing rows have no values for them.
 * The same object if nothing is new.
 * @throws DeltaError invalid-schema where the two disagree about a type, or about the case of a name
 */
export function mergeSchemas(schema: StructType, other: StructType, prefix: string = ''): StructType {
  if (prefix === '') checkGivenSchema(other);
  const fields = [...schema.fields];
  let isSame = true;
  for (const wanted of other.fields) {
    const path = `${prefix}${wanted.name}`;
    const at = fields.findIndex(({ name }) => name.toLowerCase() === wanted.name.toLowerCase());
    const present = fields[at];
    if (!present) {
      fields.push(asNew(wanted));
      isSame = false;
      continue;
    }
    if (present.name !== wanted.name) throw invalid(path, `the table has it as "${present.name}"`);
    const type = mergeTypes(present.type, wanted.type, path);
    if (type === present.type) continue;
    fields[at] = { ...present, type };
    isSame = false;
  }
  return isSame ? schema : { type: 'struct', fields };
}

function mergeTypes(type: DataType, other: DataType, path: string): DataType {
  if (typeof type === 'object' && typeof other === 'object') {
    if (type.type === 'struct' && other.type === 'struct') return mergeSchemas(type, other, `${path}.`);
    if (type.type === 'array' && other.type === 'array') {
      const elementType = mergeTypes(type.elementType, other.elementType, `${path}.element`);
      return elementType === type.elementType ? type : { ...type, elementType };
    }
    if (type.type === 'map' && other.type === 'map') {
      const keyType = mergeTypes(type.keyType, other.keyType, `${path}.key`);
      const valueType = mergeTypes(type.valueType, other.valueType, `${path}.value`);
      return keyType === type.keyType && valueType === type.valueType
        ? type
        : { ...type, keyType, valueType };
    }
  }
  if (type === other) return type;
  throw invalid(path, `it is of type ${nameOf(type)}, not ${nameOf(other)}`);
}

function asNew(field: StructField): StructField {
  return { ...field, nullable: true };
}

/**
 * A schema in which the column at a path is replaced, or with null removed.
 * @throws DeltaError invalid-argument when there is no such column
 */
export function withColumn(
  schema: StructType,
  path: readonly string[],
  change: (field: StructField) => StructField | null,
): StructType {
  const [name, ...rest] = path;
  const field = schema.fields.find((candidate) => candidate.name === name);
  const isStruct = typeof field?.type === 'object' && field.type.type === 'struct';
  if (!field || (rest.length > 0 && !isStruct)) {
    throw new DeltaError('invalid-argument', `The table has no column "${path.join('.')}".`, {
      facts: { column: path.join('.') },
    });
  }
  const changed =
    rest.length === 0
      ? change(field)
      : { ...field, type: withColumn(field.type as StructType, rest, change) };
  return {
    type: 'struct',
    fields: schema.fields.flatMap((other) => (other !== field ? [other] : changed ? [changed] : [])),
  };
}

function nameOf(type: DataType): string {
  return typeof type === 'string' ? type : type.type;
}

function invalid(path: string, why: string): DeltaError {
  return new DeltaError('invalid-schema', `The schema of the table cannot take "${path}": ${why}.`, {
    facts: { column: path },
  });
}
