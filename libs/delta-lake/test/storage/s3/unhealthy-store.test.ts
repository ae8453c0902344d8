import { describe, expect, test } from 'vitest';
import { openTable, type S3Options, type S3RequestEvent, s3Store, type S3Store } from '../../../src/index.ts';
import { text } from '../contract.ts';
import { type Fault, STAND_IN_KEYS } from './stand-in.ts';
import { faults, start } from './started.ts';

describe('an unhealthy store', () => {
  test('is asked again, later and later, as long as it may get well', async () => {
    const slow: Fault = { kind: 'status', status: 503, code: 'SlowDown' };
    const { s3 } = await start({ fault: faults('GET', 'x', slow, { kind: 'cut' }, { kind: 'torn' }) });
    const events: S3RequestEvent[] = [];
    const store = s3Store('s3://bucket', { ...s3, onRequest: (event) => events.push(event) });
    await store.put('x', 'whole');
    events.length = 0;
    expect(text(await store.get('x'))).toBe('whole');
    expect(events.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 503],
      [2, null],
      [3, null],
      [4, 206],
    ]);
  });

  test('is unavailable when all attempts failed', async () => {
    const fault = (): Fault => ({ kind: 'status', status: 500, code: 'InternalError' });
    const { s3 } = await start({ fault });
    await expect(s3Store('s3://bucket', s3).get('x')).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'store-failed',
      message: 'GetObject of s3://bucket/x was answered 500 InternalError in 4 attempts: try again later.',
    });
  });

  test('is unavailable when it is silent or not there', async () => {
    const { s3 } = await start({ fault: () => ({ kind: 'silent', isCarriedOut: false }) });
    const silent = s3Store('s3://bucket', { ...s3, retry: { baseMs: 1, attempts: 2, timeoutMs: 20 } });
    await expect(silent.get('x')).rejects.toThrow(/no answer for 20 ms.*check the endpoint/);
    const absent = s3Store('s3://bucket', { ...s3, endpoint: 'http://127.0.0.1:1' });
    await expect(absent.get('x')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('that asks to be left alone for longer than a minute is unavailable at once', async () => {
    const events: S3RequestEvent[] = [];
    const fault = (): Fault => ({ kind: 'status', status: 503, code: 'SlowDown', retryAfter: '3600' });
    const { s3 } = await start({ fault });
    const store = s3Store('s3://bucket', { ...s3, onRequest: (event) => events.push(event) });
    await expect(store.head('x')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(events).toHaveLength(1);
  });

  test('is not asked any more once the signal has fired', async () => {
    const { s3 } = await start({ fault: () => ({ kind: 'silent', isCarriedOut: false }) });
    const stop = new AbortController();
    const store = s3Store('s3://bucket', { ...s3, signal: stop.signal });
    const waiting = store.get('x');
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(store.get('y')).rejects.toThrow('enough');
  });

  test('is asked once more at most when nobody waits for it any longer', async () => {
    const events: S3RequestEvent[] = [];
    const server = { isUnhealthy: true };
    const fault = (): Fault | null =>
      server.isUnhealthy ? { kind: 'status', status: 503, code: 'SlowDown', retryAfter: '30' } : null;
    const { s3 } = await start({ fault });
    const leave = new AbortController();
    const store = s3Store('s3://bucket', {
      ...s3,
      retryUntil: leave.signal,
      onRequest: (event) => {
        events.push(event);
        // The pause of 30 s before the next attempt has begun when this has run.
        setImmediate(() => leave.abort());
      },
    });
    await expect(store.get('x')).rejects.toMatchObject({ kind: 'unavailable', code: 'store-failed' });
    await expect(store.get('y')).rejects.toMatchObject({ kind: 'unavailable', code: 'store-failed' });
    expect(events.map(({ key, attempt }) => [key, attempt])).toEqual([
      ['x', 1],
      ['y', 1],
    ]);
    server.isUnhealthy = false;
    await store.put('z', 'left behind in order');
    expect(text(await store.get('z'))).toBe('left behind in order');
  });

  test('is never asked for more than it was agreed at once', async () => {
    let underWay = 0;
    let most = 0;
    const { s3 } = await start();
    const counted: typeof fetch = async (...request) => {
      most = Math.max(most, ++underWay);
      try {
        return await fetch(...request);
      } finally {
        underWay--;
      }
    };
    const store = s3Store('s3://bucket', { ...s3, maxRequests: 3, fetch: counted });
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.head(`${i}`)));
    expect(most).toBe(3);
  });

  test('gets the credentials of each request, with the token of temporary ones', async () => {
    const tokens: (string | null)[] = [];
    const { s3 } = await start();
    const noting: typeof fetch = (url, init) => {
      tokens.push(new Headers(init?.headers).get('x-amz-security-token'));
      return fetch(url, init);
    };
    let count = 0;
    const credentials = async () => ({ ...STAND_IN_KEYS, sessionToken: `token ${count++}` });
    const store = s3Store('s3://bucket', { ...s3, credentials, fetch: noting });
    expect(await store.head('x')).toBeNull();
    expect(await store.head('x')).toBeNull();
    expect(tokens).toEqual(['token 0', 'token 1']);
  });

  test('that does not know us says what to check, and shows no secret', async () => {
    const { s3 } = await start();
    const wrong = { accessKeyId: 'stand-in', secretAccessKey: 'hunter2' };
    const refused = s3Store('s3://bucket', { ...s3, credentials: wrong }).get('x');
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', code: 'access-denied' });
    await expect(refused).rejects.toThrow(/SignatureDoesNotMatch: check the access key/);
    await expect(refused).rejects.not.toThrow(/hunter2/);
    await expect(s3Store('s3://bucket', { endpoint: s3.endpoint ?? '' }).get('x')).rejects.toMatchObject({
      code: 'access-denied',
    });
  });

  test('without the bucket is no store without a table', async () => {
    const { s3 } = await start();
    await expect(openTable('s3://other/table', { s3 })).rejects.toMatchObject({ code: 'no-such-bucket' });
    await expect(openTable('s3://bucket/table', { s3 })).rejects.toMatchObject({ code: 'not-a-table' });
  });
});

