import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

/** How a reverse proxy passes requests on. */
export interface ProxyOptions {
  /** Passes Host on as the browser sent it; else the target's own. */
  readonly keepHost?: boolean;
  /** Passes the whole path on, instead of taking the folder off. */
  readonly keepPath?: boolean;
}

/**
 * A reverse proxy that serves `target` below `/contrail/`, as nginx does with `location /contrail/`: a request without the
 * slash is sent to the one with it, nothing else is there.
 */
export async function proxyBelowAPath(
  target: string,
  { keepHost = false, keepPath = false }: ProxyOptions = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  const { port, host } = new URL(target);
  const passed = (request: IncomingMessage): { path: string; headers: IncomingMessage['headers'] } => ({
    path: keepPath ? (request.url ?? '/') : (request.url ?? '/').slice('/contrail'.length),
    headers: keepHost ? request.headers : { ...request.headers, host },
  });
  const server = createServer((request, response) => {
    const isBelow = request.url?.startsWith('/contrail/') === true;
    if (request.url?.split('?')[0] === '/contrail') {
      response.writeHead(301, { Location: request.url.replace('/contrail', '/contrail/') }).end();
    } else if (!isBelow) response.writeHead(404).end('Another site.');
    else {
      const { method } = request;
      const onward = ask({ host: '127.0.0.1', port, method, ...passed(request) }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    }
  });
  server.on('upgrade', (request, socket) => {
    const { path, headers } = passed(request);
    const onward = connect(Number(port), '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    onward.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
