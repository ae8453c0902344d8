import type { AddFile } from '../../actions/actions.ts';
import { ownValue } from '../../records.ts';
import type { Condition, Predicate } from '../../scan/predicate.ts';
import { serializePartitionValue, type Value } from '../../schema/value.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { DataFile } from '../../transaction/draft.ts';

/** The partitions of new files: the files that the table has in them, and a predicate for them. */
export function partitionsOf(
  snapshot: Snapshot,
  added: readonly DataFile[],
): { readonly files: readonly AddFile[]; readonly predicate: Predicate } {
  const occupied = new Map<string, Predicate>();
  for (const { partition } of added) {
    const conditions = snapshot.partitionColumns.map((column): Condition => {
      const value = ownValue(partition, column) ?? null;
      return value === null ? { column, isNull: true } : { column, equals: value };
    });
    occupied.set(keyOf(snapshot, partition), conditions);
  }
  return {
    files: snapshot.files().filter((file) => occupied.has(keyOf(snapshot, snapshot.partitionValues(file)))),
    predicate: [{ anyOf: [...occupied.values()] }],
  };
}

/** The same text for the same partition, however its writer spelled the values. */
function keyOf(snapshot: Snapshot, partition: Readonly<Record<string, Value>>): string {
  const texts = snapshot.partitionColumns.map((column) => {
    const field = snapshot.schema.fields.find(({ name }) => name === column);
    return field ? serializePartitionValue(field.type, ownValue(partition, column) ?? null) : null;
  });
  return JSON.stringify(texts);
}
