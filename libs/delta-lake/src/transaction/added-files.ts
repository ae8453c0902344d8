import { relativePath } from '../actions/path.ts';
import type { TableContext } from '../context/context.ts';
import { locate } from '../context/data-file.ts';
import { deletionVectorPath } from '../deletion-vector/read.ts';
import { SAFE_AGE_MS } from '../housekeeping/leftovers.ts';
import { inParallel } from '../storage/parallel.ts';
import type { Draft } from './draft.ts';

const PARALLEL_HEADS = 16;

/**
 * Files that a commit is about to add and that are not there: a vacuum has come between, or nobody wrote them. On a disk every
 * file is looked for, which costs a few microseconds each. Elsewhere a look is a request, and a commit takes few: only
 * files that a vacuum could have deleted are looked for, those that came from an older version, and those that
 * are older than {@link SAFE_AGE_MS} by what their writer says.
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
