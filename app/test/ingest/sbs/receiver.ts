import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A receiver that sends what a test tells it, on a port of this machine. */
export class Receiver implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  connections = 0;
  #server: Server;
  #port = 0;

  private constructor() {
    this.#server = this.#create();
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen();
    return receiver;
  }

  get port(): number {
    return this.#port;
  }

  #create(): Server {
    return createServer((socket) => {
      this.connections += 1;
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.splice(this.sockets.indexOf(socket), 1));
    });
  }

  /** Begins to listen, on the port of before where there was one. */
  async listen(): Promise<void> {
    this.#server = this.#create();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  send(text: string): void {
    for (const socket of this.sockets) socket.write(text);
  }

  /** Ends all connections, and takes new ones. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
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
}
