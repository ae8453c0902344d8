import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';

/** The most connections, live sockets included; fewer if the process may open few files. */
export const MAX_CONNECTIONS = 512;

/** Bounds of one connection, ms and bytes. A connection that sends or reads too slowly is closed, to free its place. */
const BOUNDS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 16_384,
} as const;
/** A connection without traffic for this long is closed, ms. Live sockets have their own check. */
const SILENT_MS = 60_000;

/** What a server is made with. */
export interface HttpServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Whether to hand a request with `Upgrade` to the `upgrade` event; all others are answered as plain HTTP/1.1. */
  readonly shouldUpgrade: (request: IncomingMessage) => boolean;
  readonly logger: Logger | undefined;
  readonly maxConnections: number;
}

/**
 * An HTTP server whose connections are bounded in number, time and size. Its errors do not end the process: without
 * free file descriptors it cannot accept connections and logs that once, while everything else goes on. An `Upgrade` to
 * another protocol than ours is ignored, as RFC 9110, section 7.8, allows.
 */
export function createHttpServer({
  fetch,
  shouldUpgrade,
  logger,
  maxConnections,
}: HttpServerOptions): Server {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: { ...BOUNDS, shouldUpgradeCallback: shouldUpgrade },
  }) as Server;
  server.maxConnections = maxConnections;
  server.setTimeout(SILENT_MS, (socket) => socket.destroy());
  const told = new Set<string>();
  const tellOnce = (code: string, facts: object, text: string): void => {
    if (!told.has(code)) logger?.warn(facts, text);
    told.add(code);
  };
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (!server.listening) return;
    tellOnce(error.code ?? error.message, { err: error }, 'the dashboard could not accept a connection');
  });
  server.on('drop', () => {
    tellOnce(
      'drop',
      { maxConnections },
      'the dashboard has its largest number of connections; further ones are refused',
    );
  });
  return server;
}

/**
 * How many connections to accept: at most {@link MAX_CONNECTIONS}, and at most a quarter of the files that this process
 * may open, so that visitors never take the descriptors that the lake needs.
 */
export function connectionsFor(maxOpenFiles: number | null): number {
  return maxOpenFiles === null ? MAX_CONNECTIONS : Math.max(8, Math.min(MAX_CONNECTIONS, maxOpenFiles >> 2));
}

/** How many files this process may open; null if the system does not say. Source: proc(5), `/proc/pid/limits`. */
export function openFilesLimit(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
