import { CHUNK_S, decodeChunk, type ReplayChunk } from 'contrail/wire/replay-chunk';

/** What the chunks need. */
export interface ChunkPorts {
  /** The bytes of a stretch of event time, epoch seconds. It throws an Error whose message can be shown. */
  readonly load: (from: number, to: number, signal: AbortSignal) => Promise<ArrayBuffer>;
  /** A clock that never goes back, ms. */
  readonly clock: () => number;
  /** Runs something later; answers a function that prevents it. */
  readonly later: (run: () => void, delay_ms: number) => () => void;
  /** A chunk has come, or could not be had. */
  readonly onChange: () => void;
}

/** Chunks that are kept. */
const KEPT = 5;
/** Requests at the same time: the one that is waited for, and one ahead. */
const AT_ONCE = 2;
/** A chunk that could not be had is asked for again after this, ms. */
export const AGAIN_MS = 3000;
/** A chunk of a stretch that still fills is asked for again after this, ms, when it is to show what it lacks. */
export const REFRESH_MS = 5000;

/** While a person drags the moment over many chunks, only where it rests so long is one asked for, ms. */
export const SETTLED_MS = 150;

const BROKEN = 'The server answered something that is no chunk of a replay: reload the page.';

/** Where the chunk begins that holds an instant, epoch seconds. */
export function chunkStart(at: number): number {
  return Math.floor(at / CHUNK_S) * CHUNK_S;
}

/** The chunks that a replay shows and will show next, by where they begin. */
export class Chunks {
  /** Why the last one that was asked for could not be had, one sentence; null after a success. */
  failure: string | null = null;
  readonly #ports: ChunkPorts;
  readonly #kept = new Map<number, { readonly chunk: ReplayChunk; readonly loaded_ms: number }>();
  readonly #loading = new Map<number, AbortController>();
  #wanted: readonly number[] = [];
  #cancelRetry = (): void => {};
  #cancelNext = (): void => {};
  #wanted_ms = Number.NEGATIVE_INFINITY;
  #isRetrying = false;

  constructor(ports: ChunkPorts) {
    this.#ports = ports;
  }

  /** The chunk that begins there, if it has come. */
  get(from: number): ReplayChunk | null {
    return this.#kept.get(from)?.chunk ?? null;
  }

  /** These are needed, the most urgent first; requests for others end. */
  want(starts: readonly number[]): void {
    if (starts.length === this.#wanted.length && starts.every((from, i) => from === this.#wanted[i])) return;
    this.#wanted = starts;
    for (const [from, request] of this.#loading) {
      if (starts.includes(from)) continue;
      this.#loading.delete(from);
      request.abort();
    }
    const now = this.#ports.clock();
    const isHasty = now - this.#wanted_ms < SETTLED_MS;
    this.#wanted_ms = now;
    this.#cancelNext();
    if (isHasty) this.#cancelNext = this.#ports.later(() => this.#next(), SETTLED_MS);
    else this.#next();
  }

  /** An instant is to be shown that a chunk was made too early for: it is asked for again, not too often. */
  refresh(from: number): void {
    const kept = this.#kept.get(from);
    if (kept === undefined || this.#ports.clock() - kept.loaded_ms < REFRESH_MS) return;
    if (!this.#loading.has(from) && this.#loading.size < AT_ONCE) void this.#load(from);
  }

  /** Ends all requests and forgets all chunks. */
  clear(): void {
    this.want([]);
    this.#cancelRetry();
    this.#cancelNext();
    this.#wanted_ms = Number.NEGATIVE_INFINITY;
    this.#isRetrying = false;
    this.#kept.clear();
    this.failure = null;
  }

  #next(): void {
    if (this.#isRetrying) return;
    for (const from of this.#wanted) {
      if (this.#loading.size >= AT_ONCE) return;
      if (!this.#kept.has(from) && !this.#loading.has(from)) void this.#load(from);
    }
  }

  async #load(from: number): Promise<void> {
    const request = new AbortController();
    this.#loading.set(from, request);
    try {
      const bytes = await this.#ports.load(from, from + CHUNK_S, request.signal);
      const chunk = decodeChunk(bytes);
      if (chunk === null) throw new Error(BROKEN);
      if (this.#loading.get(from) !== request) return;
      this.#keep(from, chunk);
      this.failure = null;
    } catch (error) {
      if (this.#loading.get(from) !== request) return;
      this.failure = error instanceof Error ? error.message : String(error);
      this.#isRetrying = true;
      this.#cancelRetry = this.#ports.later(() => {
        this.#isRetrying = false;
        this.#next();
      }, AGAIN_MS);
    }
    this.#loading.delete(from);
    this.#next();
    this.#ports.onChange();
  }

  #keep(from: number, chunk: ReplayChunk): void {
    this.#kept.delete(from);
    this.#kept.set(from, { chunk, loaded_ms: this.#ports.clock() });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) return;
      if (!this.#wanted.includes(oldest)) this.#kept.delete(oldest);
    }
  }
}
