import { DeltaError, inPlace } from '../errors.ts';
import type { TableColumns } from '../features/table-configuration.ts';
import { blankRecord, ownValue } from '../records.ts';
import { physicalName } from '../schema/column-mapping.ts';
import { parsePartitionValue, type Value } from '../schema/value.ts';

/**
 * The values of the partition columns of a file, typed; all its rows share them.
 * @throws DeltaError corrupt-log when a value is not of its column's type
 */
export function constantsOf(
  table: TableColumns,
  partitionValues: Readonly<Record<string, string | null>>,
): Readonly<Record<string, Value>> {
  const constants = blankRecord<Value>(table.partitionColumns)();
  for (const column of table.partitionColumns) {
    const field = table.schema.fields.find(({ name }) => name === column);
    if (!field) throw new DeltaError('corrupt-log', `The partition column "${column}" is not in the schema.`);
    const text = ownValue(partitionValues, physicalName(field, table.columnMapping));
    try {
      constants[column] = parsePartitionValue(field.type, text);
    } catch (error) {
      throw inPlace(`The partition column "${column}"`, { column }, error);
    }
  }
  return constants;
}
