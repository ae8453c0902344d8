import { DeltaError } from '../errors.ts';
import { ownValue } from '../records.ts';
import type { DataType, StructField, StructType } from '../schema/types.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';
import type { DataFile } from './draft.ts';

/**
 * Enforces NOT NULL, at any depth, by the null counts of the writer: a column without a count may hold a null. Nulls in
 * arrays and maps are not counted: for these the writer must guarantee it ({@link DataFile.isChecked}). Partition
 * values are checked in the log itself, where an empty string is null.
 * @throws DeltaError not-null-violated, naming the column
 */
export function checkNotNull(
  table: string,
  target: { readonly schema: StructType; readonly partitionColumns: readonly string[] },
  file: DataFile,
): void {
  if (file.rows === 0) return;
  const refuse = (column: string, found = 'has nulls there, or its statistics do not count them'): void => {
    throw new DeltaError(
      'not-null-violated',
      `The column "${column}" of ${table} is NOT NULL, and ${file.path} ${found}.`,
      { facts: { column, path: file.path } },
    );
  };
  for (const field of target.schema.fields) {
    if (target.partitionColumns.includes(field.name)) {
      const value = ownValue(file.partition, field.name);
      if (!field.nullable && (value === null || value === undefined || value === ''))
        refuse(
          field.name,
          'has null or an empty string there, and a partition column cannot tell these apart',
        );
    } else if (file.isChecked !== true)
      checkField(field, ownValue(file.statistics, field.name), 0, field.name, refuse);
  }
}

/** `parentNulls`: rows in which the surrounding struct is null; the field's NOT NULL does not apply to them. */
function checkField(
  field: StructField,
  statistics: ColumnStatistics | undefined,
  parentNulls: number | undefined,
  path: string,
  refuse: (column: string) => void,
): void {
  if (!field.nullable && (statistics === undefined || statistics.nulls !== parentNulls)) refuse(path);
  if (typeof field.type === 'string') return;
  if (field.type.type === 'struct') {
    for (const inner of field.type.fields)
      checkField(
        inner,
        statistics?.fields && ownValue(statistics.fields, inner.name),
        statistics?.nulls,
        `${path}.${inner.name}`,
        refuse,
      );
  } else if (holdsNotNull(field.type)) refuse(path);
}

/** Whether an array or a map may hold something that must not be null. */
function holdsNotNull(type: DataType): boolean {
  if (typeof type === 'string') return false;
  if (type.type === 'struct') return type.fields.some((field) => !field.nullable || holdsNotNull(field.type));
  if (type.type === 'array') return !type.containsNull || holdsNotNull(type.elementType);
  return !type.valueContainsNull || holdsNotNull(type.keyType) || holdsNotNull(type.valueType);
}
