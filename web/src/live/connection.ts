import type {
  ClientMessage,
  CountriesAnswer,
  ServerMessage,
  StatusAnswer,
} from 'contrail/dashboard/protocol';
import { decodeFrame } from 'contrail/wire/decode';
import { WIRE_VERSION, type Frame } from 'contrail/wire/frame';
import type { Picture } from './picture.ts';

/**
 * The live connection.
 *
 *     connecting ──open──> open ──closed, silent──> retrying ──retry time──> connecting
 *         └────closed, no answer────────────────────────^
 *
 * While `retrying` for the second time and later the picture is polled (`snapshot.bin`), so that the page still shows
 * aircraft, and says so, if the network blocks WebSockets. The picture stays on the screen in every state.
 */
export type Link =
  | {
      readonly kind: 'connecting';
      readonly attempt: number;
      /** True while polling brings positions instead of the socket; false if it brings none. */
      readonly polling: boolean;
    }
  | { readonly kind: 'open' }
  | {
      readonly kind: 'retrying';
      /** How many attempts have failed since the last success, from 1. */
      readonly attempt: number;
      /** When the next attempt starts, on the connection's own clock, ms. */
      readonly retryAt_ms: number;
      readonly polling: boolean;
    };

/** The events of a socket. `closed` is the last one. */
export interface SocketEvents {
  readonly opened: () => void;
  readonly message: (data: unknown) => void;
  readonly closed: () => void;
}

/** The part of a socket that is used here. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

/** What the connection needs, and its callbacks. */
export interface ConnectionPorts {
  readonly picture: Picture;
  /** Binary messages must come as `ArrayBuffer`. */
  readonly openSocket: (events: SocketEvents) => Socket;
  readonly fetch: typeof globalThis.fetch;
  /** A clock that never goes back, ms. */
  readonly clock: () => number;
  /** Runs something later; answers a function that cancels it. */
  readonly later: (run: () => void, delay_ms: number) => () => void;
  /** 0..1, spreads the retries of many pages. */
  readonly random: () => number;
  readonly onLink: (link: Link) => void;
  /** After a frame was applied; `cameOrWent` when the set of aircraft changed. */
  readonly onFrame: (frame: Frame, cameOrWent: boolean) => void;
  readonly onMessage: (message: ServerMessage) => void;
  /** The server speaks another version of the frames than this page: one sentence on what to do. */
  readonly onRefused: (words: string) => void;
}

/** Waits between attempts, ms, before up to a quarter is added. */
export const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000] as const;
/**
 * The server sends something at least every 5 s; after three times that without a message the connection counts as
 * dead.
 */
export const SILENCE_MS = 15_000;
/** An attempt that has not opened within this time has failed. */
export const OPEN_WITHIN_MS = 4000;
/** Between two polls of the fallback. */
export const POLL_MS = 5000;
/** Failed attempts after which polling begins. */
export const POLL_AFTER_ATTEMPTS = 2;

/** Said where frames come in another version without a word of the server: it is older than the page. */
const FOREIGN = 'This page and its server are of different versions: reload the page.';

