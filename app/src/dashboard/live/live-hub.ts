import type { ClientMessage, CountriesAnswer, LiveState, ServerMessage } from '../protocol.ts';
import { Identities } from '../identity/identities.ts';
import { encodeFrame } from '../../wire/encode.ts';
import { HEADER_AT, WIRE_VERSION } from '../../wire/frame.ts';
import { Picture } from './picture.ts';
import type { Sighting } from './picture.ts';
import { refusalTexts } from './refusal.ts';
import { Ticks } from './ticks.ts';

/**
 * Decides which client gets which frame when. A client is in one of these states:
 *
 *     new ──hello──> current ──tick──> sent (one frame unacknowledged) ──ack──> current or, when ticks came, sent
 *                       └──pause──> paused ──resume──> current
 *     new ──hello of another version──> refused: it gets no frame, and is told again with each heartbeat
 *
 * Invariant, kept in `#push` alone: a client that has not acknowledged a frame gets no other. Later changes are merged
 * into its next frame. So a client that never acknowledges costs one frame, however long it stays.
 */
export interface LiveClient {
  /** Hands bytes or text to the socket; must not throw. */
  send(message: Uint8Array<ArrayBuffer> | string): void;
  /** Bytes that were sent but that the network has not taken yet. */
  bufferedBytes(): number;
  /** Ends the connection for a reason of RFC 6455, section 7.4. */
  close(code: number, reason: string): void;
}

/** A client with this much unread is disconnected: text messages are not acknowledged, so they could pile up. */
export const MAX_BUFFERED_BYTES = 4_194_304;

/** RFC 6455, section 7.4.1: the peer sent something that is not in the protocol. */
const POLICY_VIOLATION = 1008;
/** Registered at IANA as "Try Again Later". */
const TRY_AGAIN_LATER = 1013;

interface Connection {
  readonly client: LiveClient;
  isGreeted: boolean;
  isPaused: boolean;
  /** The version of frames that it reads, where that is not ours; null: it is not refused. */
  foreignWire: number | null;
  /** The tick that the client has once it has acknowledged everything; null: none. */
  held: number | null;
  unacknowledged: number | null;
  namesSent: number;
}

/** What the socket of one client reports to the hub. */
export interface LiveConnection {
  receive(text: string): void;
  closed(): void;
}

/** What the hub needs from the server. */
export interface LiveHubSources {
  /** Epoch milliseconds UTC. */
  readonly clock: () => number;
  readonly state: () => LiveState;
  /** The newest progress message, sent after hello. */
  readonly progress: () => Extract<ServerMessage, { type: 'progress' }>;
  /** Called for each frame sent. */
  readonly onFrame?: (kind: string, bytes: number) => void;
}

/** The live picture and its clients. */
export class LiveHub {
  picture = new Picture();
  ticks: Ticks;
  readonly identities: Identities;
  /**
   * Whether the picture is that of the table, and not one that is still to be read: then pages keep what they have, instead of an
   * empty map.
   */
  isReady = false;
  readonly #sources: LiveHubSources;
  readonly #connections = new Set<Connection>();
  /** Frames of this tick, by the tick that the client has: clients with the same tick share the bytes. */
  readonly #frames = new Map<
    number | null,
    { readonly now: number; readonly bytes: Uint8Array<ArrayBuffer> }
  >();

  constructor(sources: LiveHubSources) {
    this.#sources = sources;
    this.ticks = new Ticks(pictureNumber(sources.clock(), null));
    this.identities = new Identities(String(this.ticks.picture));
  }

  get clients(): number {
    return this.#connections.size;
  }

