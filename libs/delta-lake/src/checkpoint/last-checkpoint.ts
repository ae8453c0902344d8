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

/** The version that `_last_checkpoint` names, or null. It is a hint: missing or unreadable, it is as if absent. */
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
    // Torn or overwritten with something else: the listing finds the checkpoints without it.
    return null;
  }
}

/**
 * What is wrong with `_last_checkpoint`, for readers who rely on it: it names a checkpoint that is not there, or nothing;
 * null when it is right, or absent. Usually two small reads.
 */
export async function lastCheckpointFault(store: ObjectStore): Promise<string | null> {
  if ((await store.head(LAST_CHECKPOINT)) === null) return null;
  const version = await readLastCheckpoint(store);
  if (version === null) return 'It does not say which checkpoint is the newest.';
  if ((await store.head(checkpointKey(version))) !== null) return null;
  // In parts, or of the second kind, it has other names.
  const { checkpoints } = await listLog(store, version);
  if (checkpoints.some((checkpoint) => checkpoint.version === version)) return null;
  return `It names the checkpoint of version ${version}, which is not there.`;
}

/** Tables whose pointer led to no checkpoint when they were loaded, by their contexts. */
const lost = new WeakSet<object>();

/** Notes that the pointer of a table leads to no checkpoint that can be read; other readers may then not open it. */
export function notePointerLost(context: object): void {
  lost.add(context);
}

/** Whether a new checkpoint is due because the pointer is lost; asked once, and said once. */
export function isPointerLost(context: object): boolean {
  return lost.delete(context);
}

export async function writeLastCheckpoint(store: ObjectStore, pointer: LastCheckpoint): Promise<void> {
  await store.put(LAST_CHECKPOINT, JSON.stringify(pointer));
}
