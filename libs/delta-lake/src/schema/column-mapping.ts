import { DeltaError } from '../errors.ts';
import { type DataType, type StructField, type StructType, walkFields } from './types.ts';

/**
 * How data files, partition values and statistics refer to a column: by its name in the schema (`none`), by its
 * physical name (`name`), or by its field id in data files and its physical name elsewhere (`id`).
 * Source: Delta protocol, "Column Mapping".
 */
export type ColumnMappingMode = 'none' | 'name' | 'id';

const PHYSICAL_NAME = 'delta.columnMapping.physicalName';
const FIELD_ID = 'delta.columnMapping.id';

/**
 * Makes sure that each field has what the mode needs, so that {@link physicalName} and {@link fieldId} can rely on it.
 * @throws DeltaError corrupt-log naming the field that lacks it
 */
export function checkColumnMapping(schema: StructType, mode: ColumnMappingMode, table: string): void {
  if (mode === 'none') return;
  for (const { path, field } of walkFields(schema)) {
    const { [PHYSICAL_NAME]: name, [FIELD_ID]: id } = field.metadata;
    if (typeof name === 'string' && (mode === 'name' || typeof id === 'number')) continue;
    throw new DeltaError(
      'corrupt-log',
      `The column "${path}" of ${table} lacks ${typeof name === 'string' ? FIELD_ID : PHYSICAL_NAME}, and the table maps columns by ${mode}.`,
      { facts: { table, column: path } },
    );
  }
}

/** Name of the field in partition values and statistics, and in data files except in mode `id`. */
export function physicalName(field: StructField, mode: ColumnMappingMode): string {
  const name = mode === 'none' ? undefined : field.metadata[PHYSICAL_NAME];
  return typeof name === 'string' ? name : field.name;
}

/** The fields with the names that the files of a table use, at every depth; their metadata, and so their ids, stay. */
export function physicalSchema(schema: StructType, mode: ColumnMappingMode): StructType {
  if (mode === 'none') return schema;
  const typed = (type: DataType): DataType => {
    if (typeof type === 'string') return type;
    if (type.type === 'struct') return physicalSchema(type, mode);
    if (type.type === 'array') return { ...type, elementType: typed(type.elementType) };
    return { ...type, keyType: typed(type.keyType), valueType: typed(type.valueType) };
  };
  return {
    type: 'struct',
    fields: schema.fields.map((field) => ({
      ...field,
      name: physicalName(field, mode),
      type: typed(field.type),
    })),
  };
}

/** Parquet `field_id` of the field in mode `id`, else null. */
export function fieldId(field: StructField, mode: ColumnMappingMode): number | null {
  const id = field.metadata[FIELD_ID];
  return mode === 'id' && typeof id === 'number' ? id : null;
}
