import type { TableContext } from '../context/context.ts';
import type { ObjectEntry } from '../storage/object-store.ts';

/**
 * A file that no commit names must not be deleted before it is this old by the store's clock: its writer may be about
 * to commit it. A day, because S3 dates an object by the begin of its upload, and a long job commits its first file
 * together with its last.
 */
export const SAFE_AGE_MS = 86_400_000;

/**
 * What unfinished writes have left below `prefix` and nobody has touched for a day. The process that wrote it is dead:
 * a living one does not wait a day between two pieces of one file.
 */
export async function leftoversOf(context: TableContext, prefix: string): Promise<readonly ObjectEntry[]> {
  const cutoffMs = context.clock() - SAFE_AGE_MS;
  const left: ObjectEntry[] = [];
  for await (const entry of context.store.leftovers?.(prefix) ?? [])
    if (entry.modifiedAtMs < cutoffMs) left.push(entry);
  return left;
}
