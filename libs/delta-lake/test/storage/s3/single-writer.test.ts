import { describe, expect, onTestFinished, test } from 'vitest';
import { createTable, openTable, type S3Options, s3Store, type S3Store } from '../../../src/index.ts';
import { fileNamed, paths, SCHEMA } from '../../tables.ts';
import { storeContract, text } from '../contract.ts';
import { STAND_IN_KEYS, StandIn, type StandInOptions } from './stand-in.ts';

async function garage(options: StandInOptions = {}): Promise<{ server: StandIn; s3: S3Options }> {
  const server = await new StandIn({ conditionalPut: 'ignored', ...options }).listen();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, s3: { endpoint: server.endpoint, credentials: STAND_IN_KEYS, retry: { baseMs: 1 } } };
}

/** Short enough to be waited for. */
const QUICK = { leaseMs: 60, settleMs: 1 };

function closing(store: S3Store): S3Store {
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store;
}

describe('a single writer on a store that ignores the condition keeps the promises of the port:', () => {
  storeContract(async () =>
    closing(s3Store('s3://bucket/lake', { ...(await garage()).s3, singleWriter: QUICK })),
  );
});

describe('a table with a single writer', () => {
  test('is written and read, a second writer is turned away, and comes in when the first has ended', async () => {
    const { s3 } = await garage();
    const singleWriter = { leaseMs: 3_000, settleMs: 1 };
    const first = await createTable(
      's3://bucket/table',
      { schema: SCHEMA },
      { s3: { ...s3, singleWriter: { ...singleWriter, owner: 'the first' } } },
    );
    const second = await openTable('s3://bucket/table', { s3: { ...s3, singleWriter } });
    onTestFinished(() => second[Symbol.asyncDispose]());
    const append = (table: typeof first, path: string) =>
      table
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(path)])
        .commit();

    expect(await append(first, 'a')).toMatchObject({ kind: 'committed', version: 1 });
    const refused = await append(second, 'b').catch((error: unknown) => error);
    expect(refused).toMatchObject({ kind: 'conflict', code: 'writer-locked' });
    expect(refused).toHaveProperty(
      'message',
      expect.stringMatching(
        /one writer at a time, and it is being written by the first, since .* \(lock s3:\/\/bucket\/table\/_delta_log\/_writer_lock.json\)/,
      ),
    );
    expect(await append(first, 'c')).toMatchObject({ kind: 'committed', version: 2 });

    await first[Symbol.asyncDispose]();
    expect(await append(second, 'b')).toMatchObject({ kind: 'committed', version: 3 });
    expect(paths(await second.snapshot())).toEqual(['a', 'b', 'c']);
    await expect(append(first, 'd')).rejects.toThrow(/was closed/);
  });

  test('reads without a lock', async () => {
    const { s3, server } = await garage();
    await using table = await createTable(
      's3://bucket/table',
      { schema: SCHEMA },
      { s3: { ...s3, singleWriter: QUICK } },
    );
    await table.settled();
    const before = [...server.objects.keys()];
    expect((await openTable('s3://bucket/table', { s3 })).cached().version).toBe(0);
    expect([...server.objects.keys()]).toEqual(before);
  });

  test('notices when somebody outside the lock writes its version', async () => {
    let steal = false;
    const { s3, server } = await garage({
      fault: ({ method, key }) => {
        if (steal && method === 'GET' && key === 'k') {
          server.objects.set('k', { body: Buffer.from('theirs'), etag: '""', modifiedAtMs: 0, metadata: {} });
        }
        return null;
      },
    });
    const store = closing(s3Store('s3://bucket', { ...s3, singleWriter: QUICK }));
    steal = true;
    expect(await store.putIfAbsent('k', 'ours')).toBe('exists');
    expect(text(await store.get('k'))).toBe('theirs');
  });

  test('costs four requests a commit more than its checksum', async () => {
    const { s3 } = await garage();
    const asked: string[] = [];
    const onRequest = ({ operation }: { operation: string }): void => void asked.push(operation);
    const store = closing(
      s3Store('s3://bucket', { ...s3, onRequest, singleWriter: { leaseMs: 60_000, settleMs: 1 } }),
    );
    await store.putIfAbsent('log/0', 'x');
    asked.length = 0;
    expect(await store.putIfAbsent('log/1', 'x')).toBe('created');
    expect(asked.sort()).toEqual(['GetObject', 'GetObject', 'HeadObject', 'PutObject']);
  });
});
