import type { TableContext } from '../context/context.ts';
import type { ObjectEntry } from '../storage/object-store.ts';

/**
 * Files that no commit names are nobody's to delete until they are this old, by the clock of the store: their writer may be
 * about to commit them. A day, because the time of an object on S3 is when its upload began, and a long job commits
 * its first file with its last.
 */
export const SAFE_AGE_MS = 86_400_000;

/**
 * What writes that never ended have left in the table's folder, below `prefix`, and nobody has touched for a day: a
 * killed process cannot have it any more, and none that lives takes a day between two pieces of one file.
 */
export async function leftoversOf(context: TableContext, prefix: string): Promise<readonly ObjectEntry[]> {
  const cutoffMs = context.clock() - SAFE_AGE_MS;
  const left: ObjectEntry[] = [];
  for await (const entry of context.store.leftovers?.(prefix) ?? [])
    if (entry.modifiedAtMs < cutoffMs) left.push(entry);
  return left;
}
