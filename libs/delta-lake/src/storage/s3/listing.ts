import type { ObjectEntry } from '../object-store.ts';
import type { S3Client } from './client.ts';
import { utf8 } from './failure.ts';
import { elements, text } from './xml.ts';

/**
 * The objects whose key starts with `prefix`, after `startAfter`, page by page: the next page is requested when the
 * consumer has taken the last object of this one. Keys start at the root of the bucket. Folder markers (keys that end
 * with '/') are left out.
 * Source: Amazon S3 API, ListObjectsV2.
 */
export async function* listObjects(
  client: S3Client,
  prefix: string,
  startAfter: string,
): AsyncGenerator<ObjectEntry> {
  let token: string | null = null;
  do {
    const { body } = await client.send({
      operation: 'ListObjectsV2',
      method: 'GET',
      query: {
        'list-type': '2',
        // XML 1.0 has no way to write some characters that a key may hold.
        'encoding-type': 'url',
        ...(prefix === '' ? {} : { prefix }),
        ...(startAfter === '' ? {} : { 'start-after': startAfter }),
        ...(token === null ? {} : { 'continuation-token': token }),
      },
      expected: [200],
    });
    const page = utf8(body);
    const isEncoded = text(page, 'EncodingType') === 'url';
    for (const entry of elements(page, 'Contents')) {
      const raw = text(entry, 'Key') ?? '';
      const key = isEncoded ? decodeURIComponent(raw.replace(/\+/g, ' ')) : raw;
      if (key.endsWith('/')) continue;
      const modifiedAtMs = Date.parse(text(entry, 'LastModified') ?? '') || 0;
      yield { key, bytes: Number(text(entry, 'Size') ?? 0), modifiedAtMs };
    }
    token = text(page, 'IsTruncated') === 'true' ? text(page, 'NextContinuationToken') : null;
  } while (token !== null);
}
