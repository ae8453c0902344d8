import { LOG_FOLDER } from '../../log/names.ts';
import { isPlainKey } from '../../storage/key.ts';
import type { ObjectEntry, ObjectStore } from '../../storage/object-store.ts';

/** Sorts after every key of the log. */
const AFTER_LOG = `${LOG_FOLDER}\uffff`;

/** What a table's folder holds, apart from the log. */
export interface DataFolder {
  /** Files that belong to the table and may be deleted, below the folders that were asked for. */
  readonly files: readonly ObjectEntry[];
  /**
   * Whether a key was listed, or is in a folder that was not listed; null if the store can be asked for many keys at
   * once.
   */
  readonly mayHave: ((key: string) => boolean) | null;
}

/**
 * Lists a table's folder, or only the folders `below` it. Three kinds of files are not the table's own: those with a
 * part of the key that begins with `_` or `.` (`_change_data`, `_delta_index` and folders of a partition column such as
 * `_day=…` do count); those in folders that are tables themselves; and those whose key could be another spelling
 * (`a//b`). The log is not listed.
 * Source: Delta Spark, DeltaTableUtils.isHiddenDirectory.
 */
export async function listDataFolder(
  store: ObjectStore,
  partitionColumns: readonly string[],
  isWanted: (file: ObjectEntry) => boolean,
  below: readonly string[] = [''],
): Promise<DataFolder> {
  const isHidden = (part: string): boolean =>
    /^[_.]/.test(part) &&
    !part.startsWith('_change_data') &&
    !part.startsWith('_delta_index') &&
    !partitionColumns.some((column) => part.startsWith(`${column}=`));
  const files: ObjectEntry[] = [];
  const keys = store.places ? null : new Set<string>();
  const tables = new Set<string>();
  for (const prefix of below) {
    for await (const entry of listBesidesLog(store, prefix)) {
      const { key } = entry;
      keys?.add(key);
      const log = key.indexOf(`/${LOG_FOLDER}`);
      if (log !== -1) tables.add(key.slice(0, log + 1));
      else if (isPlainKey(key) && isWanted(entry) && !key.split('/').some(isHidden)) files.push(entry);
    }
  }
  const isOthers = (key: string): boolean => tables.values().some((folder) => key.startsWith(folder));
  return {
    files: tables.size === 0 ? files : files.filter(({ key }) => !isOthers(key)),
    mayHave: keys && ((key) => keys.has(key) || !below.some((prefix) => key.startsWith(prefix))),
  };
}

async function* listBesidesLog(store: ObjectStore, prefix: string): AsyncGenerator<ObjectEntry> {
  let startAfter: string | null = '';
  while (startAfter !== null) {
    const from: string = startAfter;
    startAfter = null;
    for await (const entry of store.list(prefix, { startAfter: from })) {
      if (entry.key.startsWith(LOG_FOLDER)) {
        startAfter = AFTER_LOG;
        break;
      }
      yield entry;
    }
  }
}
