import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ContrailError } from '../errors.ts';

/**
 * Binds a server; port 0 takes a free one. Resolves with the port it got.
 * @throws ContrailError invalid `port-in-use` or `cannot-listen`, naming the flag to change.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      reject(listenError(error, host, port));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ContrailError {
  const options = { cause: error, facts: { host, port } };
  if (error.code === 'EADDRINUSE') {
    return new ContrailError(
      'port-in-use',
      `The dashboard cannot listen on ${host}:${port}: port ${port} is in use by another program. Stop it, or choose another port with --dashboard-port.`,
      options,
    );
  }
  return new ContrailError(
    'cannot-listen',
    `The dashboard cannot listen on ${host}:${port} (${error.code ?? error.message}). Choose another address with --dashboard-host and --dashboard-port.`,
    options,
  );
}

/** An address a browser can open: `0.0.0.0` and `::` mean every address, so name this machine. */
export function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
