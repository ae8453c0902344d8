import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createTable,
  openTable,
  type S3Options,
  type S3RequestEvent,
  s3FromEnvironment,
  s3Store,
} from '../../../src/index.ts';
import { collect, fileNamed, SCHEMA, temporaryFolder } from '../../tables.ts';
import { keys, storeContract, text } from '../contract.ts';
import { type Fault, STAND_IN_KEYS, StandIn, type StandInOptions } from './stand-in.ts';

async function start(options: StandInOptions = {}): Promise<{ server: StandIn; s3: S3Options }> {
  const server = await new StandIn(options).listen();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const s3 = {
    endpoint: server.endpoint,
    credentials: STAND_IN_KEYS,
    conditionalPut: true,
    retry: { baseMs: 1, attempts: 4, timeoutMs: 300 },
  };
  return { server, s3 };
}

/** Faults for the first requests of a method on keys that hold `part`; the others go through. */
function faults(method: string, part: string, ...list: readonly Fault[]): StandInOptions['fault'] & object {
  const left = [...list];
  return (request) =>
    request.method === method && request.key.includes(part) ? (left.shift() ?? null) : null;
}

describe('the S3 store keeps the promises of the port:', () => {
  storeContract(async () => {
    const { s3 } = await start({ pageSize: 3 });
    return s3Store('s3://bucket/some/where', s3);
  });
});

describe('the S3 store at the root of a bucket keeps the promises of the port:', () => {
  storeContract(async () => s3Store('s3://bucket', (await start()).s3));
});

describe('the S3 store with a cache keeps the promises of the port:', () => {
  storeContract(async () => {
    const cache = { folder: temporaryFolder(), maxBytes: 1_000_000 };
    const store = s3Store('s3://bucket/lake', { ...(await start()).s3, cache });
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  });
});

