import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type AddFile, type Changes, type DeltaTable, hasCode } from '@contrail/delta-lake';
import type { TableSnapshot } from './lake-tables.ts';

/** How often a table's log is checked. On a local disk, a change is noticed at once. */
export const POLL_MS = 1000;
/** The same for a store on the network, which reports no changes and takes three requests for each check. */
export const REMOTE_POLL_MS = 2000;
/** How many commits are reported one by one; with more, the table is reported as new. The log keeps a few more. */
export const MAX_COMMITS_TOLD = 50;

/** One thing that happened to a table. */
export type TableEvent =
  /** The table is new, is another one than before, or has too many new commits: start from the snapshot. */
  | { readonly kind: 'opened'; readonly snapshot: TableSnapshot }
  /** The commit after the last reported one. `snapshot` is the newest version and may be ahead of `version`. */
  | {
      readonly kind: 'commit';
      readonly version: number;
      readonly adds: readonly AddFile[];
      readonly removes: Changes['removes'];
      readonly snapshot: TableSnapshot;
    }
  /** The table no longer exists. */
  | { readonly kind: 'gone' }
  /** The table could not be read; the watch tries again. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The table was read, and everything was reported. */
  | { readonly kind: 'idle' };

/** What the watch asks of a table. */
export type WatchedTable = Pick<DeltaTable, 'commitStamp'> & {
  snapshot(): Promise<TableSnapshot>;
  changes(version: number): Promise<Pick<Changes, 'adds' | 'removes'>>;
};

/** What the watch of one table works with. */
export interface TableWatch {
  /** Where the table is, or will be: `file:///data/lake/silver/flights`, `s3://bucket/silver/flights`. */
  readonly url: string;
  /** Opens the present table; null if there is none (yet). Anything that it throws is reported as `failed`. */
  readonly open: () => Promise<WatchedTable | null>;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

/**
 * Follows one table: yields what happened, in order, each commit once, until the signal fires. It waits for a
 * table that does not exist yet. A table that was deleted and created again, even with as many versions, is reported as
 * `opened`. The next check begins when the consumer asks for more, so a slow consumer is never overrun.
 */
export async function* watchTable({
  url,
  open,
  signal,
  pollMs = url.startsWith('s3:') ? REMOTE_POLL_MS : POLL_MS,
}: TableWatch): AsyncGenerator<TableEvent> {
  await using calls = new LogCalls(url, signal, pollMs);
  let table: WatchedTable | null = null;
  let told: { readonly id: string; readonly version: number; readonly stamp: string | null } | null = null;
  while (!signal.aborted) {
    // Listen before reading: a commit during the read then triggers another one.
    await calls.listen();
    try {
      if (table !== null && told !== null && (await table.commitStamp(told.version)) !== told.stamp)
        table = null;
      table ??= await open();
      if (table === null) {
        if (told !== null) yield { kind: 'gone' };
        told = null;
      } else {
        const snapshot: TableSnapshot = await table.snapshot();
        // Before the yield: the consumer may take long, and the table may be another one by then.
        const stamp: string | null = await table.commitStamp(snapshot.version);
        const isSame: boolean =
          told !== null && told.id === snapshot.metadata.id && told.version <= snapshot.version;
        const from: number = isSame ? (told?.version ?? 0) + 1 : Number.POSITIVE_INFINITY;
        if (!isSame || snapshot.version - from >= MAX_COMMITS_TOLD) yield { kind: 'opened', snapshot };
        else {
          for (let version = from; version <= snapshot.version; version++) {
            const changes = await changesOf(table, version);
            if (changes === null) {
              yield { kind: 'opened', snapshot };
              break;
            }
            const { adds, removes } = changes;
            yield { kind: 'commit', version, adds, removes, snapshot };
          }
        }
        const { version, metadata } = snapshot;
        told = { id: metadata.id, version, stamp };
      }
      yield { kind: 'idle' };
    } catch (error) {
      // The table may have been deleted during the read: start again.
      table = null;
      yield { kind: 'failed', error };
    }
    await calls.next();
  }
}

/** What a commit did; null if the log no longer has it, for example after this machine was asleep. */
async function changesOf(
  table: WatchedTable,
  version: number,
): Promise<Pick<Changes, 'adds' | 'removes'> | null> {
  try {
    return await table.changes(version);
  } catch (error) {
    if (hasCode(error, 'no-such-version')) return null;
    throw error;
  }
}

/** Resolves {@link LogCalls.next} when the log's folder changes (local disk) or after a while. */
class LogCalls implements AsyncDisposable {
  readonly #directory: string | null;
  readonly #signal: AbortSignal;
  readonly #pollMs: number;
  #watcher: FSWatcher | null = null;
  #watched: bigint | null = null;
  #hasCalled = false;
  #wake: (() => void) | null = null;
  readonly #onAbort = (): void => this.#wake?.();

  constructor(url: string, signal: AbortSignal, pollMs: number) {
    this.#directory = url.startsWith('file:') ? `${fileURLToPath(url)}/_delta_log` : null;
    this.#signal = signal;
    this.#pollMs = pollMs;
    signal.addEventListener('abort', this.#onAbort);
  }

  /** Makes sure that it listens to the present folder, which may have been deleted and created again. */
  async listen(): Promise<void> {
    this.#hasCalled = false;
    if (this.#directory === null) return;
    const inode = await stat(this.#directory, { bigint: true }).then(
      ({ ino }) => ino,
      () => null,
    );
    if (inode === this.#watched && this.#watcher !== null) return;
    this.#watcher?.close();
    this.#watcher = null;
    this.#watched = inode;
    if (inode === null) return;
    const call = (): void => {
      this.#hasCalled = true;
      this.#wake?.();
    };
    try {
      this.#watcher = watch(this.#directory, call);
      this.#watcher.on('error', call);
    } catch {
      // Best effort: no inotify watches are left, or the file system has none. Polling goes on.
      this.#watched = null;
    }
  }

  async next(): Promise<void> {
    if (this.#hasCalled || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#pollMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#watcher?.close();
  }
}