describe('an unclear putIfAbsent', () => {
  const cases: readonly [string, Fault][] = [
    ['the answer was lost', { kind: 'lost' }],
    ['the answer did not come in time', { kind: 'silent', isCarriedOut: true }],
    ['the connection was cut before it was carried out', { kind: 'cut' }],
    ['the store was slow', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['two writes met', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
  ];

  /** Where the store is silent, an attempt is not waited for long. */
  const storeFor = (s3: S3Options, fault: Fault): S3Store =>
    s3Store('s3://bucket', fault.kind === 'silent' ? { ...s3, retry: { ...s3.retry, timeoutMs: 500 } } : s3);

  test.each(cases)('is created when %s and nobody else was there', async (_name, fault) => {
    const { s3 } = await start({ fault: faults('PUT', 'commit', fault) });
    const store = storeFor(s3, fault);
    expect(await store.putIfAbsent('commit', 'ours')).toBe('created');
    expect(text(await store.get('commit'))).toBe('ours');
    expect(await store.putIfAbsent('commit', 'ours')).toBe('exists');
  });

  test.each(cases)('exists when %s and somebody was there before', async (_name, fault) => {
    const { s3, server } = await start({ fault: faults('PUT', 'commit', fault) });
    // The same bytes: content does not say whose it is.
    const theirs = { body: Buffer.from('same'), etag: '"theirs"', modifiedAtMs: 0, metadata: {} };
    server.objects.set('commit', theirs);
    expect(await storeFor(s3, fault).putIfAbsent('commit', 'same')).toBe('exists');
    expect(server.objects.get('commit')).toBe(theirs);
  });

  test('is created when every answer was lost', async () => {
    const lost: Fault = { kind: 'lost' };
    const { s3 } = await start({ fault: faults('PUT', 'commit', lost, lost, lost, lost) });
    const store = s3Store('s3://bucket', s3);
    expect(await store.putIfAbsent('commit', 'ours')).toBe('created');
  });

  test('fails when it was never carried out', async () => {
    const cut: Fault = { kind: 'cut' };
    const { s3 } = await start({ fault: faults('PUT', 'commit', cut, cut, cut, cut) });
    const store = s3Store('s3://bucket', s3);
    await expect(store.putIfAbsent('commit', 'ours')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await store.head('commit')).toBeNull();
  });
});