  /** Clients that somebody looks at: those that said hello and have not said that their page is hidden. */
  get viewers(): number {
    let viewers = 0;
    for (const { isGreeted, isPaused } of this.#connections) if (isGreeted && !isPaused) viewers += 1;
    return viewers;
  }

  /** The server's clock, epoch seconds. */
  now_s(): number {
    return this.#sources.clock() / 1000;
  }

  /** Takes new rows into the picture and sends them to all clients. */
  apply(sightings: readonly Sighting[]): void {
    this.isReady = true;
    this.picture.apply(sightings, this.now_s());
    this.identities.tell(sightings);
    this.identities.prune((icao24) => this.picture.has(icao24), this.picture.size);
    this.ticks.take(this.picture);
    this.#frames.clear();
    for (const connection of this.#connections) this.#push(connection);
  }

  /** Starts an empty picture with a new number, for example when the table was created again. */
  reset(): void {
    this.isReady = false;
    this.picture = new Picture();
    this.ticks = new Ticks(pictureNumber(this.#sources.clock(), this.ticks.picture));
    this.#frames.clear();
    for (const connection of this.#connections) {
      connection.held = null;
      connection.unacknowledged = null;
      connection.namesSent = 0;
    }
  }

  /** A full frame, and its entity tag. */
  snapshot(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly tag: string } {
    return { bytes: this.#frame(null), tag: `"${this.ticks.picture}-${this.ticks.tick}"` };
  }

  countries(): CountriesAnswer {
    const { countries, feeds } = this.picture;
    return { picture: this.ticks.picture, countries: countries.names, feeds: feeds.names };
  }

  /** Sends a text message to all clients that have said hello. */
  broadcast(message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const connection of this.#connections) if (connection.isGreeted) this.#send(connection, text);
  }

  /** Sends the times and the state to all clients; called every 5 s. */
  heartbeat(): void {
    this.picture.settle(this.now_s());
    this.ticks.eventTime = this.picture.eventTime;
    const bytes = encodeFrame(this.ticks.heartbeat(this.now_s()));
    this.broadcast({ type: 'state', ...this.#sources.state() });
    for (const connection of this.#connections) {
      if (connection.foreignWire !== null) this.#refuse(connection);
      // A heartbeat says "you have the newest tick", so it is only for clients that do, and not for hidden ones.
      if (!connection.isGreeted || connection.isPaused || connection.held !== this.ticks.tick) continue;
      this.#sources.onFrame?.('heartbeat', bytes.length);
      this.#send(connection, bytes);
    }
  }

  connect(client: LiveClient): LiveConnection {
    const connection: Connection = {
      client,
      isGreeted: false,
      isPaused: false,
      foreignWire: null,
      held: null,
      unacknowledged: null,
      namesSent: 0,
    };
    this.#connections.add(connection);
    return {
      receive: (text) => {
        const message = parseClientMessage(text);
        if (message === null) client.close(POLICY_VIOLATION, 'not a message of this protocol');
        else this.#receive(connection, message);
      },
      closed: () => {
        this.#connections.delete(connection);
      },
    };
  }

  /** Closes every socket when the server stops. */
  close(code: number, reason: string): void {
    for (const { client } of this.#connections) client.close(code, reason);
    this.#connections.clear();
  }

  #receive(connection: Connection, message: ClientMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greet(connection, message);
        return;
      case 'ack':
        if (message.tick !== connection.unacknowledged) return;
        connection.unacknowledged = null;
        this.#push(connection);
        return;
      case 'pause':
        connection.isPaused = true;
        return;
      case 'resume':
        connection.isPaused = false;
        this.#push(connection);
        return;
    }
  }

  #greet(connection: Connection, hello: Extract<ClientMessage, { type: 'hello' }>): void {
    // A page of version 1 does not say its version: it drops each full frame, and asks at once for the next.
    const wire = hello.wire ?? (connection.unacknowledged === null ? WIRE_VERSION : 1);
    connection.foreignWire = wire === WIRE_VERSION ? null : wire;
    if (connection.foreignWire !== null) {
      connection.isGreeted = false;
      this.#refuse(connection);
      return;
    }
    connection.isGreeted = true;
    connection.isPaused = false;
    connection.unacknowledged = null;
    connection.namesSent = 0;
    connection.held = hello.picture === this.ticks.picture ? (hello.lastTick ?? null) : null;
    this.#send(
      connection,
      JSON.stringify({ type: 'state', ...this.#sources.state() } satisfies ServerMessage),
    );
    this.#sendNames(connection);
    this.#send(connection, JSON.stringify(this.#sources.progress()));
    this.#push(connection);
  }

  #push(connection: Connection): void {
    if (!this.isReady || !connection.isGreeted) return;
    if (connection.isPaused || connection.unacknowledged !== null) return;
    if (connection.held === this.ticks.tick) return;
    const base = connection.held !== null && this.ticks.covers(connection.held) ? connection.held : null;
    if (this.#names > connection.namesSent) this.#sendNames(connection);
    const bytes = this.#frame(base);
    connection.unacknowledged = this.ticks.tick;
    connection.held = this.ticks.tick;
    this.#sources.onFrame?.(base === null ? 'full' : 'delta', bytes.length);
    this.#send(connection, bytes);
  }

  /** Names of countries and feeds; both only grow. */
  get #names(): number {
    return this.picture.countries.names.length + this.picture.feeds.names.length;
  }

  #sendNames(connection: Connection): void {
    connection.namesSent = this.#names;
    this.#send(
      connection,
      JSON.stringify({ type: 'countries', ...this.countries() } satisfies ServerMessage),
    );
  }

  #refuse(connection: Connection): void {
    for (const text of refusalTexts(connection.foreignWire ?? 0, this.#sources.clock()))
      this.#send(connection, text);
  }

  #frame(base: number | null): Uint8Array<ArrayBuffer> {
    const now = this.now_s();
    const made = this.#frames.get(base);
    if (made?.now === now) return made.bytes;
    // The page computes ages from the server's time in the frame, so an earlier frame is sent as a copy dated now. A
    // copy, because the network may still hold the first.
    const bytes =
      made?.bytes.slice() ?? encodeFrame(base === null ? this.ticks.full(now) : this.ticks.since(base, now));
    new DataView(bytes.buffer).setFloat64(HEADER_AT.server_time, now, true);
    this.#frames.set(base, { now, bytes });
    return bytes;
  }

  #send(connection: Connection, message: Uint8Array<ArrayBuffer> | string): void {
    if (connection.client.bufferedBytes() > MAX_BUFFERED_BYTES) {
      this.#connections.delete(connection);
      connection.client.close(TRY_AGAIN_LATER, 'too slow');
      return;
    }
    connection.client.send(message);
  }
}

/**
 * The start time in ms, cut to 32 bits: runs within 49 days have different numbers, and so have the pictures of one
 * run.
 */
function pictureNumber(now_ms: number, previous: number | null): number {
  const number = Math.floor(now_ms) % 0x1_0000_0000;
  return number === previous ? (number + 1) % 0x1_0000_0000 : number;
}

/** A message of the protocol, or null. Unknown keys are ignored. */
export function parseClientMessage(text: string): ClientMessage | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null) return null;
  const { type, tick, wire, picture, lastTick } = json as Readonly<Record<string, unknown>>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  switch (type) {
    case 'hello':
      return {
        type,
        ...(isCount(wire) && { wire }),
        ...(isCount(picture) && isCount(lastTick) && { picture, lastTick }),
      };
    case 'ack':
      return isCount(tick) ? { type, tick } : null;
    case 'pause':
    case 'resume':
      return { type };
    default:
      return null;
  }
}
