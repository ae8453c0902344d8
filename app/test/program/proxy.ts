import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';

/** Whether certificates can be made here. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();

/** A certificate for some names, signed by nobody: its own authority. */
export function makeCertificate(folder: string, names: readonly string[]): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const subject = ['-subj', '/CN=test authority', '-addext', alternatives];
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  return { key, cert };
}

export interface Place extends AsyncDisposable {
  readonly port: number;
}

/** A server on a port of its own, with TLS where there is a certificate. */
export async function serve(
  listener: RequestListener,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<Place> {
  const server =
    certificate === undefined
      ? createServer(listener)
      : createTlsServer(
          { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) },
          listener,
        );
  return listening(server);
}

/**
 * A proxy as companies have: it tunnels (CONNECT) and passes plain requests on, asks for a user where `user` is given, and
 * finds every host name at `targets`, by port.
 */
export async function proxy(
  targets: Readonly<Record<string, number>>,
  user?: string,
): Promise<Place & { readonly asked: string[] }> {
  const asked: string[] = [];
  const isAllowed = ({ headers }: IncomingMessage): boolean =>
    user === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(user).toString('base64')}`;
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '');
    asked.push(`${incoming.method} ${url.href}`);
    if (!isAllowed(incoming)) return void outgoing.writeHead(407).end();
    const port = targets[url.host] ?? 0;
    const onward = request(
      {
        port,
        host: '127.0.0.1',
        method: incoming.method ?? 'GET',
        path: `${url.pathname}${url.search}`,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming: IncomingMessage, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (!isAllowed(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const there = connect(targets[incoming.url ?? ''] ?? 0, '127.0.0.1');
    there.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      there.pipe(socket);
      socket.pipe(there);
    });
    for (const [one, other] of [
      [there, socket],
      [socket, there],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  return Object.assign(await listening(server), { asked });
}

async function listening(server: ReturnType<typeof createServer>): Promise<Place> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
