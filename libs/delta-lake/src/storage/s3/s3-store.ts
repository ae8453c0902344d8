import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { checkOptions } from '../../arguments.ts';
import { FileCache } from '../cache/file-cache.ts';
import { temporaryCopy } from '../cache/temporary-copy.ts';
import { checkKey, checkPrefix } from '../key.ts';
import type { ObjectEntry, ObjectStore } from '../object-store.ts';
import { parseS3Url } from './address.ts';
import { S3Client } from './client.ts';
import { readRange, readWhole } from './download.ts';
import { downloadFile, uploadFile } from './files.ts';
import { listObjects } from './listing.ts';
import { upload } from './multipart.ts';
import { S3_OPTIONS, type S3Options } from './options.ts';
import { isOwnObject } from './own-objects.ts';
import type { Writes } from './write-mode.ts';
import { writesOf } from './writes.ts';

/**
 * A store on S3. Disposing of it releases the writer's lock and the copies in use. Views share both with their store.
 */
export interface S3Store extends ObjectStore, AsyncDisposable {
  /**
   * Checks now what the first write would check: that the store may be written and, with one lock for all
   * (`singleWriter.lockKey`), that nobody else is writing. So a second program fails at its start.
   * @throws DeltaError writes-refused, writer-locked
   */
  claim(): Promise<void>;
  at(prefix: string): S3Store;
}

/**
 * The objects below `s3://bucket/path` as an object store: AWS S3 and compatible stores (Garage, MinIO, R2, …). No
 * request is sent before the first call.
 * @throws DeltaError invalid-argument when the address, the endpoint or an option is not valid
 */
export function s3Store(address: string, options: S3Options = {}): S3Store {
  checkOptions('s3Store', options, S3_OPTIONS);
  const { bucket, prefix } = parseS3Url(address);
  const client = new S3Client(bucket, options);
  const parts: Parts = {
    client,
    writes: writesOf(client, prefix, options),
    cache: options.cache ? new FileCache(options.cache) : null,
    // Two stores may share the folder of a cache, and each may have a bucket of the same name.
    origin: `${options.endpoint ?? options.region ?? ''}/${bucket}`,
  };
  return view(parts, prefix);
}

/** What all views of one store share. */
interface Parts {
  readonly client: S3Client;
  readonly writes: Writes;
  readonly cache: FileCache | null;
  readonly origin: string;
}

/** The objects below `root`, which is empty or ends with '/'. */
function view(parts: Parts, root: string): S3Store {
  const { client, writes, cache, origin } = parts;
  const url = `s3://${client.bucket}/${root}`.replace(/\/$/, '');
  const keyOf = (key: string): string => {
    checkKey(key);
    return root + key;
  };
  return {
    url,
    async get(key, range) {
      if (range) return readRange(client, keyOf(key), range.start, range.end);
      let whole: Uint8Array = new Uint8Array();
      await readWhole(client, keyOf(key), (part, start, total) => {
        // A small object is read whole with its first part.
        if (part.byteLength === total) whole = part;
        else {
          if (start === 0) whole = new Uint8Array(total);
          whole.set(part, start);
        }
      });
      return whole;
    },
    async head(key) {
      const answer = await client.send({
        operation: 'HeadObject',
        method: 'HEAD',
        key: keyOf(key),
        expected: [200, 404],
      });
      if (answer.status === 404) return null;
      return {
        bytes: Number(answer.headers.get('content-length') ?? 0),
        // HTTP times are whole seconds.
        modifiedAtMs: Date.parse(answer.headers.get('last-modified') ?? '') || 0,
      };
    },
    async *list(prefix, { startAfter = '' } = {}): AsyncGenerator<ObjectEntry> {
      checkPrefix(prefix);
      const after = startAfter === '' ? '' : root + startAfter;
      for await (const entry of listObjects(client, root + prefix, after)) {
        if (!isOwnObject(entry.key)) yield { ...entry, key: entry.key.slice(root.length) };
      }
    },
    async put(key, body) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body.slice();
      await writes.check();
      await upload(client, keyOf(key), {
        bytes: bytes.byteLength,
        read: async (start, end) => bytes.subarray(start, end),
      });
    },
    async putFile(key, path) {
      const target = keyOf(key);
      await writes.check();
      await uploadFile(client, target, path);
    },
    async localCopy(key, { bytes } = {}) {
      const source = keyOf(key);
      const fill = (path: string): Promise<void> => downloadFile(client, source, path);
      return cache ? cache.copy(cacheName(origin, source), bytes, fill) : temporaryCopy(fill);
    },
    async putIfAbsent(key, body) {
      const copy = typeof body === 'string' ? body : body.slice();
      await writes.check();
      return writes.create(keyOf(key), copy);
    },
    async delete(key) {
      const target = keyOf(key);
      await writes.check();
      await client.send({
        operation: 'DeleteObject',
        method: 'DELETE',
        key: target,
        expected: [200, 204, 404],
      });
    },
    claim: () => writes.claim(),
    async [Symbol.asyncDispose]() {
      await writes.release();
      await cache?.close();
    },
    at(prefix) {
      checkPrefix(prefix);
      const below = prefix.replace(/\/$/, '');
      return view(parts, below === '' ? root : `${root}${below}/`);
    },
  };
}

/** A file name for an object. It keeps the ending, which engines look at. */
function cacheName(origin: string, key: string): string {
  return createHash('sha256').update(`${origin}/${key}`).digest('hex') + extname(key);
}
