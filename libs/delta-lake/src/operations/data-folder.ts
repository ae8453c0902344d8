import { LOG_FOLDER } from '../log/names.ts';
import type { ObjectEntry, ObjectStore } from '../storage/object-store.ts';

/** Sorts after every key of the log. */
const AFTER_LOG = `${LOG_FOLDER}\uffff`;

/**
 * What lies in a table's folder and is the table's to delete: all keys but those that have a part which begins with
 * `_` or `.`; `_change_data`, `_delta_index` and folders of a partition column (`_day=…`) are data all the same. The log
 * is not listed. Source: Delta Spark, DeltaTableUtils.isHiddenDirectory.
 */
export async function* listDataFolder(
  store: ObjectStore,
  partitionColumns: readonly string[],
): AsyncGenerator<ObjectEntry> {
  const isHidden = (part: string): boolean =>
    /^[_.]/.test(part) &&
    !part.startsWith('_change_data') &&
    !part.startsWith('_delta_index') &&
    !partitionColumns.some((column) => part.startsWith(`${column}=`));
  let startAfter: string | null = '';
  while (startAfter !== null) {
    const from: string = startAfter;
    startAfter = null;
    for await (const entry of store.list('', { startAfter: from })) {
      if (entry.key.startsWith(LOG_FOLDER)) {
        startAfter = AFTER_LOG;
        break;
      }
      if (!entry.key.split('/').some(isHidden)) yield entry;
    }
  }
}
