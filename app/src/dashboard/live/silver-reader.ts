import type { Engine } from '../../engine/engine.ts';
import type { LakeSnapshot } from '../lake-tables.ts';
import type { TableEvent } from '../lake-watch.ts';
import type { LiveHub } from './live-hub.ts';
import { CONTACT_LOST_S } from './heard.ts';
import { readSightings, startingRead } from './silver-rows.ts';

/**
 * Turns events of Silver into ticks of the picture: a new table starts a new picture, a commit adds its files' rows.
 * When a read fails, what it should have brought is read again from the snapshot at the next event, so no row is lost
 * to the picture for longer than the trouble lasts.
 */
export class SilverReader {
  readonly #hub: LiveHub;
  readonly #engine: Engine;
  readonly #sql: string;
  readonly #signal: AbortSignal;
  /** Read from this snapshot first: the last read did not succeed. */
  #owed: LakeSnapshot | null = null;

  /** `sql` is `queries/newest-sightings.sql`; the signal ends a running read. */
  constructor(hub: LiveHub, engine: Engine, sql: string, signal: AbortSignal) {
    this.#hub = hub;
    this.#engine = engine;
    this.#sql = sql;
    this.#signal = signal;
  }

  /** @throws whatever the engine throws; the rows are then owed, and read at the next call. */
  async take(event: TableEvent): Promise<void> {
    switch (event.kind) {
      case 'gone':
        this.#owed = null;
        this.#hub.reset();
        return;
      case 'opened':
        // The first table of a server comes to an empty picture, which needs no new number.
        if (this.#hub.picture.eventTime !== null) this.#hub.reset();
        this.#owed = event.snapshot;
        return this.#pay();
      case 'commit': {
        if (this.#owed !== null) {
          this.#owed = event.snapshot;
          return this.#pay();
        }
        // Compaction rewrites rows that are known.
        const files = event.adds.filter((file) => file.dataChange);
        const { eventTime } = this.#hub.picture;
        // Not after now less that time: the clock may have been ahead when the newest rows came.
        const since = Math.min(eventTime ?? CONTACT_LOST_S, this.#hub.now_s()) - CONTACT_LOST_S;
        this.#owed = event.snapshot;
        await this.#read(event.snapshot, { files, since });
        return;
      }
      case 'idle':
        return this.#pay();
      case 'failed':
        return;
    }
  }

  async #pay(): Promise<void> {
    if (this.#owed !== null) await this.#read(this.#owed, startingRead(this.#owed, this.#hub.now_s()));
  }

  async #read(snapshot: LakeSnapshot, what: ReturnType<typeof startingRead>): Promise<void> {
    const sightings = await readSightings(this.#engine, this.#sql, {
      snapshot,
      ...what,
      now_s: this.#hub.now_s(),
      signal: this.#signal,
    });
    this.#owed = null;
    this.#hub.apply(sightings);
  }
}
