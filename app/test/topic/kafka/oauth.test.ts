import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenSource } from '../../../src/topic/kafka/oauth.ts';

const ZEROS = new Uint8Array(65_536);

/** A source of tokens at an endpoint that gives this answer. */
function endpoint(
  answer: () => Response,
  requests: { url: string; body: string }[] = [],
  redirects: unknown[] = [],
) {
  return tokenSource({
    url: 'https://login.example/token',
    clientId: 'contrail',
    clientSecret: { reveal: () => 'hush hush' },
    scope: 'kafka',
    fetch: async (url, init) => {
      const body = init?.body;
      redirects.push(init?.redirect);
      requests.push({ url: url as string, body: body instanceof URLSearchParams ? body.toString() : '' });
      return answer();
    },
    timeout: () => new AbortController().signal,
  });
}

describe('a token for Kafka', () => {
  it('is asked for with the client’s credentials, each time', async () => {
    const requests: { url: string; body: string }[] = [];
    const token = endpoint(() => Response.json({ access_token: 'abc', expires_in: 300 }), requests);
    expect([await token(), await token()]).toEqual(['abc', 'abc']);
    expect(requests).toHaveLength(2);
    expect(requests[0]).toEqual({
      url: 'https://login.example/token',
      body: 'grant_type=client_credentials&client_id=contrail&client_secret=hush+hush&scope=kafka',
    });
  });

  it('is asked for at the place that was set alone: the secret follows no redirect', async () => {
    const redirects: unknown[] = [];
    await endpoint(() => Response.json({ access_token: 'abc' }), [], redirects)();
    expect(redirects).toEqual(['manual']);
  });

  it('is refused for good when the client is not known, and the secret is not told', async () => {
    const token = endpoint(() => Response.json({ error: 'invalid_client' }, { status: 401 }));
    await expect(token()).rejects.toMatchObject({ kind: 'invalid', code: 'kafka-token-refused' });
    await expect(token()).rejects.not.toThrow('hush');
  });

  it.each([
    ['the endpoint is down', () => new Response('busy', { status: 503 })],
    ['the answer has no token', () => Response.json({})],
    [
      'it redirects',
      () => new Response(null, { status: 307, headers: { location: 'https://evil.example/' } }),
    ],
    ['the answer has no end', () => new Response(new ReadableStream({ pull: (it) => it.enqueue(ZEROS) }))],
    [
      'nobody answers',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
  ])('may come later when %s', async (_, answer) => {
    await expect(endpoint(answer)()).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'kafka-token-unavailable',
    });
  });

  it('is read again from a file that another program keeps fresh', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'contrail-token-'));
    try {
      const file = join(folder, 'token');
      const options = {
        clientId: null,
        clientSecret: null,
        scope: null,
        fetch,
        timeout: (ms: number) => AbortSignal.timeout(ms),
      };
      const token = tokenSource({ url: pathToFileURL(file).href, ...options });
      await expect(token()).rejects.toMatchObject({ kind: 'invalid', code: 'kafka-token-refused' });
      writeFileSync(file, 'first\n');
      expect(await token()).toBe('first');
      writeFileSync(file, 'second');
      expect(await token()).toBe('second');
      writeFileSync(file, '');
      await expect(token()).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