/** Keeps `picture` equal to the server's, over WebSocket or by polling, until `close`. */
export class LiveConnection {
  readonly #ports: ConnectionPorts;
  #socket: Socket | null = null;
  /** Counts sockets, so that a late event of an old socket is not taken for one of the new socket. */
  #generation = 0;
  #attempt = 0;
  #polling = false;
  /** Counts the periods of polling, so that a poll of an earlier period is dropped. */
  #stretch = 0;
  /** Whether the newest poll brought a picture. */
  #polled = false;
  #link: Link = { kind: 'connecting', attempt: 0, polling: false };
  #paused = false;
  #held = false;
  #closed = false;
  #isOpen = false;
  /** Whether the last poll found no server. */
  #isAway = false;
  /** Whether the last frame was of another version. */
  #isForeign = false;
  #cancelRetry = (): void => {};
  #cancelWatch = (): void => {};
  #cancelPoll = (): void => {};

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#connect();
  }

  /** Tries at once instead of at the next retry time; does nothing while open. */
  retryNow(): void {
    this.#cancelRetry();
    if (this.#socket === null && !this.#closed) this.#connect();
  }

  /** A hidden page gets no positions; when it is visible again, the server sends what has changed. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (this.#socket !== null && !this.#held) this.#send({ type: paused ? 'pause' : 'resume' });
  }

  /**
   * While it is held it brings no positions and leaves the picture alone, which somebody else writes; it still brings the
   * state. Then it asks for a full frame.
   */
  setHeld(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (this.#socket === null) return;
    if (held) this.#send({ type: 'pause' });
    else this.#greet();
  }

  close(): void {
    this.#closed = true;
    this.#stopPolling();
    this.#cancelRetry();
    this.#drop();
  }

  #connect(): void {
    const ports = this.#ports;
    this.#tell({ kind: 'connecting', attempt: this.#attempt, polling: this.#polled });
    const generation = ++this.#generation;
    const ifCurrent = (act: () => void): void => {
      if (generation === this.#generation) act();
    };
    this.#socket = ports.openSocket({
      opened: () => ifCurrent(() => this.#greet()),
      message: (data) => ifCurrent(() => this.#receive(data)),
      closed: () => ifCurrent(() => this.#failed()),
    });
    this.#watch(OPEN_WITHIN_MS);
  }

  #greet(): void {
    const { picture, tick } = this.#ports.picture;
    this.#send({ type: 'hello', wire: WIRE_VERSION, ...(picture >= 0 && { picture, lastTick: tick }) });
    if (this.#paused || this.#held) this.#send({ type: 'pause' });
  }

  #receive(data: unknown): void {
    this.#heard();
    if (typeof data === 'string') this.#text(data);
    else if (data instanceof ArrayBuffer) this.#binary(data);
  }

  /**
   * Notes a message from the server. Only this proves that the connection works: a proxy may have opened the socket.
   */
  #heard(): void {
    if (this.#attempt !== 0 || this.#polling || !this.#isOpen) {
      this.#attempt = 0;
      this.#stopPolling();
      this.#isOpen = true;
      this.#tell({ kind: 'open' });
    }
    this.#watch(SILENCE_MS);
  }

  #watch(limit_ms: number): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#ports.later(() => this.#failed(), limit_ms);
  }

  #failed(): void {
    this.#drop();
    if (this.#closed) return;
    this.#attempt += 1;
    if (this.#attempt >= POLL_AFTER_ATTEMPTS && !this.#polling) {
      this.#polling = true;
      void this.#poll(++this.#stretch);
    }
    const wait = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length) - 1] ?? 15_000;
    const delay = wait * (1 + this.#ports.random() / 4);
    const retryAt_ms = this.#ports.clock() + delay;
    this.#tell({ kind: 'retrying', attempt: this.#attempt, retryAt_ms, polling: this.#polled });
    this.#cancelRetry = this.#ports.later(() => this.#connect(), delay);
  }

  #tell(link: Link): void {
    this.#link = link;
    this.#ports.onLink(link);
  }

  #drop(): void {
    this.#cancelWatch();
    this.#isOpen = false;
    this.#generation += 1;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #text(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === 'countries') this.#name(message);
    if (message.type === 'refused') this.#ports.onRefused(message.message);
    this.#ports.onMessage(message);
  }

  #name({ countries, feeds }: Pick<CountriesAnswer, 'countries' | 'feeds'>): void {
    if (this.#held) return;
    this.#ports.picture.countries = countries;
    this.#ports.picture.feeds = feeds;
  }

  #binary(bytes: ArrayBuffer): void {
    // It was on its way.
    if (this.#held) return;
    const frame = this.#apply(bytes);
    if (frame !== null && frame.kind !== 'heartbeat') this.#send({ type: 'ack', tick: frame.tick });
    // The frame is broken, or for another picture: ask for a full one.
    if (frame === null && !this.#isForeign) this.#send({ type: 'hello', wire: WIRE_VERSION });
  }

  #apply(bytes: ArrayBuffer): Frame | null {
    const decoded = decodeFrame(new Uint8Array(bytes));
    this.#isForeign = !decoded.ok && decoded.fault === 'unknown-version';
    // Another full frame would be of that version too.
    if (this.#isForeign) this.#ports.onRefused(FOREIGN);
    if (!decoded.ok) return null;
    const applied = this.#ports.picture.apply(decoded.frame);
    if (applied.kind === 'refused') return null;
    this.#ports.onFrame(decoded.frame, applied.cameOrWent);
    return decoded.frame;
  }

  async #poll(stretch: number): Promise<void> {
    const { fetch } = this.#ports;
    try {
      if (!this.#paused) {
        const [snapshot, countries, status] = await Promise.all([
          fetch('api/live/snapshot.bin'),
          fetch('api/live/countries'),
          fetch('api/status'),
        ]);
        if (stretch !== this.#stretch) return;
        if (countries.ok) this.#name((await countries.json()) as CountriesAnswer);
        const frame = snapshot.ok && !this.#held ? this.#apply(await snapshot.arrayBuffer()) : null;
        this.#setPolled(frame !== null);
        // The server was away and is back: do not wait for the next try.
        if (status.ok && this.#isAway) this.retryNow();
        this.#isAway = !status.ok;
        if (status.ok) {
          const state = (await status.json()) as StatusAnswer;
          this.#ports.onMessage({ type: 'state', ...state });
          this.#ports.onMessage({ type: 'progress', progress: state.progress });
        }
      }
    } catch {
      this.#isAway = true;
      // The server cannot be reached at all. The retries of the socket show that, and polling goes on.
      this.#setPolled(false);
    }
    if (stretch !== this.#stretch) return;
    this.#cancelPoll = this.#ports.later(() => void this.#poll(stretch), POLL_MS);
  }

  #setPolled(polled: boolean): void {
    if (polled === this.#polled || !this.#polling) return;
    this.#polled = polled;
    if (this.#link.kind !== 'open') this.#tell({ ...this.#link, polling: polled });
  }

  #stopPolling(): void {
    this.#stretch += 1;
    this.#polling = false;
    this.#polled = false;
    this.#isAway = false;
    this.#cancelPoll();
  }
}
