import { round } from './child.ts';

/** What a page on Traffic asks for when it opens. */
const TRAFFIC = ['api/traffic?windows=288', 'api/categories?window=latest'];

/** Viewers of a dashboard, who stay until they are let go. */
export class Viewers implements Disposable {
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  get number(): number {
    return this.#sockets.length;
  }

  /** Opens more, all at once, up to a number: milliseconds until each has its first whole picture and what Traffic shows. */
  async open(number: number): Promise<readonly number[]> {
    const more = Array.from({ length: number - this.number }, () => this.#one());
    return Promise.all(more);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #one(): Promise<number> {
    const began = performance.now();
    const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/api/live`);
    socket.binaryType = 'arraybuffer';
    this.#sockets.push(socket);
    const picture = new Promise<void>((done, failed) => {
      socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', wire: 2 }));
      socket.onerror = () => failed(new Error('a viewer was not let in'));
      socket.onmessage = ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const tick = new DataView(data).getUint32(8, true);
        socket.send(JSON.stringify({ type: 'ack', tick }));
        done();
      };
    });
    const answers = TRAFFIC.map(async (path) => (await fetch(`${this.#url}/${path}`)).arrayBuffer());
    await Promise.all([picture, ...answers]);
    return round(performance.now() - began, 0);
  }
}
