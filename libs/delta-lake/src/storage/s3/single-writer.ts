import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { hasCode } from '../../errors.ts';
import type { S3Client } from './client.ts';
import { createObject } from './conditional-put.ts';
import { readRange } from './download.ts';
import { utf8 } from './failure.ts';
import type { SingleWriterOptions } from './options.ts';
import { LOCK_OBJECT } from './own-objects.ts';
import type { Writes } from './write-mode.ts';
import { type LockClaim, type LockObject, WriterLock } from './writer-lock.ts';

/**
 * Creates objects by looking, writing and reading back, under a lock: for stores that cannot create atomically. It
 * takes four requests instead of one.
 */
export function singleWrites(client: S3Client, options: SingleWriterOptions): Writes {
  const claim: LockClaim = {
    writer: randomUUID(),
    owner: options.owner ?? `process ${process.pid} on ${hostname()}`,
    leaseMs: options.leaseMs ?? 15_000,
    settleMs: options.settleMs ?? 1_000,
  };
  const locks = new Map<string, WriterLock>();
  const lockOf = (key: string): WriterLock => {
    const lockKey = options.lockKey ?? key.slice(0, key.lastIndexOf('/') + 1) + LOCK_OBJECT;
    const known = locks.get(lockKey) ?? new WriterLock(lockObject(client, lockKey), claim);
    locks.set(lockKey, known);
    return known;
  };
  const turns = new Turns();
  return {
    // Any program may write whole objects under names of its own; only creation needs the lock.
    check: async () => undefined,
    claim: async () => (options.lockKey === undefined ? undefined : lockOf('').hold()),
    create: (key, body) => turns.take(key, () => create(client, lockOf(key), key, body)),
    async release() {
      await Promise.all([...locks.values()].map((lock) => lock.release()));
    },
  };
}

async function create(
  client: S3Client,
  lock: WriterLock,
  key: string,
  body: Uint8Array | string,
): Promise<'created' | 'exists'> {
  const head = { operation: 'HeadObject', method: 'HEAD', key, expected: [200, 404] } as const;
  const [found] = await Promise.all([client.send(head), lock.hold()]);
  if (found.status === 200) return 'exists';
  // With the condition: a store that honours it, even if not atomically, reduces the remaining risk.
  if ((await createObject(client, key, body)) === 'exists') return 'exists';
  const written = Buffer.from(body);
  const stored = await readRange(client, key, 0, written.byteLength + 1);
  return written.equals(stored) ? 'created' : 'exists';
}

function lockObject(client: S3Client, key: string): LockObject {
  return {
    address: `s3://${client.bucket}/${key}`,
    async read() {
      try {
        return utf8(await readRange(client, key, 0, client.partBytes));
      } catch (error) {
        if (hasCode(error, 'object-not-found')) return null;
        throw error;
      }
    },
    async write(body) {
      await client.send({ operation: 'PutObject', method: 'PUT', key, body, expected: [200] });
    },
    async remove() {
      await client.send({ operation: 'DeleteObject', method: 'DELETE', key, expected: [200, 204, 404] });
    },
  };
}

/** Runs work on the same key one piece after the other. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
    this.#last.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === result) this.#last.delete(key);
    }
  }
}
