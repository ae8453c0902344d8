import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type S3RequestEvent, s3Store } from '../../../src/index.ts';
import { temporaryFolder } from '../../tables.ts';
import type { Fault } from './stand-in.ts';
import { faults, start } from './started.ts';

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

  test('that are replaced while they come are read again, never mixed', async () => {
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
