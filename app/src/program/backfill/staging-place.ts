import type { ObjectStore } from '@contrail/delta-lake';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../config/settings.ts';
import { spillFolder } from '../data-folder.ts';

/** Below the lake, where Spark must see the rows: next to what it keeps. */
const IN_LAKE = '_contrail/backfill';

/** Where archives wait as Parquet until they are merged. */
export interface StagingPlace {
  /** For the engine port: a path, or an address of a bucket. */
  readonly folder: string;
  /** A folder of this disk for files on their way. */
  readonly local: string;
  /** Deletes all that is there: what was merged, and what a killed run has left. */
  clear(): Promise<void>;
}

/** In the data folder, or below the lake if Spark merges. Only the writer of the lake uses it. */
export function stagingPlace(settings: Settings, data: string, store: ObjectStore): StagingPlace {
  const local = join(spillFolder(data), 'backfill');
  const clearLocal = (): Promise<void> => rm(local, { recursive: true, force: true });
  if (settings.sparkRemote === null) return { folder: join(local, 'staged'), local, clear: clearLocal };
  const { url } = store;
  return {
    folder: `${url.startsWith('file:') ? fileURLToPath(url) : url}/${IN_LAKE}`,
    local,
    async clear() {
      await clearLocal();
      for await (const { key } of store.list(`${IN_LAKE}/`)) await store.delete(key);
    },
  };
}
