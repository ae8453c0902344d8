import type { TrackAnswer } from 'contrail/dashboard/protocol';
import { Refused } from '../api/request.ts';
import { assembleTrack, type Track, type TrackPoint } from './track.ts';
import type { Later } from '../state/later.ts';
import { Store } from '../state/store.ts';
import { pointsOf } from './points.ts';

/** The track of one aircraft, as far as it has come. */
export interface Flown {
  /** Whose it is; null: of nobody. */
  readonly icao24: string | null;
  /** The moment whose flight it is, epoch seconds; null: now. */
  readonly at: number | null;
  /** Null before it has come. */
  readonly answer: TrackAnswer | null;
  /** The answer and what was heard since, sorted for drawing. */
  readonly track: Track | null;
  /** Why the last request failed, one sentence; null after a success. */
  readonly error: string | null;
}

/** What the store needs from outside. */
export interface TrackPorts {
  /** Rejects with {@link Refused} where asking again does not help. */
  readonly ask: (path: string, signal: AbortSignal) => Promise<TrackAnswer>;
  readonly later: Later;
}

/**
 * Between two requests, ms. The page adds the positions that it hears of in between, so a table that gets a commit each
 * second does not send a whole flight each second.
 */
export const REST_MS = 30_000;

const NOBODY: Flown = { icao24: null, at: null, answer: null, track: null, error: null };

/**
 * The track of the chosen aircraft, as the server has it. It asks while something shows it ({@link watch}): when another aircraft
 * or moment is chosen, and after commits of the table that it comes from, which change a track of now alone. An old
 * answer is kept until the new one has come, unless it is of something else or the server refuses.
 */
export class TrackStore extends Store<Flown> {
  readonly #ports: TrackPorts;
  #watchers = 0;
  #running: AbortController | null = null;
  #endRest: (() => void) | null = null;
  /** The table has changed since the last request, or nothing was asked for yet. */
  #isBehind = true;
  /** Of the track, in the order of time. */
  #points: TrackPoint[] = [];

  constructor(ports: TrackPorts) {
    super(NOBODY);
    this.#ports = ports;
  }

  /** Something shows the track from now on; answers a function that ends that. */
  watch(): () => void {
    this.#watchers += 1;
    this.#askIfBehind();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#stop();
    };
  }

  /** Wants the flight of an aircraft now, or at a moment, epoch seconds; null: of none. */
  choose(icao24: string | null, at: number | null = null): void {
    const { answer } = this.value;
    if (icao24 === this.value.icao24 && at === this.value.at) return;
    // A replay goes on over the flight that is there.
    if (icao24 === this.value.icao24 && at !== null && isOn(answer?.flight ?? null, at)) {
      this.set({ ...this.value, at });
      return;
    }
    this.#stop();
    this.#isBehind = true;
    this.#points = [];
    this.set({ ...NOBODY, icao24, at });
    this.#askIfBehind();
  }

  /** The table has a new version. */
  committed(): void {
    if (this.value.at !== null) return;
    this.#isBehind = true;
    this.#askIfBehind();
  }

  /** A position of it has come: it goes on the end of a track of now, where it is newer than that. */
  heard(point: TrackPoint): void {
    const { at, track } = this.value;
    if (at !== null || track === null || point.time <= (this.#points.at(-1)?.time ?? 0)) return;
    this.#points.push(point);
    this.set({ ...this.value, track: assembleTrack(this.#points) });
  }

  /** Asks again at once. */
  reload(): void {
    this.#stop();
    this.#isBehind = true;
    this.#askIfBehind();
  }

  /** Gives up a request that runs: its answer is not wanted. */
  #stop(): void {
    if (this.#running !== null) this.#isBehind = true;
    this.#running?.abort();
    this.#running = null;
    this.#endRest?.();
    this.#endRest = null;
  }

  #askIfBehind(): void {
    const { icao24, at } = this.value;
    const isBusy = this.#running !== null || this.#endRest !== null;
    if (icao24 === null || this.#watchers === 0 || !this.#isBehind || isBusy) return;
    this.#isBehind = false;
    if (!isAddress(icao24)) {
      this.set({ ...this.value, error: `${icao24} is not the address of an aircraft.` });
      return;
    }
    const running = new AbortController();
    this.#running = running;
    const ifWanted =
      <T>(take: (value: T) => void) =>
      (value: T): void => {
        if (this.#running !== running) return;
        this.#running = null;
        this.#rest();
        take(value);
      };
    const path = `api/aircraft/${icao24.toLowerCase()}/track${at === null ? '' : `?at=${at}`}`;
    this.#ports.ask(path, running.signal).then(
      ifWanted((answer: TrackAnswer) => {
        const points = pointsOf(answer);
        const newest = points.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
        // What was heard while the request was under way, and is not in the table yet.
        this.#points = [...points, ...this.#points.filter(({ time }) => time > newest)];
        this.set({ ...this.value, answer, track: assembleTrack(this.#points), error: null });
      }),
      ifWanted((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        const isRefused = error instanceof Refused;
        if (isRefused) this.#points = [];
        const kept = isRefused ? { answer: null, track: null } : {};
        this.set({ ...this.value, ...kept, error: message });
      }),
    );
  }

  #rest(): void {
    this.#endRest = this.#ports.later(() => {
      this.#endRest = null;
      this.#askIfBehind();
    }, REST_MS);
  }
}

/** Whether a moment is of a flight. */
function isOn(flight: TrackAnswer['flight'], at: number): boolean {
  return flight !== null && at >= flight.from && at <= flight.to;
}

/** Whether a text is an icao24, or a non-ICAO address. The server refuses any other. */
function isAddress(icao24: string): boolean {
  return /^~?[0-9a-f]{6}$/i.test(icao24);
}
