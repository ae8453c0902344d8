import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ContrailError } from '../../errors.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import { encodeChunk } from '../../wire/replay-chunk.ts';
import type { LakeTables } from '../watch/lake-tables.ts';
import type { LazyEngine } from './lazy-engine.ts';
import { filesOf, readChunk, type Stretch } from './read-chunk.ts';

/** Compressed chunks that are kept, bytes. */
export const KEPT_BYTES: number = 32 * 2 ** 20;
/** Chunks that may wait for the engine; more are refused. */
export const MOST_WAITING = 8;
/** The longest stretch of one chunk, seconds. */
export const MOST_S = 900;
/** A stretch that still fills is read again for the same files after this, seconds. */
const FRESH_S = 5;

const compress = promisify(gzip);

/** What chunks are made from. */
export interface ChunkSources {
  readonly tables: LakeTables;
  readonly engine: LazyEngine;
  /** `queries/replay.sql`. */
  readonly sql: string;
  /** Epoch milliseconds UTC. */
  readonly clock: () => number;
  /** Ends what is being read. */
  readonly signal: AbortSignal;
}

/** Makes chunks, and keeps the newest of them compressed: each is made once for all pages. */
export class ReplayChunks {
  readonly #sources: ChunkSources;
  readonly #kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  #bytes = 0;
  #waiting = 0;

  constructor(sources: ChunkSources) {
    this.#sources = sources;
  }

  /**
   * What the chunk of a stretch is made of, as an entity tag: its data files, and the time while it still fills. A chunk of the
   * past keeps its tag until somebody changes or compacts its files.
   * @throws ContrailError `invalid` / `nothing-to-replay` where there is no table.
   */
  tag(stretch: Stretch): string {
    const { clock } = this.#sources;
    const hash = createHash('sha256').update(`${stretch.from} ${stretch.to}`);
    // A file whose rows somebody deleted by a vector keeps its path.
    for (const file of filesOf(this.#snapshot(), stretch)
      .map(({ path, deletionVector }) => JSON.stringify([path, deletionVector ?? null]))
      .sort())
      hash.update(`\n${file}`);
    const isOpen = clock() / 1000 < stretch.to;
    if (isOpen) hash.update(`\n${Math.floor(clock() / 1000 / FRESH_S)}`);
    return `"${hash.digest('base64url').slice(0, 22)}"`;
  }

  /**
   * The chunk of a stretch, compressed with gzip.
   * @throws ContrailError `invalid` / `nothing-to-replay`; `unavailable` / `replay-busy`; `unsupported` / `table-feature`; what the
   * engine throws
   */
  async get(stretch: Stretch, tag: string): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#kept.get(tag);
    if (known !== undefined) {
      // The one that was not asked for the longest is dropped first.
      this.#kept.delete(tag);
      this.#kept.set(tag, known);
      return known;
    }
    if (this.#waiting >= MOST_WAITING) {
      throw new ContrailError(
        'replay-busy',
        `${MOST_WAITING} stretches of the past are being read for other pages; this one is asked for again.`,
      );
    }
    const made = this.#make(stretch);
    this.#kept.set(tag, made);
    try {
      this.#bytes += (await made).length;
      await this.#forget(tag);
    } catch (error) {
      this.#kept.delete(tag);
      throw error;
    }
    return made;
  }

  async #make(stretch: Stretch): Promise<Uint8Array<ArrayBuffer>> {
    const { engine, sql, clock, signal } = this.#sources;
    const snapshot = this.#snapshot();
    this.#waiting += 1;
    try {
      const read = { ...stretch, snapshot, files: filesOf(snapshot, stretch), now_s: clock() / 1000, signal };
      const chunk = await engine.use((open) => readChunk(open, sql, read));
      return new Uint8Array(await compress(encodeChunk(chunk), { level: 3 }));
    } finally {
      this.#waiting -= 1;
    }
  }

  async #forget(newest: string): Promise<void> {
    for (const [tag, bytes] of this.#kept) {
      if (this.#bytes <= KEPT_BYTES || tag === newest) return;
      this.#kept.delete(tag);
      this.#bytes -= (await bytes.catch(() => null))?.length ?? 0;
    }
  }

  #snapshot(): NonNullable<ReturnType<LakeTables['get']>> {
    const snapshot = this.#sources.tables.get(SILVER_FLIGHTS.name);
    if (snapshot !== null) return snapshot;
    throw new ContrailError(
      'nothing-to-replay',
      `There is no table ${SILVER_FLIGHTS.name} yet, so nothing can be replayed. It comes with the first positions.`,
    );
  }
}
