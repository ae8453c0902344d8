import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { askOverHttp } from '../../src/program/ask-over-http.ts';

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const ask = (url: URL, signal = new AbortController().signal) =>
  askOverHttp(url, { method: 'GET', headers: { 'x-a': '1' }, redirect: 'manual', signal });

async function textOf(url: URL): Promise<string> {
  const { body } = await ask(url);
  let text = '';
  for await (const bytes of body ?? []) text += Buffer.from(bytes).toString();
  return text;
}

describe('an HTTP request', () => {
  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('unpacks an answer that is packed with %s', async (name, pack) => {
    await using there = await serve((request, response) => {
      response
        .writeHead(200, { 'content-encoding': name })
        .end(pack(`${String(request.headers['x-a'])} plain`));
    });
    expect(await textOf(there.url)).toBe('1 plain');
  });

  test('gives a redirect as it is, with its headers in any letters', async () => {
    await using there = await serve((_, response) =>
      response.writeHead(302, { Location: '/there', 'x-two': ['a', 'b'] }).end(),
    );
    const { status, headers } = await ask(there.url);
    expect([status, headers.get('LOCATION'), headers.get('X-Two'), headers.get('none')]).toEqual([
      302,
      '/there',
      'a, b',
      null,
    ]);
  });

  test('sends a form', async () => {
    await using there = await serve((request, response) => {
      void (async () => {
        let text = '';
        for await (const bytes of request) text += String(bytes);
        response.end(`${request.method} ${request.headers['content-type']} ${text}`);
      })();
    });
    const { signal } = new AbortController();
    const body = new URLSearchParams({ a: 'ü & b' });
    const answer = await askOverHttp(there.url, {
      method: 'POST',
      headers: {},
      body,
      redirect: 'manual',
      signal,
    });
    let text = '';
    for await (const bytes of answer.body ?? []) text += Buffer.from(bytes).toString();
    expect(text).toBe('POST application/x-www-form-urlencoded;charset=UTF-8 a=%C3%BC+%26+b');
  });

  test('is not made again by itself when the connection breaks: it may cost credits', async () => {
    let asked = 0;
    await using there = await serve((request, response) => {
      asked += 1;
      if (asked === 2) request.socket.resetAndDestroy();
      else response.end(`answer ${asked}`);
    });
    expect(await textOf(there.url)).toBe('answer 1');
    await expect(textOf(there.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(asked).toBe(2);
  });

  test('throws what its signal says, before the answer and in the middle of it', async () => {
    await using there = await serve((request, response) => {
      if (request.url === '/slow') response.writeHead(200).write('begun');
    });
    const early = new AbortController();
    const asked = ask(there.url, early.signal);
    early.abort(new DOMException('late', 'TimeoutError'));
    await expect(asked).rejects.toThrow('late');

    const late = new AbortController();
    const { body } = await ask(new URL('/slow', there.url), late.signal);
    const read = (async () => {
      for await (const _ of body ?? []) late.abort(new DOMException('too slow', 'TimeoutError'));
    })();
    await expect(read).rejects.toThrow('too slow');
  });

  test('throws when the answer is cut off', async () => {
    await using there = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    });
    await expect(textOf(there.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
