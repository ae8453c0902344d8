import type { Engine } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import type { TableSnapshot } from '../watch/lake-tables.ts';
import type { TableEvent } from '../watch/lake-watch.ts';
import type { LiveHub } from './live-hub.ts';
import type { Sighting } from './picture.ts';
import { CONTACT_LOST_S } from './heard.ts';
import { newestOf, recordedUntil } from './recording.ts';
import { readSightings, START_WINDOW_S, startingRead } from './silver-rows.ts';

type TableChanges = Extract<TableEvent, { readonly kind: 'commit' }>;

/**
 * Turns events of Silver into ticks of the picture: a new table starts a new picture, a commit adds the rows of its
 * files, and a commit that removes rows of the picture starts a new one from the remaining rows. One that removes or
 * rewrites only older rows, as a rebuild does day by day, changes nothing. After a failed read, the next
 * event reads the snapshot again, so that rows are only missing while the failure lasts.
 */
export class SilverReader {
  readonly #hub: LiveHub;
  readonly #engine: Engine;
  readonly #sql: string;
  readonly #signal: AbortSignal;
  /** Read from this snapshot first: the last read did not succeed. */
  #owed: TableSnapshot | null = null;
  /** The snapshot of the event before: only it tells how old the rows of a removed file are. */
  #before: TableSnapshot | null = null;
  /** Whether this server has shown a picture: until then pages may have one of the server before. */
  #hasShown = false;

  /** `sql` is `queries/newest-sightings.sql`; the signal ends a running read. */
  constructor(hub: LiveHub, engine: Engine, sql: string, signal: AbortSignal) {
    this.#hub = hub;
    this.#engine = engine;
    this.#sql = sql;
    this.#signal = signal;
  }

  /** @throws whatever the engine throws; the rows are then read at the next call. */
  async take(event: TableEvent): Promise<void> {
    const before = this.#before;
    if (event.kind === 'gone') this.#before = null;
    else if (event.kind === 'opened' || event.kind === 'commit') this.#before = event.snapshot;
    switch (event.kind) {
      case 'gone':
        this.#owed = null;
        this.#hub.reset();
        this.#show([]);
        return;
      case 'opened':
        // For the first table of a server the picture is empty and needs no new number.
        if (this.#hub.picture.eventTime !== null) this.#hub.reset();
        this.#owed = event.snapshot;
        return this.#pay();
      case 'commit': {
        // Rows were deleted or changed: the old ones must not stay in the picture.
        if (this.#areShown(event.removes, before)) {
          this.#hub.reset();
          this.#owed = event.snapshot;
          return this.#pay();
        }
        if (this.#owed !== null) {
          this.#owed = event.snapshot;
          return this.#pay();
        }
        // A newer recording is not always the one to show: that follows from the table as a whole.
        const until = recordedUntil(event.snapshot.files(), this.#hub.now_s());
        if (until !== null) {
          if ((this.#hub.picture.eventTime ?? until) > until) this.#hub.reset();
          this.#owed = event.snapshot;
          return this.#pay();
        }
        const { eventTime } = this.#hub.picture;
        // At most this time before now: the clock may have been ahead when the newest rows came.
        const since = Math.min(eventTime ?? CONTACT_LOST_S, this.#hub.now_s()) - CONTACT_LOST_S;
        // Compaction only rewrites known rows, and a rebuild old ones.
        const files = event.adds.filter((file) => file.dataChange && (newestOf(file) ?? since) >= since);
        this.#owed = event.snapshot;
        await this.#read(event.snapshot, { files, since, until });
        return;
      }
      case 'idle':
        await this.#pay();
        // There is no table yet: an empty picture is the true one.
        if (!this.#hub.isReady) this.#show([]);
        return;
      case 'failed':
        return;
    }
  }

  /** Whether removed files may hold rows of the picture. In doubt they do. */
  #areShown(removes: TableChanges['removes'], before: TableSnapshot | null): boolean {
    const removed = new Set(removes.filter(({ dataChange }) => dataChange).map(({ path }) => path));
    if (removed.size === 0) return false;
    const { eventTime } = this.#hub.picture;
    if (eventTime === null || before === null) return true;
    const since = Math.min(eventTime, this.#hub.now_s()) - START_WINDOW_S;
    const known = before.files().filter(({ path }) => removed.has(path));
    return known.length < removed.size || known.some((file) => (newestOf(file) ?? since) >= since);
  }

  async #pay(): Promise<void> {
    if (this.#owed !== null) await this.#read(this.#owed, startingRead(this.#owed, this.#hub.now_s()));
  }

  #show(sightings: readonly Sighting[]): void {
    this.#hasShown = true;
    this.#hub.apply(sightings);
  }

  async #read(snapshot: TableSnapshot, what: ReturnType<typeof startingRead>): Promise<void> {
    const now_s = this.#hub.now_s();
    const read = { snapshot, ...what, now_s, signal: this.#signal };
    try {
      const sightings = await readSightings(this.#engine, this.#sql, read);
      this.#owed = null;
      this.#show(sightings);
    } catch (error) {
      // Let pages drop what the picture has forgotten now, even if the read fails, and all of a table that must not be read. Of one
      // that was not read yet they keep what they have.
      const isRefused = error instanceof ContrailError && error.kind === 'unsupported';
      if (this.#hasShown || isRefused) this.#show([]);
      throw error;
    }
  }
}
