import type { DataType, StructField, StructType } from './types.ts';

const MODE = 'delta.columnMapping.mode';
const MAX_ID = 'delta.columnMapping.maxColumnId';

/**
 * Gives every field of a mapped table that lacks them, nested ones too, a column id and a physical name, and notes the
 * highest id. A table that does not map its columns stays as it is. `physicalNameOf` names new fields; if files exist
 * already, it must return the names that they use. Source: Delta protocol, "Writer Requirements for Column Mapping".
 */
export function withColumnIds<M extends { readonly configuration: Readonly<Record<string, string>> }>(
  schema: StructType,
  metadata: M,
  physicalNameOf: (field: StructField) => string,
): { readonly schema: StructType; readonly metadata: M } {
  if ((metadata.configuration[MODE] ?? 'none') === 'none') return { schema, metadata };
  let highest = Math.max(Number(metadata.configuration[MAX_ID] ?? 0), highestId(schema));
  const assigned = mapFields(schema, (field) => {
    if (typeof field.metadata['delta.columnMapping.id'] === 'number') return field;
    highest++;
    return {
      ...field,
      metadata: {
        ...field.metadata,
        'delta.columnMapping.id': highest,
        'delta.columnMapping.physicalName': physicalNameOf(field),
      },
    };
  });
  const configuration = { ...metadata.configuration, [MAX_ID]: String(highest) };
  return { schema: assigned, metadata: { ...metadata, configuration } };
}

/** A physical name for a field that no file has yet. */
export function freshPhysicalName(newId: () => string): (field: StructField) => string {
  return () => `col-${newId()}`;
}

function highestId(schema: StructType): number {
  let highest = 0;
  mapFields(schema, (field) => {
    const id = field.metadata['delta.columnMapping.id'];
    if (typeof id === 'number') highest = Math.max(highest, id);
    return field;
  });
  return highest;
}

/** The schema with every field replaced, an outer one before those in it. */
function mapFields(schema: StructType, replace: (field: StructField) => StructField): StructType {
  const inType = (type: DataType): DataType => {
    if (typeof type === 'string') return type;
    if (type.type === 'struct') return mapFields(type, replace);
    if (type.type === 'array') return { ...type, elementType: inType(type.elementType) };
    return { ...type, keyType: inType(type.keyType), valueType: inType(type.valueType) };
  };
  const fields = schema.fields.map((field) => {
    const replaced = replace(field);
    return { ...replaced, type: inType(replaced.type) };
  });
  return { type: 'struct', fields };
}
