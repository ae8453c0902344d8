import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createTable,
  openTable,
  type S3RequestEvent,
  s3FromEnvironment,
  s3Store,
} from '../../../src/index.ts';
import { collect, SCHEMA, temporaryFolder } from '../../tables.ts';
import { keys, storeContract, text } from '../contract.ts';
import { STAND_IN_KEYS } from './stand-in.ts';
import { start } from './started.ts';

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