describe('keys and addresses', () => {
  const strange = ["a b+c&d=e/f%20g/ü–~!*'().parquet", 'p=%2F/1', 'x?y#z'];

  test('what a key holds does not matter, but for segments that a URL folds', async () => {
    const store = s3Store('s3://bucket/top level', (await start({ pageSize: 1 })).s3);
    for (const key of strange) await store.put(key, key);
    for (const key of strange) expect(text(await store.get(key))).toBe(key);
    expect(await keys(store, '')).toEqual([...strange].sort());
    await expect(store.put('a/../b', 'x')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(store.put('/a', 'x')).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test.each(['s3://', 'http://x/y', 's3://key:secret@bucket/x'])('%s is refused', (address) => {
    expect(() => s3Store(address)).toThrow(/is not of the form s3:\/\/bucket\/path/);
  });

  test.each(['ftp://host', 'host:9000', 'http://user:hunter2@host', 'http://host/path'])(
    'the endpoint %s is refused, and no password shown',
    (endpoint) => {
      expect(() => s3Store('s3://bucket', { endpoint })).toThrow(/endpoint/);
      expect(() => s3Store('s3://bucket', { endpoint })).not.toThrow(/hunter2/);
    },
  );

  test('on AWS the bucket is in the host, with an endpoint of its own in the path', async () => {
    const asked: string[] = [];
    const fetch = async (url: unknown): Promise<Response> => (asked.push(String(url)), new Response(''));
    await s3Store('s3://bucket/a', { region: 'eu-central-1', fetch }).get('b');
    await s3Store('s3://my.bucket/a', { region: 'eu-central-1', fetch }).get('b');
    await s3Store('s3://bucket/a', { endpoint: 'https://s3.example:9000', fetch }).get('b');
    await s3Store('s3://bucket/a', { endpoint: 'https://s3.example', pathStyle: false, fetch }).get('b');
    expect(asked).toEqual([
      'https://bucket.s3.eu-central-1.amazonaws.com/a/b',
      'https://s3.eu-central-1.amazonaws.com/my.bucket/a/b',
      'https://s3.example:9000/bucket/a/b',
      'https://bucket.s3.example/a/b',
    ]);
  });

  test('the usual variables give endpoint, region and credentials', () => {
    expect(
      s3FromEnvironment({
        AWS_ENDPOINT_URL: 'http://host',
        AWS_DEFAULT_REGION: 'garage',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
      }),
    ).toEqual({
      endpoint: 'http://host',
      region: 'garage',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    });
    expect(s3FromEnvironment({ AWS_REGION: '', AWS_ACCESS_KEY_ID: 'id' })).toEqual({});
  });
});

describe('an ill store', () => {
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
      message: 'GetObject of s3://bucket/x was answered 500 InternalError at 4 attempts: try again later.',
    });
  });

  test('is unavailable when it is silent or not there', async () => {
    const { s3 } = await start({ fault: () => ({ kind: 'silent', isCarriedOut: false }) });
    const silent = s3Store('s3://bucket', { ...s3, retry: { baseMs: 1, attempts: 2, timeoutMs: 20 } });
    await expect(silent.get('x')).rejects.toThrow(/no sign of life for 20 ms.*check the endpoint/);
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

  test('is told who asks anew at each request, with the token of temporary credentials', async () => {
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

  test.each(cases)('is created when %s and nobody else was there', async (_name, fault) => {
    const { s3 } = await start({ fault: faults('PUT', 'commit', fault) });
    const store = s3Store('s3://bucket', s3);
    expect(await store.putIfAbsent('commit', 'ours')).toBe('created');
    expect(text(await store.get('commit'))).toBe('ours');
    expect(await store.putIfAbsent('commit', 'ours')).toBe('exists');
  });

  test.each(cases)('exists when %s and somebody was there before', async (_name, fault) => {
    const { s3, server } = await start({ fault: faults('PUT', 'commit', fault) });
    // The same bytes: content does not say whose it is.
    const theirs = { body: Buffer.from('same'), etag: '"theirs"', modifiedAtMs: 0, metadata: {} };
    server.objects.set('commit', theirs);
    expect(await s3Store('s3://bucket', s3).putIfAbsent('commit', 'same')).toBe('exists');
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

describe('large objects', () => {
  const LARGE = Uint8Array.from({ length: 25_000 }, (_, i) => (i * 31) % 251);

  test('go and come in parts, side by side, also when a part fails', async () => {
    const { s3, server } = await start({
      fault: faults('PUT', 'large', { kind: 'cut' }, { kind: 'status', status: 500, code: 'InternalError' }),
    });
    const events: S3RequestEvent[] = [];
    const store = s3Store('s3://bucket', {
      ...s3,
      partBytes: 10_000,
      onRequest: (event) => events.push(event),
    });
    await store.put('large', LARGE);
    expect(Buffer.compare(await store.get('large'), LARGE)).toBe(0);
    expect(server.uploads.size).toBe(0);
    const done = events.filter(({ status, key }) => (status ?? 500) < 300 && key === 'large');
    expect(done.map(({ operation }) => operation).sort()).toEqual([
      'CompleteMultipartUpload',
      'CreateMultipartUpload',
      ...Array(3).fill('GetObject'),
      ...Array(3).fill('UploadPart'),
    ]);
  });

  test('go from a file and come into one', async () => {
    const { s3, server } = await start({
      fault: faults('GET', 'large', { kind: 'torn' }, { kind: 'status', status: 503, code: 'SlowDown' }),
    });
    const store = s3Store('s3://bucket', { ...s3, partBytes: 10_000 });
    const path = join(temporaryFolder(), 'large');
    writeFileSync(path, LARGE);
    await store.putFile('large', path);
    expect(server.objects.get('large')?.body.equals(LARGE)).toBe(true);
    await using copy = await store.localCopy('large');
    expect(readFileSync(copy.path).equals(LARGE)).toBe(true);
  });

  test('leave nothing behind when they fail', async () => {
    const denied: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
    const { s3, server } = await start({ fault: faults('PUT', 'large', denied) });
    const store = s3Store('s3://bucket', { ...s3, partBytes: 10_000 });
    await expect(store.put('large', LARGE)).rejects.toMatchObject({ code: 'access-denied' });
    expect(server.uploads.size).toBe(0);
    expect(await store.head('large')).toBeNull();
  });

  test.each<[string, Fault]>([
    ['lost', { kind: 'lost' }],
    ['an error', { kind: 'status', status: 200, code: 'InternalError' }],
  ])('are there when the answer to their completion was %s', async (_name, fault) => {
    let count = 0;
    const { s3 } = await start({
      fault: ({ method, query }) =>
        method === 'POST' && query.has('uploadId') && count++ === 0 ? fault : null,
    });
    const store = s3Store('s3://bucket', { ...s3, partBytes: 10_000 });
    await store.put('large', LARGE);
    expect((await store.head('large'))?.bytes).toBe(LARGE.length);
  });

  test('that are replaced while they come are read anew, never mixed', async () => {
    let gets = 0;
    const other = LARGE.map((byte) => 255 - byte);
    const { s3, server } = await start({
      fault: ({ method }) => {
        if (method === 'GET' && gets++ === 1) {
          const body = Buffer.from(other);
          server.objects.set('large', { body, etag: '"other"', modifiedAtMs: 0, metadata: {} });
        }
        return null;
      },
    });
    const store = s3Store('s3://bucket', { ...s3, partBytes: 10_000 });
    await store.put('large', LARGE);
    expect(Buffer.compare(await store.get('large'), other)).toBe(0);
  });
});

describe('who may write', () => {
  test('a store of which nothing is known is read only, and says what to do', async () => {
    const { s3, server } = await start();
    const store = s3Store('s3://bucket/lake', { endpoint: s3.endpoint ?? '', credentials: STAND_IN_KEYS });
    const sentence = /Cannot write to s3:\/\/bucket\/lake: .*`conditionalPut: true`.*`singleWriter: true`/;
    for (const write of [
      () => store.put('x', 'y'),
      () => store.putIfAbsent('x', 'y'),
      () => store.delete('x'),
      () => createTable(store.at('table'), { schema: SCHEMA }),
    ]) {
      await expect(write()).rejects.toMatchObject({ kind: 'invalid', code: 'writes-refused' });
      await expect(write()).rejects.toThrow(sentence);
    }
    expect(server.objects.size).toBe(0);
  });

  test('a store that ignores the condition is found out at the first write', async () => {
    const { s3, server } = await start({ conditionalPut: 'ignored' });
    const write = createTable('s3://bucket/table', { schema: SCHEMA }, { s3 });
    await expect(write).rejects.toMatchObject({ kind: 'invalid', code: 'writes-refused' });
    await expect(write).rejects.toThrow(/ignores If-None-Match.*`singleWriter: true`/);
    expect([...server.objects.keys()]).toEqual(['table/_conditional_put_probe']);
  });

  test('the probe is one request where it was made before', async () => {
    const { s3 } = await start();
    const probes: S3RequestEvent[] = [];
    const onRequest = (event: S3RequestEvent): void => {
      if (event.key.endsWith('probe')) probes.push(event);
    };
    for (let i = 0; i < 2; i++) {
      const store = s3Store('s3://bucket', { ...s3, onRequest });
      await store.put('a', 'x');
      await store.at('b').put('c', 'x');
    }
    expect(probes.map(({ status }) => status)).toEqual([200, 412, 412]);
  });
});

test('a table may name files elsewhere on the same S3, as a shallow clone does, and none on this disk', async () => {
  const { s3 } = await start();
  const source = await createTable('s3://bucket/source dir', { schema: SCHEMA }, { s3 });
  await source.append([{ id: 1n, name: 'x', day: '2026-11-24' }]);
  await source.settled();
  const [file] = source.cached().files();
  await createTable('s3://bucket/clone', { schema: SCHEMA }, { s3 });
  const store = s3Store('s3://bucket/clone', s3);
  const add = (path: string): string =>
    JSON.stringify({
      add: { path, partitionValues: {}, size: file?.size, modificationTime: 1, dataChange: true },
    });
  await store.put('_delta_log/00000000000000000001.json', add(`s3a://bucket/source%20dir/${file?.path}`));
  const clone = await openTable('s3://bucket/clone', { s3 });
  expect((await collect(clone.cached().rows())).flat()).toEqual([{ id: 1n, name: 'x', day: '2026-11-24' }]);

  await store.put('_delta_log/00000000000000000002.json', add('file:///etc/hostname'));
  await expect(collect((await clone.snapshot()).rows())).rejects.toMatchObject({
    code: 'unsupported-feature',
    facts: { feature: 'files outside the table' },
  });
});

describe('requests of a table', () => {
  test('are few, however long the log is', async () => {
    const { s3 } = await start();
    const events: S3RequestEvent[] = [];
    const options = { s3: { ...s3, onRequest: (event: S3RequestEvent) => events.push(event) } };
    const count = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
      events.length = 0;
      await work();
      const counts: Record<string, number> = {};
      for (const { operation } of events) counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    };
    const commit = async (): Promise<void> => {
      const transaction = table.startTransaction({ operation: 'WRITE' });
      const result = await transaction.append([fileNamed(`f${table.cached().version}`)]).commit();
      expect(result.kind).toBe('committed');
      await table.settled();
    };
    const table = await createTable(
      's3://bucket/table',
      { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '10' } },
      options,
    );
    for (let i = 0; i < 24; i++) await commit();
    // A scan: one request for each small file, and none for those that the predicate leaves out.
    const data = await createTable(
      's3://bucket/data',
      { schema: SCHEMA, partitionColumns: ['day'] },
      options,
    );
    for (const day of ['2026-11-23', '2026-11-24', '2026-11-25'])
      await data.append([{ id: 1n, name: 'x', day }]);
    await data.settled();
    const snapshot = data.cached();
    const scan = (days: readonly string[]) =>
      collect(snapshot.rows({ predicate: [{ column: 'day', in: days }] }));
    expect(await count(() => collect(snapshot.rows()))).toEqual({ GetObject: 3 });
    expect(await count(() => scan(['2026-11-24']))).toEqual({ GetObject: 1 });
    expect(await count(() => scan(['2026-11-22']))).toEqual({});
    // The commit and its checksum.
    expect(await count(commit)).toEqual({ PutObject: 2 });
    // The next commit, absent; the current one, still there.
    expect(await count(() => table.snapshot())).toEqual({ GetObject: 1, HeadObject: 1 });
    // Against two commits of others: the lost version, what came after it, the end of the log; the version that is won.
    const other = await openTable('s3://bucket/table', { s3 });
    for (const path of ['other1', 'other2'])
      await other
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(path)])
        .commit();
    await other.settled();
    expect(await count(commit)).toEqual({ PutObject: 1 + 2, GetObject: 1 + 2 });
    // The hint, the listing from there on, the checkpoint (size, bytes), commits 21 to 28.
    expect(await count(() => openTable('s3://bucket/table', options))).toEqual({
      GetObject: 1 + 1 + 8,
      HeadObject: 1,
      ListObjectsV2: 1,
    });
  });
});
