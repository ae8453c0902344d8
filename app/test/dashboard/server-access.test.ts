import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DashboardServer } from '../../src/dashboard/server.ts';
import { LakeFixture } from './lake-fixture.ts';
import { Page, raw } from './page-client.ts';
import { serverOn } from './server-on.ts';

describe('who gets what from a dashboard server', () => {
  let lake: LakeFixture;
  let server: DashboardServer;
  let answer: (path: string, headers?: Record<string, string>) => Promise<Response>;

  beforeAll(async () => {
    lake = await LakeFixture.create();
    await mkdir(`${lake.root}/web/assets`, { recursive: true });
    await writeFile(`${lake.root}/web/index.html`, '<!doctype html><title>Contrail</title>');
    await writeFile(`${lake.root}/web/assets/main-1a2b.js`, `export default '${'x'.repeat(5000)}';`);
    await writeFile(`${lake.root}/secret.txt`, 'not yours');
    server = await serverOn(lake, { webRoot: `${lake.root}/web` });
    answer = (path, headers = {}) => fetch(server.url + path, { headers });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
  });

  it('serves the page, strictly, and nothing beside it', async () => {
    const page = await answer('/traffic');
    expect(await page.text()).toContain('<title>Contrail</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await answer('/assets/main-1a2b.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect(await script.text()).toContain('xxxx');
    const etag = script.headers.get('etag') ?? '';
    expect((await answer('/assets/main-1a2b.js', { 'If-None-Match': etag })).status).toBe(304);
    for (const path of [
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%00.txt',
      '/%ff.txt',
    ]) {
      const response = await answer(path);
      expect([path, response.status, (await response.text()).includes('not yours')]).toEqual([
        path,
        404,
        false,
      ]);
    }
  });

  it('tells its numbers, and refuses a socket that another site opens', async () => {
    expect(await (await answer('/metrics')).text()).toMatch(/^contrail_dashboard_aircraft 0$/m);
    const foreign = new Page(server.url, { origin: 'https://elsewhere.example' });
    const [error] = (await once(foreign.socket, 'error')) as [Error];
    expect(error.message).toContain('403');
    const own = new Page(server.url, { origin: server.url });
    await once(own.socket, 'open');
    own.socket.terminate();
  });

  it('is the same below any path, whether a proxy takes that off or passes it on', async () => {
    for (const prefix of ['', '/contrail', '/a/contrail']) {
      expect(await (await answer(`${prefix}/`)).text()).toContain('<title>Contrail</title>');
      expect(await (await answer(`${prefix}/traffic`)).text()).toContain('<title>Contrail</title>');
      expect((await answer(`${prefix}/api/status`)).status).toBe(200);
      expect((await answer(`${prefix}/assets/main-1a2b.js`)).status).toBe(200);
    }
    const sent = await answer('/contrail?icao24=3c6444');
    expect([sent.redirected, sent.url]).toEqual([true, `${server.url}/contrail/?icao24=3c6444`]);
    expect((await answer('/contrail/traffic/')).url).toBe(`${server.url}/contrail/traffic`);
  });

  it('refuses a name that a site has pointed at this machine, over HTTP and WebSocket', async () => {
    for (const path of ['/', '/api/status', '/api/live/key', '/metrics']) {
      const refused = await raw(server.url + path, { headers: { host: 'rebound.example:8501' } });
      expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
        403,
        { error: { code: 'foreign-host' } },
      ]);
    }
    const host = 'rebound.example';
    const page = new Page(server.url, { host, origin: `http://${host}` });
    const [error] = (await once(page.socket, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  it('gives the socket to its page behind a proxy that changes Host, by the key that only that page can read', async () => {
    const { key } = (await (await answer('/api/live/key')).json()) as { key: string };
    const own = new Page(server.url, { origin: 'https://planes.example.org' }, `?key=${key}`);
    await once(own.socket, 'open');
    own.socket.terminate();
  });

  it('answers an upgrade to another protocol or at another place, and does not keep it', async () => {
    const upgrade = (path: string, to: string): Promise<{ status: number }> =>
      raw(server.url + path, {
        headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: to, 'http2-settings': 'AAMAAABk' },
      });
    expect((await upgrade('/healthz', 'h2c')).status).toBe(200);
    expect((await upgrade('/healthz', 'websocket')).status).toBe(200);
    expect((await upgrade('/api/live', 'h2c')).status).toBe(426);
    expect((await upgrade('//', 'websocket')).status).toBe(200);
  });

  it('names the port and the flag when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const started = serverOn(lake, { port });
    await expect(started).rejects.toMatchObject({ kind: 'invalid', code: 'port-in-use' });
    await expect(started).rejects.toThrow(new RegExp(`${port}.*--dashboard-port`));
    other.close();
  });

  it('says how to build the page when it is missing, and closes sockets with 1001 within two seconds, though requests hang', async () => {
    const second = await serverOn(lake, { maxConnections: 5 });
    const notBuilt = await fetch(`${second.url}/`);
    expect([notBuilt.status, await notBuilt.text()]).toEqual([
      503,
      expect.stringContaining('npm run -w web build'),
    ]);
    const page = new Page(second.url);
    await once(page.socket, 'open');
    const others = [new Page(second.url), new Page(second.url)];
    await Promise.all(others.map(({ socket }) => once(socket, 'open')));
    const [full] = (await once(new Page(second.url).socket, 'error')) as [Error];
    expect(full.message).toContain('503');
    for (const { socket } of others) socket.terminate();
    // A request that never ends, and one that never begins.
    const hanging = ['GET /healthz HTTP/1.1\r\nHost: localhost\r\n', ''].map((text) => {
      const socket = connect(second.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      return socket;
    });
    await Promise.all(hanging.map((socket) => once(socket, 'connect')));
    const closed = once(page.socket, 'close');
    const began = performance.now();
    await second[Symbol.asyncDispose]();
    expect((await closed)[0]).toBe(1001);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
