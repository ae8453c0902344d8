import { CHUNK_S } from 'contrail/wire/replay-chunk';
import type { Picture } from '../live/picture.ts';
import type { Address } from '../state/address.ts';
import { Store } from '../state/store.ts';
import { Chunks, chunkStart, type ChunkPorts } from './chunks.ts';
import {
  changed,
  formatInstant,
  instantOf,
  parseInstant,
  parseSpeed,
  rateOf,
  standing,
  type ReplayClock,
  type Speed,
} from './clock.ts';
import { Replayed } from './replayed.ts';

/** What a replay shows; null: the newest picture. */
export interface ReplayState {
  /** The instant, epoch seconds. */
  readonly at: number;
  readonly speed: Speed;
  readonly isPlaying: boolean;
  /** Why the clock stands although it is to run, or nothing is shown yet; one sentence. */
  readonly waiting: string | null;
  /** The newest picture was asked for, and has not come yet. */
  readonly isReturning: boolean;
}

/**
 * The moment whose track is asked for, epoch seconds: that of a replay, but not each of one that runs; null: the newest.
 */
export function trackMoment(state: ReplayState | null): number | null {
  if (state === null || state.isReturning) return null;
  return state.isPlaying ? chunkStart(state.at) : Math.floor(state.at);
}

/** What a replay needs. */
export interface ReplayPorts extends Omit<ChunkPorts, 'onChange'> {
  readonly picture: Picture;
  readonly address: Address;
  /** The moment of the picture that is shown while nothing is replayed, epoch seconds; null: there is none. */
  readonly newest: () => number | null;
  /** The last instant that the lake has. It lies after `newest` where that is the end of one of several recordings. */
  readonly end: () => number | null;
  /** Runs something at the next display frame. */
  readonly frame: (run: () => void) => void;
  /** The picture is of another instant. */
  readonly onPicture: (cameOrWent: boolean) => void;
  /** The live picture is left, or wanted again: then call {@link Replay.cameLive} when it has come. */
  readonly onLive: (wanted: boolean) => void;
}

/** Values in the picture follow the clock this often, ms; where aircraft are drawn follows it in every frame. */
const SHOW_EVERY_MS = 200;
/** A clock that runs is written into the address this often, ms: browsers limit that. */
const ADDRESS_EVERY_MS = 2000;
/** How far back a replay starts that is started at the newest moment of a live feed, seconds. */
const BACK_S = 600;
/** So many seconds of the clock on this page are loaded ahead. */
const AHEAD_S = 4;

/**
 * The replay of the page:
 *
 *     live ──enter──> standing <──pause, end, play──> playing ──late chunk──> held ──it came──> playing
 *       ^──frame came── returning <──live──┘
 *
 * Its instant and speed stand in the address (`t`, `speed`); an address with `t` opens standing. It runs one loop of display
 * frames while it plays.
 */
export class Replay extends Store<ReplayState | null> {
  readonly #ports: ReplayPorts;
  readonly #replayed: Replayed;
  readonly #chunks: Chunks;
  #clock: ReplayClock | null = null;
  #isReturning = false;
  #isLooping = false;
  #shown_ms = Number.NEGATIVE_INFINITY;
  #addressed_ms = Number.NEGATIVE_INFINITY;
  #written: string | null = null;

