import { connect } from 'node:net';
import type { Timeout } from '../components.ts';
import { networkReason } from '../input/network-reason.ts';
import { shown } from '../input/shown.ts';
import type { Address } from './address.ts';

const CONNECT_MS = 10_000;
/** The system asks a peer that says nothing whether it is still there: one that lost its power never says goodbye. */
const KEEP_ALIVE_MS = 30_000;

/** What one connection needs, and its callbacks. */
export interface ConnectionOptions {
  readonly timeout: Timeout;
  /** Ends it; the connection then gives its reason. */
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** Connects, passes on the received bytes, and answers why it ended, as the end of a sentence. Never throws. */
export async function listen({ host, port }: Address, options: ConnectionOptions): Promise<string> {
  const { signal, timeout, onOpen, onBytes } = options;
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port });
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  let isOpen = false;
  const late = timeout(CONNECT_MS);
  const tooLate = (): void => {
    if (!isOpen) end(`it did not answer within ${CONNECT_MS / 1000} s`);
  };
  const stop = (): void => end(String(signal.reason));
  const end = (reason: string): void => {
    socket.destroy();
    resolve(reason);
  };
  late.addEventListener('abort', tooLate, { once: true });
  signal.addEventListener('abort', stop, { once: true });
  socket.on('connect', () => {
    isOpen = true;
    onOpen();
  });
  socket.on('data', onBytes);
  socket.on('end', () => end('it closed the connection'));
  socket.on('error', (error) => end(reasonOf(error)));
  socket.on('close', () => end('the connection was closed'));
  if (signal.aborted) stop();
  const reason = await promise;
  signal.removeEventListener('abort', stop);
  late.removeEventListener('abort', tooLate);
  return reason;
}

function reasonOf(error: Error & { readonly code?: string; readonly errors?: readonly Error[] }): string {
  // A name with several addresses gives several errors; the first address is the one that is meant most often.
  if (error.errors?.[0] !== undefined) return reasonOf(error.errors[0]);
  return networkReason(error.code) ?? shown(error.message);
}
