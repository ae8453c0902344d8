import { relativePath } from '../actions/path.ts';
import type { TableContext } from '../context/context.ts';
import { locate } from '../context/data-file.ts';
import { deletionVectorPath } from '../deletion-vector/read.ts';
import { SAFE_AGE_MS } from '../housekeeping/leftovers.ts';
import { inParallel } from '../storage/parallel.ts';
import type { Draft } from './draft.ts';

const PARALLEL_HEADS = 16;

/**
 * Files that a commit is about to add but that do not exist: a vacuum deleted them, or they were never written. On a
 * disk every file is checked, which costs a few microseconds each. Elsewhere each check is a request, so only files
 * that a vacuum could have deleted are checked: those from an older version, and those older than {@link SAFE_AGE_MS}
 * by their writer's time.
 */
export async function missingAdditions(
  context: TableContext,
  { appends, changeFiles, restored }: Draft,
): Promise<readonly string[]> {
  const { store } = context;
  const oldMs = context.clock() - SAFE_AGE_MS;
  const isDue = ({ modifiedAtMs = Infinity }: { readonly modifiedAtMs?: number }): boolean =>
    store.places !== undefined || modifiedAtMs < oldMs;
  const missing: string[] = [];
  const places = [
    ...[...appends, ...changeFiles].filter(isDue).map(({ path }) => ({
      path,
      store,
      key: relativePath(store.url, path),
    })),
    ...restored.flatMap(({ path, deletionVector }) => {
      const hasVector = deletionVector !== undefined && deletionVector.storageType !== 'i';
      const paths = hasVector ? [path, deletionVectorPath(deletionVector)] : [path];
      return paths.map((name) => ({ path: name, ...locate(context, name) }));
    }),
  ];
  await inParallel(places, PARALLEL_HEADS, async (place) => {
    if ((await place.store.head(place.key)) === null) missing.push(place.path);
  });
  return missing;
}
