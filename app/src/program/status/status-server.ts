import type { Server } from 'node:http';
import { ContrailError } from '../../errors.ts';
import { EXPOSITION_TYPE } from '../../metrics/exposition.ts';

/** What a program says of itself. */
export interface StatusAnswers {
  /** Whether it does its work now, and a line for each part of it. */
  readonly readiness: () => Readiness;
  /** The numbers, in the text form of Prometheus. */
  readonly metrics: () => string;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly text: string;
}

/** Who asks is a monitoring system on the same network: few connections, closed when silent. */
const [MOST_CONNECTIONS, SILENT_MS] = [16, 10_000];

/** A server of a program's state. */
export interface StatusServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Answers `/healthz` (200 while the process works), `/readyz` (200 while it does its work, else 503, with a line for each part)
 * and `/metrics`, for a program without a page.
 * @throws ContrailError `invalid` / `port-in-use`, `cannot-listen`
 */
export async function startStatusServer(
  address: { readonly host: string; readonly port: number },
  answers: StatusAnswers,
): Promise<StatusServer> {
  // Not by `import`, as in ask-over-http.ts.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const { code, type, text } = answer(request.url ?? '', answers);
    response
      .writeHead(code, { 'content-type': type, 'cache-control': 'no-store' })
      .end(request.method === 'HEAD' ? undefined : text);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(SILENT_MS, (socket) => socket.destroy());
  const port = await listen(server, address);
  const { host } = address;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  url: string,
  { readiness, metrics }: StatusAnswers,
): { readonly code: number; readonly type: string; readonly text: string } {
  const [path] = url.split('?');
  if (path === '/healthz') return { code: 200, type: PLAIN, text: 'ok\n' };
  if (path === '/metrics') return { code: 200, type: EXPOSITION_TYPE, text: metrics() };
  if (path !== '/readyz')
    return { code: 404, type: PLAIN, text: 'There are /healthz, /readyz and /metrics.\n' };
  const { isReady, text } = readiness();
  return { code: isReady ? 200 : 503, type: PLAIN, text };
}

const PLAIN = 'text/plain; charset=utf-8';

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        new ContrailError(
          isTaken ? 'port-in-use' : 'cannot-listen',
          `STATUS_ADDRESS is ${host}:${port}, where Contrail cannot listen: ${isTaken ? 'another program uses the port' : (error.code ?? error.message)}. Choose another address or port.`,
          { cause: error, facts: { host, port } },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
