import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { LiveHub } from './live/live-hub.ts';

/** Messages of the page are short; a longer one ends the connection. */
export const MAX_MESSAGE_BYTES = 4096;
/** Between two pings; who has not answered the last one is gone. */
export const PULSE_MS = 20_000;
/** The first message of a page has to come within this. */
export const HELLO_WITHIN_MS = 10_000;
/** A page acknowledges a few frames a second; who sends more than this between two pings is no page. */
const MAX_MESSAGES = 2000;
/** How long the peer may take to answer a close. */
const GOODBYE_MS = 1000;

/** RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/** The live sockets of one server: each is connected to the hub, watched, and ended when it is dead, mute or too loud. */
export class LiveSockets {
  readonly #hub: LiveHub;
  readonly #max: number;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  /** Messages since the last ping of each, and whether it was heard of since. */
  readonly #heard = new Map<WebSocket, { messages: number; isAlive: boolean }>();
  readonly #pulse: NodeJS.Timeout;

  /** Takes at most `max` sockets. */
  constructor(hub: LiveHub, max: number) {
    this.#hub = hub;
    this.#max = max;
    this.#pulse = setInterval(() => this.#beat(), PULSE_MS);
    this.#pulse.unref();
  }

  /** Whether as many are open as may be. */
  get isFull(): boolean {
    return this.#server.clients.size >= this.#max;
  }

  /** Answers an upgrade that was judged to be for us. What is wrong with the handshake itself is answered with 400. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#connect(client));
  }

  /** Cuts all that are still open. */
  close(): void {
    clearInterval(this.#pulse);
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #connect(client: WebSocket): void {
    const heard = { messages: 0, isAlive: true };
    this.#heard.set(client, heard);
    const connection = this.#hub.connect({
      send: (message) => {
        if (client.readyState === WebSocket.OPEN) client.send(message);
      },
      bufferedBytes: () => client.bufferedAmount,
      close: (code, reason) => {
        client.close(code, reason);
        setTimeout(() => client.terminate(), GOODBYE_MS).unref();
      },
    });
    const mute = setTimeout(() => client.close(POLICY_VIOLATION, 'no hello'), HELLO_WITHIN_MS);
    client.on('message', (data: Buffer, isBinary) => {
      clearTimeout(mute);
      heard.isAlive = true;
      heard.messages += 1;
      if (heard.messages > MAX_MESSAGES) client.close(POLICY_VIOLATION, 'too many messages');
      else if (isBinary) client.close(UNSUPPORTED_DATA, 'text only');
      else connection.receive(data.toString('utf8'));
    });
    client.on('pong', () => {
      heard.isAlive = true;
    });
    // A broken frame or connection: the close that follows tells all there is to do.
    client.on('error', () => undefined);
    client.on('close', () => {
      clearTimeout(mute);
      this.#heard.delete(client);
      connection.closed();
    });
  }

  #beat(): void {
    for (const [client, heard] of this.#heard) {
      if (!heard.isAlive) client.terminate();
      else client.ping();
      heard.isAlive = false;
      heard.messages = 0;
    }
  }
}
