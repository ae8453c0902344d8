import type { Commit } from '../actions/actions.ts';
import type { TableContext } from '../context/context.ts';
import { DELETED_FILES, keptSince } from '../features/retention.ts';
import { readTail } from '../log/commits.ts';
import { commitKey } from '../log/names.ts';
import { replay, type TableState, withoutTombstonesBefore } from '../replay/state.ts';
import { loadState } from './load.ts';
import { Snapshot } from './snapshot.ts';

/** How many versions pass between two looks at the tombstones. */
const PRUNE_EVERY = 100;
/** A snapshot that was not compared with the log for this long is compared before the next commit. */
const STALE_MS = 60_000;

/**
 * The newest snapshot that a table object knows, kept up to date by the tail of the log alone. Changes to it run one at
 * a time, so that replay never races with itself.
 */
export class LiveSnapshot {
  readonly context: TableContext;
  /**
   * At which version, and when, a cleanup of the log last ran to its end; null before the first. Set by
   * `housekeeping/`.
   */
  logCleanedUp: { readonly version: number; readonly atMs: number } | null = null;
  /**
   * All files that were removed before this instant and may be deleted are deleted; null before the first time. Epoch
   * ms. Set by `deleteExpired`.
   */
  deletedBeforeMs: number | null = null;
  #current: Snapshot;
  #queue: Promise<unknown> = Promise.resolve();
  #background: Promise<unknown> = Promise.resolve();
  /** Pieces of work in the queue that are not done. */
  #pending = 0;
  /** When {@link current} was the newest. Epoch ms. */
  #newestAtMs: number;

  constructor(context: TableContext, current: Snapshot) {
    this.context = context;
    this.#current = current;
    this.#newestAtMs = context.clock();
  }

  /**
   * Whether a cleanup may have deleted the very next commit since the log was last read. Its name would then be free
   * again, and a commit under that name would be lost. No retention is that short.
   */
  get isStale(): boolean {
    return Math.abs(this.context.clock() - this.#newestAtMs) > STALE_MS;
  }

  get current(): Snapshot {
    return this.#current;
  }

  /** Runs `work` when all earlier work is done; only `work` may call {@link advance} and {@link refresh}. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    const result = this.#queue.then(work, work).finally(() => {
      this.#pending -= 1;
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Whether work is under way or waits for its turn. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** Resolves when all work that is queued now is done. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  /**
   * Runs `work` beside the commits, after all earlier such work. For work that follows a commit and must not delay the
   * next.
   */
  background<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#background.then(work);
    this.#background = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all {@link background} work that is queued now is done. */
  async settled(): Promise<void> {
    await this.#background;
  }

  /** Takes commits that follow the current version, in order. */
  advance(commits: readonly Commit[]): Snapshot {
    if (commits.length === 0) return this.#current;
    this.#newestAtMs = this.context.clock();
    const state = replay(this.#current.state, commits);
    const isTimeToPrune =
      Math.floor(state.version / PRUNE_EVERY) > Math.floor(this.#current.version / PRUNE_EVERY);
    return this.#move(isTimeToPrune ? this.#prune(state) : state);
  }

  #move(state: TableState): Snapshot {
    this.#current = new Snapshot(this.context, state, this.#current);
    return this.#current;
  }

  /** Forgets tombstones past their retention: a table that is rewritten all day has many. */
  #prune(state: TableState): TableState {
    const configuration = state.metadata?.configuration ?? {};
    return withoutTombstonesBefore(state, keptSince(configuration, DELETED_FILES, this.context.clock()));
  }

  /** Reads what others have committed since. */
  async refresh(): Promise<Snapshot> {
    const { store } = this.context;
    this.#newestAtMs = this.context.clock();
    const tail = await readTail(store, this.#current.version);
    if (tail.length > 0) return this.advance(tail);
    // The next commit is absent. Either ours is the newest, or log cleanup has deleted the next, and then it has
    // deleted ours too.
    if ((await store.head(commitKey(this.#current.version))) !== null) return this.#current;
    const state = await loadState(this.context);
    if (state.version > this.#current.version) this.#current = new Snapshot(this.context, state);
    return this.#current;
  }
}
