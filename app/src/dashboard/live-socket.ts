import type { WebSocketLike } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { UpgradeWebSocket } from 'hono/ws';
import { WebSocket } from 'ws';
import type { LiveConnection, LiveHub } from './live/live-hub.ts';

/** Messages of the page are short; a longer one ends the connection. */
export const MAX_MESSAGE_BYTES = 4096;

/** Connects each upgraded socket to the hub. */
export function liveSocket(hub: LiveHub, upgrade: UpgradeWebSocket): MiddlewareHandler {
  return upgrade(() => {
    let connection: LiveConnection | null = null;
    return {
      onOpen: (_event, context) => {
        const socket = context.raw as WebSocketLike | undefined;
        connection = hub.connect({
          send: (message) => {
            if (context.readyState === WebSocket.OPEN) context.send(message);
          },
          bufferedBytes: () => (socket instanceof WebSocket ? socket.bufferedAmount : 0),
          close: (code, reason) => {
            context.close(code, reason);
          },
        });
      },
      onMessage: ({ data }, context) => {
        if (typeof data === 'string') connection?.receive(data);
        else context.close(1003, 'text only');
      },
      onClose: () => {
        connection?.closed();
      },
    };
  });
}

/**
 * Whether a handshake comes from our own page. Browsers let any site open a WebSocket anywhere and say who asks in
 * `Origin` (RFC 6455, section 10.2); programs that are no browsers send none.
 */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
