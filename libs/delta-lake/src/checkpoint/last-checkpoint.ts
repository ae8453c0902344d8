import { listLog } from '../log/listing.ts';
import { checkpointKey, LAST_CHECKPOINT } from '../log/names.ts';
import { hasCode } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** What `_last_checkpoint` says. Source: Delta protocol, "Last Checkpoint File". */
export interface LastCheckpoint {
  readonly version: number;
  /** Number of actions. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly numOfAddFiles: number;
}

/** The version that `_last_checkpoint` names, or null. It is a hint: an unreadable file counts as absent. */
export async function readLastCheckpoint(store: ObjectStore): Promise<number | null> {
  let bytes: Uint8Array;
  try {
    bytes = await store.get(LAST_CHECKPOINT);
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    throw error;
  }
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : null;
    return Number.isSafeInteger(version) && (version as number) >= 0 ? (version as number) : null;
  } catch {
    // The file is torn or holds something else. The listing finds the checkpoints without it.
    return null;
  }
}

/**
 * What is wrong with `_last_checkpoint`, for readers that rely on it: it names no checkpoint, or one that is missing.
 * Null when it is right or absent. Usually two small reads.
 */
export async function lastCheckpointFault(store: ObjectStore): Promise<string | null> {
  if ((await store.head(LAST_CHECKPOINT)) === null) return null;
  const version = await readLastCheckpoint(store);
  if (version === null) return 'It does not say which checkpoint is the newest.';
  if ((await store.head(checkpointKey(version))) !== null) return null;
  // A checkpoint in parts and one of V2 have other names.
  const { checkpoints } = await listLog(store, version);
  if (checkpoints.some((checkpoint) => checkpoint.version === version)) return null;
  return `It names the checkpoint of version ${version}, which is not there.`;
}

/** Contexts of tables whose `_last_checkpoint` did not lead to a readable checkpoint when they were loaded. */
const lost = new WeakSet<object>();

/**
 * Notes that `_last_checkpoint` does not lead to a readable checkpoint; other readers may be unable to open the table.
 */
export function notePointerLost(context: object): void {
  lost.add(context);
}

/** Whether a new checkpoint is due because of {@link notePointerLost}. True once, then false again. */
export function isPointerLost(context: object): boolean {
  return lost.delete(context);
}

export async function writeLastCheckpoint(store: ObjectStore, pointer: LastCheckpoint): Promise<void> {
  await store.put(LAST_CHECKPOINT, JSON.stringify(pointer));
}
