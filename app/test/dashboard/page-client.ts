import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../src/dashboard/protocol.ts';
import { Watcher } from './live/sightings.ts';

/** A busy machine is no failure. */
export const PATIENCE_MS = 20_000;

/** An answer to a request that `fetch` would not send: with another Host, say. */
export async function raw(
  url: string,
  options: RequestOptions,
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  const asked = request(url, { ...options, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const part of answer.setEncoding('utf8')) body += String(part);
  return { status: answer.statusCode ?? 0, body, headers: answer.headers };
}

/** A browser's side of the live socket. */
export class Page {
  readonly watcher: Watcher = new Watcher();
  readonly texts: ServerMessage[] = [];
  readonly socket: WebSocket;

  constructor(url: string, headers: Record<string, string> = {}, query = '') {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/api/live${query}`, { headers });
    this.socket.on('open', () => this.socket.send('{"type":"hello"}'));
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return void this.texts.push(JSON.parse(data.toString()) as ServerMessage);
      const { kind, tick } = this.watcher.apply(data);
      if (kind !== 'heartbeat') this.socket.send(JSON.stringify({ type: 'ack', tick }));
    });
  }
}
