import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Where a line server listens. */
export interface LineServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly onConnection?: () => void;
}

/** Who reads so little does not read at all; it is left behind, as receivers do it. */
const MOST_UNREAD_BYTES = 16 * 2 ** 20;

/** Sends the same lines to all who are connected over TCP, as a receiver does on port 30003. */
export class LineServer implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  connections = 0;
  readonly #options: LineServerOptions;
  #server: Server;
  #port: number;

  private constructor(options: LineServerOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.#server = this.#create();
  }

  /** Rejects with the system's error where it cannot listen. */
  static async start(options: LineServerOptions = {}): Promise<LineServer> {
    const server = new LineServer(options);
    await server.listen();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Begins to listen, on the port of before where there was one. */
  async listen(): Promise<void> {
    this.#server = this.#create();
    this.#server.listen(this.#port, this.#options.host ?? '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  send(text: string | Uint8Array): void {
    for (const socket of this.sockets) {
      if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
      else socket.write(text);
    }
  }

  /** Ends all connections when what was sent is on its way, and takes new ones. */
  drop(): void {
    for (const socket of this.sockets) socket.destroySoon();
  }

  /** Ends all connections and refuses new ones. */
  async away(): Promise<void> {
    this.#server.close();
    this.drop();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.away();
  }

  #create(): Server {
    return createServer((socket) => {
      this.connections += 1;
      this.sockets.push(socket);
      // A client that goes away is no error here.
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.splice(this.sockets.indexOf(socket), 1));
      this.#options.onConnection?.();
    });
  }
}
