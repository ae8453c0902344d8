import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LiveSockets } from '../../src/dashboard/live-socket.ts';
import type { SocketBounds } from '../../src/dashboard/live-socket.ts';
import { LiveHub } from '../../src/dashboard/live/live-hub.ts';
import type { LiveState } from '../../src/dashboard/protocol.ts';
import { NOW } from './live/sightings.ts';

/** Long enough for a busy machine, where a test does not wait for it to pass. */
const LONG_MS = 60_000;

describe('the live sockets', () => {
  let end: () => Promise<void>;

  async function start(
    bounds: Partial<SocketBounds>,
  ): Promise<{ hub: LiveHub; sockets: LiveSockets; dial: () => WebSocket }> {
    const hub = new LiveHub({
      clock: () => NOW * 1000,
      state: () => ({}) as LiveState,
      progress: () => ({ type: 'progress', progress: null }),
    });
    hub.apply([]);
    const patient = { pulseMs: LONG_MS, helloWithinMs: LONG_MS };
    const sockets = new LiveSockets(hub, { ...patient, ...bounds });
    const server = createServer().on('upgrade', (request, socket, head) =>
      sockets.accept(request, socket, head),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    end = async () => {
      sockets.close();
      server.close();
    };
    const { port } = server.address() as AddressInfo;
    const dial = (): WebSocket => new WebSocket(`ws://127.0.0.1:${port}/api/live`, { autoPong: false });
    return { hub, sockets, dial };
  }
  afterEach(() => end());

  const closed = async (client: WebSocket): Promise<[number, string]> => {
    const [code, reason] = (await once(client, 'close')) as [number, Buffer];
    return [code, reason.toString()];
  };

  it('end with a reason where nobody says hello', async () => {
    const { hub, dial } = await start({ helloWithinMs: 20 });
    expect(await closed(dial())).toEqual([1008, 'no hello']);
    await expect.poll(() => hub.clients).toBe(0);
  });

  it('end where the peer is gone: it answers no ping', async () => {
    const { hub, sockets, dial } = await start({});
    const [gone, there] = [dial(), dial()];
    await Promise.all([once(gone, 'open'), once(there, 'open')]);
    sockets.beat();
    await once(there, 'ping');
    there.pong();
    // Its answer shows that the pong before it has come.
    there.send('{"type":"hello"}');
    await once(there, 'message');
    sockets.beat();
    await closed(gone);
    await expect.poll(() => hub.clients).toBe(1);
    expect(there.readyState).toBe(WebSocket.OPEN);
    there.terminate();
  });

  it('end where a client sends without end, or what is no text', async () => {
    const { dial } = await start({ maxMessages: 10 });
    const loud = dial();
    await once(loud, 'open');
    for (let i = 0; i < 11; i++) loud.send('{"type":"resume"}');
    expect(await closed(loud)).toEqual([1008, 'too many messages']);
    const binary = dial();
    await once(binary, 'open');
    binary.send(Uint8Array.of(1));
    expect(await closed(binary)).toEqual([1003, 'text only']);
  });

  it(
    'let a client go that does not read, and bring the others everything',
    async () => {
      const { hub, dial } = await start({ goodbyeMs: 20 });
      const [slow, quick] = [dial(), dial()];
      await Promise.all([once(slow, 'open'), once(quick, 'open')]);
      let heard = 0;
      quick.on('message', () => heard++);
      for (const client of [slow, quick]) client.send('{"type":"hello"}');
      const greeting = 4;
      await expect.poll(() => heard).toBe(greeting);
      slow.pause();
      const table = 'x'.repeat(500_000);
      let sent = 0;
      while (hub.clients === 2) {
        hub.broadcast({ type: 'commit', table, version: sent++, rows: 1, at: 0 });
        await expect.poll(() => heard, { timeout: LONG_MS }).toBe(greeting + sent);
      }
      expect([hub.clients, quick.readyState]).toEqual([1, WebSocket.OPEN]);
      slow.terminate();
      quick.terminate();
    },
    LONG_MS,
  );
});
