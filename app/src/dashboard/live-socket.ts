import type { IncomingMessage } from 'node:http';
// In a notebook the global timers are those of a browser.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { LiveHub } from './live/live-hub.ts';

/** Messages of the page are short; a longer one ends the connection. */
export const MAX_MESSAGE_BYTES = 4096;
/** Limits for the live sockets of a server. */
export interface SocketBounds {
  /** Sockets at once. */
  readonly max: number;
  /** Between two pings, ms; a client that has not answered the last one is gone. */
  readonly pulseMs: number;
  /** The first message of a page must come within this time, ms. */
  readonly helloWithinMs: number;
  /** Between two pings. A page acknowledges a few frames a second, so more messages do not come from a page. */
  readonly maxMessages: number;
  /** How long the peer may take to answer a close, ms. */
  readonly goodbyeMs: number;
}

export const SOCKET_BOUNDS: SocketBounds = {
  max: 256,
  pulseMs: 20_000,
  helloWithinMs: 10_000,
  maxMessages: 2000,
  goodbyeMs: 1000,
};

/** RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/**
 * The live sockets of one server: each is connected to the hub, watched, and closed if it is dead, silent or sends too
 * much.
 */
export class LiveSockets {
  readonly #hub: LiveHub;
  readonly #bounds: SocketBounds;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  /** For each socket, its messages since the last ping and whether it has answered that. */
  readonly #heard = new Map<WebSocket, { messages: number; isAlive: boolean }>();
  readonly #pulse: NodeJS.Timeout;

  constructor(hub: LiveHub, bounds: Partial<SocketBounds> = {}) {
    this.#hub = hub;
    this.#bounds = { ...SOCKET_BOUNDS, ...bounds };
    this.#pulse = setInterval(() => this.beat(), this.#bounds.pulseMs);
    this.#pulse.unref();
  }

  /** Whether the largest number of sockets is open. */
  get isFull(): boolean {
    return this.#server.clients.size >= this.#bounds.max;
  }

  /** Accepts an upgrade request that was found valid. A faulty handshake is answered with 400. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#connect(client));
  }

  /** Cuts all open sockets. */
  close(): void {
    clearInterval(this.#pulse);
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  /** Closes the sockets that have not answered the last ping, and pings the others. */
  beat(): void {
    for (const [client, heard] of this.#heard) {
      if (!heard.isAlive) client.terminate();
      else client.ping();
      heard.isAlive = false;
      heard.messages = 0;
    }
  }

  #connect(client: WebSocket): void {
    const { goodbyeMs, helloWithinMs, maxMessages } = this.#bounds;
    const heard = { messages: 0, isAlive: true };
    this.#heard.set(client, heard);
    // Cut it after a while, even if the peer no longer reads, not even the close frame.
    const end = (code: number, reason: string): void => {
      client.close(code, reason);
      setTimeout(() => client.terminate(), goodbyeMs).unref();
    };
    const connection = this.#hub.connect({
      send: (message) => {
        if (client.readyState === WebSocket.OPEN) client.send(message);
      },
      bufferedBytes: () => client.bufferedAmount,
      close: end,
    });
    const mute = setTimeout(() => end(POLICY_VIOLATION, 'no hello'), helloWithinMs);
    client.on('message', (data: Buffer, isBinary) => {
      clearTimeout(mute);
      heard.isAlive = true;
      heard.messages += 1;
      if (heard.messages > maxMessages) end(POLICY_VIOLATION, 'too many messages');
      else if (isBinary) end(UNSUPPORTED_DATA, 'text only');
      else connection.receive(data.toString('utf8'));
    });
    client.on('pong', () => {
      heard.isAlive = true;
    });
    // A broken frame or connection: the close event that follows handles it.
    client.on('error', () => undefined);
    client.on('close', () => {
      clearTimeout(mute);
      this.#heard.delete(client);
      connection.closed();
    });
  }
}
