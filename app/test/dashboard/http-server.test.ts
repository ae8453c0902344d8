import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { connectionsFor, createHttpServer } from '../../src/dashboard/http-server.ts';

const SECRET_BODY = 'hello';

describe('the HTTP server', () => {
  const open: Socket[] = [];
  const lines: { readonly msg: string }[] = [];
  let server: Server;

  async function start(maxConnections = 64): Promise<() => Promise<Socket>> {
    lines.length = 0;
    const logger = pino(
      {},
      { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) },
    );
    server = createHttpServer({
      fetch: () => new Response(SECRET_BODY),
      shouldUpgrade: () => false,
      logger,
      maxConnections,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      open.push(socket);
      await once(socket, 'connect');
      return socket;
    };
  }

  afterEach(() => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** All that comes until the other side ends the connection. */
  async function answerTo(socket: Socket, request: string): Promise<string> {
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
    });
    socket.write(request);
    await once(socket, 'end');
    return text;
  }

  it('answers a request with an Upgrade that is not ours, instead of leaving it open', async () => {
    const dial = await start();
    for (const upgrade of ['h2c', 'websocket', 'TLS/1.3', 'h2c, websocket', 'x'.repeat(500)]) {
      const head = `GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: ${upgrade}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n`;
      const answer = await answerTo(
        await dial(),
        `${head}Connection: Upgrade, HTTP2-Settings\r\n\r\n`.replace('\r\n\r\n', ', close\r\n\r\n'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toContain(SECRET_BODY);
    }
  });

  it('refuses and closes what is no HTTP/1.1: HTTP/2 with prior knowledge, CONNECT, endless headers', async () => {
    const dial = await start();
    expect(await answerTo(await dial(), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await answerTo(await dial(), 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
    const long = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await answerTo(await dial(), long)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('turns connections away beyond its bound, says so once, and serves again when one is free', async () => {
    const dial = await start(2);
    const [first] = [await dial(), await dial()];
    for (const extra of [await dial(), await dial()]) {
      extra.resume();
      await once(extra, 'close');
    }
    expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('largest number of connections')]);
    first?.destroy();
    await expect
      .poll(async () => {
        const again = await dial();
        return answerTo(again, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      })
      .toContain(SECRET_BODY);
  });

  it('goes on when the process has no descriptor left to accept a connection with, and says so once', async () => {
    const dial = await start();
    for (let i = 0; i < 3; i++) {
      server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    }
    expect(lines.map(({ msg }) => msg)).toEqual(['the dashboard could not accept a connection']);
    const answer = await answerTo(await dial(), 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toContain(SECRET_BODY);
  });

  it('has bounds for slow headers, slow bodies and silence', async () => {
    await start();
    expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
    expect(server.requestTimeout).toBeLessThanOrEqual(20_000);
    expect(server.timeout).toBeLessThanOrEqual(60_000);
  });

  it('leaves most descriptors to the rest of the process', () => {
    expect([null, 1_048_576, 1024, 256, 20].map(connectionsFor)).toEqual([512, 512, 256, 64, 8]);
  });
});
