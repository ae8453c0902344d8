import type { AddFile } from '../../actions/actions.ts';
import { recordCount } from '../../actions/logged-file.ts';
import { ownValue } from '../../records.ts';
import type { Predicate } from '../../scan/predicate.ts';
import { physicalName } from '../../schema/column-mapping.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** Files of one partition to rewrite together, in the order in which they came into the table. */
export type FileGroup = readonly AddFile[];

/**
 * A file with at least this share of deleted rows is rewritten because of them. Source: Delta Spark,
 * `maxDeletedRowsRatio`.
 */
const DELETED_RATIO = 0.05;

/**
 * Groups for a compaction: in each partition, neighbours below the target size form groups up to that size. A single
 * file is only rewritten if enough of its rows are deleted. Neighbours in time stay together, so that bounds of columns
 * that grow with time stay narrow.
 */
export function compactionGroups(
  snapshot: Snapshot,
  targetBytes: number,
  predicate: Predicate = [],
): FileGroup[] {
  const groups: AddFile[][] = [];
  for (const files of filesByPartition(snapshot, predicate)) {
    let open: AddFile[] = [];
    let bytes = 0;
    for (const file of files) {
      if (file.size >= targetBytes && !hasManyDeleted(file)) continue;
      if (bytes + file.size > targetBytes && open.length > 0) {
        groups.push(open);
        [open, bytes] = [[], 0];
      }
      open.push(file);
      bytes += file.size;
    }
    if (open.length > 0) groups.push(open);
  }
  return groups.filter((files) => files.length > 1 || files.some(hasManyDeleted));
}

/** Groups for a sort: the files of each partition, all of them. */
export function partitionGroups(snapshot: Snapshot, predicate: Predicate = []): FileGroup[] {
  return filesByPartition(snapshot, predicate);
}

/** The live files by partition; those of one partition in the order in which they were written. */
export function filesByPartition(snapshot: Snapshot, predicate: Predicate = []): AddFile[][] {
  const partitions = new Map<string, AddFile[]>();
  const columns = snapshot.schema.fields
    .filter(({ name }) => snapshot.partitionColumns.includes(name))
    .map((field) => physicalName(field, snapshot.columnMapping));
  for (const file of snapshot.files(predicate)) {
    const key = JSON.stringify(columns.map((name) => ownValue(file.partitionValues, name) ?? ''));
    const files = partitions.get(key);
    if (files) files.push(file);
    else partitions.set(key, [file]);
  }
  return [...partitions.values()].map((files) => files.sort(byArrival));
}

/** Order of arrival: by time of writing, then by path, so that it does not depend on the order of the log. */
export function byArrival(a: AddFile, b: AddFile): number {
  return a.modificationTime - b.modificationTime || (a.path < b.path ? -1 : 1);
}

function hasManyDeleted(file: AddFile): boolean {
  const rows = recordCount(file);
  return rows !== null && file.deletionVector !== undefined
    ? file.deletionVector.cardinality >= DELETED_RATIO * rows
    : false;
}
