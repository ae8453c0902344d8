import type { TableContext } from '../context/context.ts';
import { DeltaError, hasCode } from '../errors.ts';
import { type CheckpointFiles, listLog } from '../log/listing.ts';
import { SIDECAR_FOLDER } from '../log/names.ts';
import { sourceOf } from '../parquet/source.ts';
import { struct } from '../schema/types.ts';

const DAY_MS = 86_400_000;
const SIDECAR = struct({ sidecar: struct({ path: 'string' }) });

/**
 * Sidecar files that no checkpoint in the log names and that are older than a day, counted from midnight UTC: younger
 * ones may belong to a checkpoint that is being written. Empty when a checkpoint cannot be read, because it may name
 * any of them.
 * Source: Delta protocol, "Metadata Cleanup".
 */
export async function unreferencedSidecars(context: TableContext): Promise<string[]> {
  const { store } = context;
  const now = context.clock();
  const cutoff = now - (now % DAY_MS) - DAY_MS;
  const old: string[] = [];
  for await (const { key, modifiedAtMs } of store.list(SIDECAR_FOLDER))
    if (modifiedAtMs < cutoff) old.push(key);
  if (old.length === 0) return [];
  const named = new Set<string>();
  const { checkpoints } = await listLog(store);
  for (const checkpoint of checkpoints) {
    const names = await sidecarNames(context, checkpoint);
    if (names === null) return [];
    for (const name of names) named.add(name);
  }
  return old.filter((key) => !named.has(key.slice(SIDECAR_FOLDER.length)));
}

/** Whether all files of a checkpoint exist and seem readable: nothing may depend on a torn one. */
export async function isWhole(context: TableContext, checkpoint: CheckpointFiles): Promise<boolean> {
  const names = await sidecarNames(context, checkpoint);
  if (names === null) return false;
  for (const name of names) if ((await context.store.head(`${SIDECAR_FOLDER}${name}`)) === null) return false;
  return true;
}

/** File names of the sidecars of a checkpoint; null when it cannot be read. */
async function sidecarNames(context: TableContext, { keys }: CheckpointFiles): Promise<string[] | null> {
  const names: string[] = [];
  const take = (action: unknown): void => {
    const path = (action as { readonly sidecar?: { readonly path?: unknown } | null }).sidecar?.path;
    if (typeof path === 'string') names.push(path.slice(path.lastIndexOf('/') + 1));
  };
  try {
    for (const key of keys) {
      if (key.endsWith('.json')) {
        const text = new TextDecoder().decode(await context.store.get(key));
        for (const line of text.split('\n')) if (line.trim() !== '') take(JSON.parse(line));
      } else {
        const source = await sourceOf(context.store, key);
        for await (const rows of context.controlParquet.read(source, SIDECAR)) rows.forEach(take);
      }
    }
  } catch (error) {
    const isDamage = error instanceof DeltaError ? error.kind === 'corrupt' : error instanceof SyntaxError;
    if (isDamage || hasCode(error, 'object-not-found')) return null;
    throw error;
  }
  return names;
}
