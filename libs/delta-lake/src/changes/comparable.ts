import { DeltaError } from '../errors.ts';
import { physicalName } from '../schema/column-mapping.ts';
import { isWidening } from '../schema/type-widening.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/**
 * Makes sure that rows of an earlier version can be given as rows of a later one: columns may have been added, dropped,
 * renamed (with column mapping) or widened.
 * @throws DeltaError invalid-argument naming the column that makes this impossible
 */
export function checkComparable(before: Snapshot, after: Snapshot): void {
  const refuse = (what: string): DeltaError =>
    new DeltaError(
      'invalid-argument',
      `The changes since version ${before.version} cannot be given as rows of version ${after.version}: ${what}. Ask for the versions before and after that change separately.`,
      { facts: { version: before.version } },
    );
  const stored = ({ schema, columnMapping, partitionColumns }: Snapshot): string[] =>
    schema.fields
      .filter(({ name }) => partitionColumns.includes(name))
      .map((field) => physicalName(field, columnMapping));
  if (stored(before).join('\n') !== stored(after).join('\n'))
    throw refuse('the table was partitioned in another way');
  const column = changedColumn(before.schema, after.schema, before, after);
  if (column !== null) throw refuse(`the column "${column}" had another type`);
}

function changedColumn(
  left: StructType,
  right: StructType,
  before: Snapshot,
  after: Snapshot,
): string | null {
  for (const field of right.fields) {
    const stored = physicalName(field, after.columnMapping);
    const other = left.fields.find((candidate) => physicalName(candidate, before.columnMapping) === stored);
    if (other && !isReadableAs(other.type, field.type, before, after)) return field.name;
  }
  return null;
}

function isReadableAs(from: DataType, to: DataType, before: Snapshot, after: Snapshot): boolean {
  const inner = (left: DataType, right: DataType): boolean => isReadableAs(left, right, before, after);
  if (typeof from === 'string' || typeof to === 'string') return isWidening(from, to);
  if (from.type === 'struct' && to.type === 'struct') return changedColumn(from, to, before, after) === null;
  if (from.type === 'array' && to.type === 'array') return inner(from.elementType, to.elementType);
  if (from.type !== 'map' || to.type !== 'map') return false;
  return inner(from.keyType, to.keyType) && inner(from.valueType, to.valueType);
}
