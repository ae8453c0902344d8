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
  /** Live files, as the log has them, that are nowhere to be found. */
  readonly missing: readonly string[];
  /**
   * A useless file that has the name of a needed one that lies elsewhere: they may be one, under two names that nobody
   * can compare (a folder that another machine shares, a store that has two addresses).
   */
  readonly lookalike: { readonly key: string; readonly path: string } | null;
}

/**
 * Tells which files nobody needs, and compares them as places, however they are written: by keys in one spelling, and
 * where the store knows objects by more than their keys (a disk with its links), by what it knows. `mayHave`: whether the
 * store has a key, as far as somebody has listed it.
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

/** What becomes of needed files that do not lie in the table's folder by their names. */
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
      // Another place of a store without links is another place.
      if (!store.places) continue;
      disk = store;
      onDisk.set(key, path);
    } catch (error) {
      if (!hasCode(error, 'unsupported-feature')) throw error;
      // A store that cannot be asked: of the table's own kind names decide, of another one nothing is known.
      if (isLive && schemeOf(absolutePath(url, path)) !== schemeOf(url)) missing.push(path);
    }
  }
  const places = (await disk?.places?.([...onDisk.keys()])) ?? new Map<string, ObjectPlaceFacts>();
  for (const [key, path] of onDisk)
    if (needed.elsewhere.get(path) === true && !places.has(key)) missing.push(path);
  return { places: [...places.values()], missing };
}

const schemeOf = (address: string): string => /^[a-z][a-z0-9+.-]*(?=:)/.exec(address)?.[0] ?? 'file';

/** Live files that a listing does not have: it may have begun before they came, or left out hidden names. */
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

/**
 * Refuses to delete in doubt.
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
      `${missing.length} of the files that its newest version needs cannot be found, so the folder may not be the whole table, or its files may lie there under other names: ${missing.slice(0, NAMED).join(', ')}. Look into it with check; bring the files back, or restore the table to a version whose files are there.`,
      missing,
    );
  }
  if (lookalike) {
    throw refuse(
      `the file ${lookalike.key} would go, and the table needs ${lookalike.path}, which has the same name; whether they are one file cannot be told. Open the table by the address that its log has, or rewrite its files here (optimize).`,
      [lookalike.key, lookalike.path],
    );
  }
}
