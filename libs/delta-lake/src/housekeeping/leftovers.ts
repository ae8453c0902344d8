import type { TableContext } from '../context/context.ts';
import type { ObjectEntry } from '../storage/object-store.ts';
import { SAFE_AGE_MS } from '../transaction/added-files.ts';

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