  constructor(ports: ReplayPorts) {
    super(null);
    this.#ports = ports;
    this.#replayed = new Replayed(ports.picture);
    this.#chunks = new Chunks({ ...ports, onChange: () => this.#step(true) });
    ports.address.onChange(() => this.#readAddress());
  }

  /** Opens what the address says; once, when all that hears of it is there. */
  open(): void {
    this.#readAddress();
  }

  /** The instant that the picture is of, epoch seconds; null while it is the newest. */
  instant(): number | null {
    return this.#clock === null ? null : instantOf(this.#clock, this.#ports.clock());
  }

  /** Shows an instant: enters the replay, or moves its clock, which goes on as it went. */
  seek(at: number): void {
    const end = this.#ports.end();
    this.#set({ at: Math.max(0, end === null ? at : Math.min(at, end)) });
  }

  /** Moves the clock by minutes and stops it. */
  step(minutes: number): void {
    const at = this.instant() ?? this.#ports.newest();
    if (at === null) return;
    this.pause();
    this.seek(at + minutes * 60);
  }

  setSpeed(speed: Speed): void {
    if (this.#clock === null) this.play(speed);
    else this.#set({ speed });
  }

  /**
   * Runs the clock. At the newest moment, or the end, it starts again: at `start` (epoch seconds) if that is given, else 10
   * minutes before.
   */
  play(speed?: Speed, start?: number): void {
    const newest = this.#ports.newest();
    const at = this.instant() ?? newest;
    if (at === null) return;
    const isAtEnd = Math.abs(at - (newest ?? at + 9)) <= 1 || at >= (this.#ports.end() ?? at + 9) - 1;
    const from = isAtEnd ? (start ?? at - BACK_S) : at;
    this.#set({ at: from, isPlaying: true, ...(speed === undefined ? {} : { speed }) });
  }

  /** Stops the clock, or the newest picture at its moment. */
  pause(): void {
    const at = this.instant() ?? this.#ports.newest();
    if (at !== null) this.#set({ at, isPlaying: false });
  }

  toggle(start?: number): void {
    if (this.value?.isPlaying === true || this.value === null) this.pause();
    else this.play(undefined, start);
  }

  /** Back to the newest picture; what is replayed stays on the screen until that has come. */
  live(): void {
    if (this.#clock === null || this.#isReturning) return;
    this.#clock = standing(instantOf(this.#clock, this.#ports.clock()), this.#clock.speed);
    this.#isReturning = true;
    this.#replayed.rate = 0;
    this.#chunks.clear();
    this.#write({ t: null, speed: null }, true);
    this.#tell();
    this.#ports.onLive(true);
  }

  /** The newest picture has come and has taken the place of the replayed one. */
  cameLive(): void {
    if (!this.#isReturning) return;
    this.#isReturning = false;
    this.#clock = null;
    this.#ports.picture.release();
    this.set(null);
  }

  #set(change: Parameters<typeof changed>[2]): void {
    const now = this.#ports.clock();
    if (this.#clock === null || this.#isReturning) {
      if (this.#clock === null) this.#replayed.begin();
      this.#ports.onLive(false);
      this.#isReturning = false;
      this.#clock = standing(change.at ?? 0, parseSpeed(this.#ports.address.get('speed')));
    }
    this.#clock = changed(this.#clock, now, change);
    this.#step(true);
    const at = instantOf(this.#clock, now);
    this.#write({ t: formatInstant(at), speed: String(this.#clock.speed) }, true);
    this.#loop();
  }

  #loop(): void {
    if (this.#isLooping || this.#clock?.isPlaying !== true) return;
    this.#isLooping = true;
    this.#ports.frame(() => {
      this.#isLooping = false;
      this.#step(false);
      this.#loop();
    });
  }

  /** Shows what the clock says, holds it while that has not come, and sees to what comes next. */
  #step(isDue: boolean): void {
    if (this.#clock === null || this.#isReturning) return;
    const now = this.#ports.clock();
    const newest = this.#ports.newest();
    let at = instantOf(this.#clock, now);
    const stop = newest !== null && this.#clock.at <= newest ? newest : this.#ports.end();
    const isOver = stop !== null && at > stop;
    if (isOver) {
      at = stop;
      this.#clock = changed(this.#clock, now, { at, isPlaying: false });
      this.#write({ t: formatInstant(at) }, false);
    }
    const from = chunkStart(at);
    this.#chunks.want(this.#wanted(from));
    const chunk = this.#chunks.get(from);
    const isHeld = chunk === null;
    if (isHeld !== this.#clock.isHeld) this.#clock = changed(this.#clock, now, { at, isHeld });
    if (chunk !== null && chunk.until < chunk.to && at > chunk.until) this.#chunks.refresh(from);
    this.#replayed.rate = rateOf(this.#clock);
    if (!isDue && !isOver && now - this.#shown_ms < SHOW_EVERY_MS) return;
    this.#shown_ms = now;
    this.#tell();
    if (chunk !== null)
      this.#ports.onPicture(this.#replayed.show(chunk, instantOf(this.#clock, now)) || isDue);
    if (this.#clock.isPlaying && now - this.#addressed_ms >= ADDRESS_EVERY_MS)
      this.#write({ t: formatInstant(at) }, false);
  }

  #wanted(from: number): readonly number[] {
    const { isPlaying, speed } = this.#clock ?? { isPlaying: false, speed: 1 };
    const ahead = Math.min(3, 1 + Math.floor((AHEAD_S * speed) / CHUNK_S));
    const end = this.#ports.end() ?? Number.POSITIVE_INFINITY;
    const next = isPlaying
      ? Array.from({ length: ahead }, (_, i) => from + (i + 1) * CHUNK_S)
      : [from + CHUNK_S];
    return [from, ...next.filter((start) => start <= end)];
  }

  #tell(): void {
    const clock = this.#clock;
    if (clock === null) return;
    const at = instantOf(clock, this.#ports.clock());
    const { speed, isPlaying } = clock;
    const isMissing = this.#chunks.get(chunkStart(at)) === null && !this.#isReturning;
    const waiting = isMissing ? (this.#chunks.failure ?? 'Loading that moment …') : null;
    this.set({ at, speed, isPlaying, waiting, isReturning: this.#isReturning });
  }

  #write(parameters: { t?: string | null; speed?: string | null }, isStep: boolean): void {
    this.#addressed_ms = this.#ports.clock();
    if (parameters.t !== undefined) this.#written = parameters.t;
    this.#ports.address.set(parameters, isStep ? 'range' : null);
  }

  /** Back, Forward and a pasted address move the replay; what it wrote itself does not. */
  #readAddress(): void {
    const text = this.#ports.address.get('t');
    if (text === this.#written) return;
    this.#written = text;
    const at = parseInstant(text);
    if (at === null) this.live();
    else this.#set({ at, isPlaying: false, speed: parseSpeed(this.#ports.address.get('speed')) });
  }
}
