import { tableKey } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { hasCode } from '../../errors.ts';
import { readCommits } from '../../log/commits.ts';
import { listLog } from '../../log/listing.ts';
import { isLogKey, LOG_FOLDER } from '../../log/names.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { versionAt } from '../../snapshot/time-travel.ts';
import type { ObjectEntry, ObjectStore } from '../../storage/object-store.ts';
import { inParallel } from '../../storage/parallel.ts';
import { pathsOf } from './needed-files.ts';

/** Says how far vacuum has gone through the log. The file and its field are Spark's. */
const LAST_VACUUM = `${LOG_FOLDER}_last_vacuum_info`;
const FIELD = 'latestCommitVersionOutsideOfRetentionWindow';
const PARALLEL_HEADS = 16;

/** The newest version that is older than `cutoffMs`; null when the log has none. */
export async function versionBefore(
  context: TableContext,
  newest: Snapshot,
  cutoffMs: number,
): Promise<number | null> {
  try {
    return await versionAt(context, newest, cutoffMs - 1);
  } catch (error) {
    if (hasCode(error, 'no-such-version')) return null;
    throw error;
  }
}

/**
 * Existing files, with deletion vectors, that commits up to `version` removed. Commits that an earlier vacuum went
 * through are left out. The files may be part of the table again.
 */
export async function removedUpTo(
  context: TableContext,
  version: number | null,
  signal: AbortSignal | undefined,
): Promise<ObjectEntry[]> {
  if (version === null) return [];
  const { store } = context;
  const { commits } = await listLog(store);
  const first = Math.max(((await readLastVacuum(store)) ?? -1) + 1, commits[0] ?? 0);
  const keys = new Set<string>();
  for await (const { removes } of readCommits(store, first, version)) {
    for (const path of removes.flatMap(pathsOf)) {
      const key = tableKey(store.url, path);
      // Whatever a log says, files elsewhere and the log itself are not data of the table.
      if (key !== null && !isLogKey(key)) keys.add(key);
    }
  }
  const found: ObjectEntry[] = [];
  const look = async (key: string): Promise<void> => {
    const head = await store.head(key);
    if (head) found.push({ key, ...head });
  };
  await inParallel(keys, PARALLEL_HEADS, look, signal);
  return found;
}

async function readLastVacuum(store: ObjectStore): Promise<number | null> {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(await store.get(LAST_VACUUM)));
    const version = (json as Readonly<Record<string, unknown>> | null)?.[FIELD];
    return Number.isSafeInteger(version) ? (version as number) : null;
  } catch (error) {
    // It is a hint: without it vacuum reads all commits in the log.
    if (hasCode(error, 'object-not-found') || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Notes that everything removed up to `version` is deleted. */
export async function writeLastVacuum(store: ObjectStore, version: number): Promise<void> {
  await store.put(LAST_VACUUM, JSON.stringify({ [FIELD]: version }));
}
