import { ownValue } from '../records.ts';
import { type ColumnMappingMode, physicalName } from '../schema/column-mapping.ts';
import type { StructField } from '../schema/types.ts';
import { serializePartitionValue, type Value } from '../schema/value.ts';

/** What Hive writes in place of null. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** Characters that Hive and Spark escape in a folder's name, as `%` and two upper-case hex digits. */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

/** Bytes that a name may have on common file systems. */
const MAX_NAME_BYTES = 255;

/** A partition: the values that its rows share, and where its files lie. */
export interface Partition {
  /** By column name. The empty string becomes null: the log cannot tell them apart. */
  readonly values: Readonly<Record<string, Value>>;
  /** Empty, or `a=1/b=x%2Fy/`: not yet encoded as a path of the log. */
  readonly folder: string;
}

/** A name as Hive writes it in `column=value` folders. Source: Spark, ExternalCatalogUtils.escapePathName. */
export function escapePathName(name: string): string {
  return name.replace(
    ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/**
 * Tells the partition of each row: rows with equal partition values get the same object.
 * @returns a function that throws DeltaError invalid-argument when a value is not of its column's type.
 */
export function partitioner(
  columns: readonly StructField[],
  columnMapping: ColumnMappingMode,
): (row: Readonly<Record<string, Value>>) => Partition {
  const known = new Map<string, Partition>();
  const only: Partition = { values: {}, folder: '' };
  if (columns.length === 0) return () => only;
  let previous: { readonly cells: readonly Value[]; readonly partition: Partition } | null = null;
  return (row) => {
    // Neighbours are often of one partition.
    const last = previous;
    if (last !== null && columns.every(({ name }, index) => (ownValue(row, name) ?? null) === last.cells[index]))
      return last.partition;
    const partition = partitionOf(row);
    previous = { cells: columns.map(({ name }) => ownValue(row, name) ?? null), partition };
    return partition;
  };

  function partitionOf(row: Readonly<Record<string, Value>>): Partition {
    const texts = columns.map(({ name, type }) => serializePartitionValue(type, ownValue(row, name) ?? null));
    const key = JSON.stringify(texts);
    const found = known.get(key);
    if (found) return found;
    const values = Object.fromEntries(
      columns.map(({ name }, index) => [name, texts[index] === null ? null : (ownValue(row, name) ?? null)]),
    );
    const folder = columns
      .map((field, index) => folderName(physicalName(field, columnMapping), texts[index] ?? null))
      .join('');
    const partition: Partition = { values, folder };
    known.set(key, partition);
    return partition;
  }
}

/** The name of a folder. It is for people, as the log has the value, so a name that file systems refuse is left out. */
function folderName(column: string, text: string | null): string {
  const name = `${escapePathName(column)}=${text === null ? NULL_PARTITION : escapePathName(text)}`;
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? '' : `${name}/`;
}
