import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTable, openTable, type S3Options, s3Store, type S3Store } from '../../src/index.ts';
import { storeContract } from '../storage/contract.ts';
import { type S3Server, SERVERS } from '../storage/s3/servers.ts';
import { collect, fileNamed, SCHEMA, temporaryFolder } from '../tables.ts';

describe.each(SERVERS)('$name', ({ start, isAtomic }) => {
  let server: S3Server;
  let count = 0;
  /** An empty place in the bucket. */
  const place = (): string => `s3://bucket/place ${count++}`;
  const writable = (): S3Options => ({
    ...server.s3,
    ...(isAtomic ? { conditionalPut: true } : { singleWriter: { leaseMs: 3_000, settleMs: 100 } }),
  });
  const open = (options: S3Options): S3Store => {
    const store = s3Store(place(), options);
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  };

  describe.skipIf(start === null)('', () => {
    beforeAll(async () => {
      if (start) server = await start();
    }, 120_000);
    afterAll(() => server[Symbol.asyncDispose]());

    describe('keeps the promises of the port:', () => {
      storeContract(() => open({ ...writable(), cache: { folder: temporaryFolder(), maxBytes: 1_000_000 } }));
    });

    test('carries keys with any character, and large objects in parts', async () => {
      const store = open({ ...writable(), partBytes: 5 << 20 });
      const strange = ["a b+c&d=e/f%20g/ü–~!*'().parquet", 'p=%2F/1'];
      for (const key of strange) await store.put(key, key);
      expect((await collect(store.list(''))).map(({ key }) => key)).toEqual(strange.toSorted());
      const large = Buffer.alloc(17 << 20, 'contrail ');
      await store.put('large', large);
      expect(large.equals(await store.get('large'))).toBe(true);
    });

    test('says so when it does not know us', async () => {
      const credentials = { accessKeyId: 'nobody', secretAccessKey: 'hunter2' };
      const get = s3Store(place(), { ...server.s3, credentials }).get('x');
      // gofakes3 lets everybody in.
      await expect(get).rejects.toMatchObject({ kind: 'invalid' });
      await expect(get).rejects.not.toThrow(/hunter2/);
    });

    if (isAtomic) {
      test('lets exactly one of 20 writers win, 100 times over', async () => {
        const root = place();
        const stores = Array.from({ length: 20 }, () => s3Store(root, writable()));
        for (let round = 0; round < 100; round++) {
          const key = `${round}.json`;
          const outcomes = await Promise.all(
            stores.map((store, writer) => store.putIfAbsent(key, `writer ${writer}`)),
          );
          expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
          const won = Buffer.from(await (stores[0] as S3Store).get(key)).toString();
          expect(won).toBe(`writer ${outcomes.indexOf('created')}`);
        }
      });

      test('passes the probe', async () => {
        await open({ ...server.s3, conditionalPut: true }).claim();
      });
    } else {
      test('fails the probe, so nothing is written without `singleWriter`', async () => {
        const create = createTable(
          place(),
          { schema: SCHEMA },
          { s3: { ...server.s3, conditionalPut: true } },
        );
        await expect(create).rejects.toThrow(/ignores If-None-Match.*`singleWriter: true`/);
        const undeclared = createTable(place(), { schema: SCHEMA }, { s3: server.s3 });
        await expect(undeclared).rejects.toMatchObject({ code: 'writes-refused' });
      });

      test('takes one writer, and turns a second one away until the first has ended', async () => {
        const address = place();
        const s3 = { ...server.s3, singleWriter: { leaseMs: 3_000, settleMs: 100 } };
        const first = await createTable(address, { schema: SCHEMA }, { s3 });
        await using second = await openTable(address, { s3 });
        const commit = (table: typeof first, path: string) =>
          table
            .startTransaction({ operation: 'WRITE' })
            .append([fileNamed(path)])
            .commit();
        expect(await commit(first, 'a')).toMatchObject({ kind: 'committed', version: 1 });
        await expect(commit(second, 'b')).rejects.toMatchObject({ kind: 'conflict', code: 'writer-locked' });
        expect(await commit(first, 'c')).toMatchObject({ kind: 'committed', version: 2 });
        await first[Symbol.asyncDispose]();
        expect(await commit(second, 'b')).toMatchObject({ kind: 'committed', version: 3 });
      });
    }
  });
});
