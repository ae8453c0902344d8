import { absolutePath, baseName } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { locate } from '../../context/data-file.ts';
import { DeltaError, hasCode } from '../../errors.ts';
import type { ObjectPlaceFacts, ObjectStore } from '../../storage/object-store.ts';
import { inParallel } from '../../storage/parallel.ts';
import type { NeededFiles } from './needed-files.ts';

const PARALLEL_HEADS = 16;

export interface UselessFiles<T> {
  /** Of the candidates, those that no version within the retention needs. */
  readonly files: readonly T[];
  /** Live files, by their path in the log, that do not exist. */
  readonly missing: readonly string[];
  /**
   * A useless file with the same name as a needed file elsewhere. They may be one file under two addresses that cannot
   * be compared (a shared folder, a store with two addresses).
   */
  readonly lookalike: { readonly key: string; readonly path: string } | null;
}

/**
 * Tells which files nobody needs. Files are compared as places, however the log spells their names: by normalised keys,
 * and by the store's own identity of an object if it has one (a disk with links). `mayHave`: whether the store may have
 * a key, by the listing.
 */
export async function uselessFiles<T extends { readonly key: string }>(
  context: TableContext,
  needed: NeededFiles,
  candidates: readonly T[],
  mayHave: ((key: string) => boolean) | null = null,
): Promise<UselessFiles<T>> {
  const { store } = context;
  const others = candidates.filter(({ key }) => !needed.keys.has(key));
  const elsewhere = await findElsewhere(context, needed);
  const missing = [...elsewhere.missing];
  let files = others;
  if (store.places) {
    const inUse = await store.places([...needed.keys.keys()]);
    for (const [key, isLive] of needed.keys) if (isLive && !inUse.has(key)) missing.push(key);
    const identities = new Set([...inUse.values(), ...elsewhere.places].map(({ identity }) => identity));
    const places = await store.places(others.map(({ key }) => key));
    files = others.filter(({ key }) => {
      const place = places.get(key);
      return place?.isBelowRoot === true && !identities.has(place.identity);
    });
  } else if (mayHave) missing.push(...(await notThere(store, needed, mayHave)));
  const names = new Map(files.map(({ key }) => [key.slice(key.lastIndexOf('/') + 1), key]));
  let lookalike: UselessFiles<T>['lookalike'] = null;
  for (const path of needed.elsewhere.keys()) {
    const key = names.get(baseName(path));
    if (key !== undefined) lookalike ??= { key, path };
  }
  return { files, missing, lookalike };
}

/** Handles needed files whose names lead out of the table's folder. */
async function findElsewhere(
  context: TableContext,
  needed: NeededFiles,
): Promise<{ readonly places: readonly ObjectPlaceFacts[]; readonly missing: readonly string[] }> {
  const { url } = context.store;
  const missing: string[] = [];
  const onDisk = new Map<string, string>();
  let disk: ObjectStore | null = null;
  for (const [path, isLive] of needed.elsewhere) {
    try {
      const { store, key } = locate(context, path);
      // A store without links has one key for each object, so this is another object.
      if (!store.places) continue;
      disk = store;
      onDisk.set(key, path);
    } catch (error) {
      if (!hasCode(error, 'unsupported-feature')) throw error;
      // The store cannot be asked. If it is of the table's kind, names decide; of another kind nothing is known.
      if (isLive && schemeOf(absolutePath(url, path)) !== schemeOf(url)) missing.push(path);
    }
  }
  const places = (await disk?.places?.([...onDisk.keys()])) ?? new Map<string, ObjectPlaceFacts>();
  for (const [key, path] of onDisk)
    if (needed.elsewhere.get(path) === true && !places.has(key)) missing.push(path);
  return { places: [...places.values()], missing };
}

const schemeOf = (address: string): string => /^[a-z][a-z0-9+.-]*(?=:)/.exec(address)?.[0] ?? 'file';

/**
 * Of the live files that a listing lacks, those that do not exist. (A listing leaves out hidden names and newer files.)
 */
async function notThere(
  store: ObjectStore,
  needed: NeededFiles,
  mayHave: (key: string) => boolean,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const unlisted = Array.from(needed.keys).filter(([key, isLive]) => isLive && !mayHave(key));
  await inParallel(unlisted, PARALLEL_HEADS, async ([key]) => {
    if ((await store.head(key)) === null) missing.push(key);
  });
  return missing;
}

/** Files that a message names; `facts.paths` has all of them. */
const NAMED = 5;

/** Refuses to delete in doubt.
 * @throws DeltaError unclear-files
 */
export function checkClear(
  table: string,
  { missing = [], lookalike }: Partial<Pick<UselessFiles<unknown>, 'missing' | 'lookalike'>>,
): void {
  const refuse = (why: string, paths: readonly string[]): DeltaError =>
    new DeltaError('unclear-files', `No file of ${table} is deleted: ${why}`, { facts: { table, paths } });
  if (missing.length > 0) {
    throw refuse(
      `${missing.length} of the files that its newest version needs do not exist, so the folder may not hold the whole table, or its files may have other names: ${missing.slice(0, NAMED).join(', ')}. Find out more with check; then bring the files back, or restore the table to a version whose files exist.`,
      missing,
    );
  }
  if (lookalike) {
    throw refuse(
      `it would delete ${lookalike.key}, but the table needs ${lookalike.path}, which has the same name and may be the same file. Open the table by the address that its log uses, or rewrite its files here (optimize).`,
      [lookalike.key, lookalike.path],
    );
  }
}
