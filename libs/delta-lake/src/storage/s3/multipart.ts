import { DeltaError } from '../../errors.ts';
import type { S3Client } from './client.ts';
import { PARTS_AT_ONCE } from './download.ts';
import { utf8 } from './failure.ts';
import { escapeText, text } from './xml.ts';

/** S3 takes no more parts than this. */
const MAX_PARTS = 10_000;

/** Bytes to upload, read piece by piece, perhaps more than once. */
export interface UploadSource {
  readonly bytes: number;
  /** Bytes `[start, end)`, all of them. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/**
 * Writes an object and replaces an existing one. A large object is uploaded in parts, a few at a time, so memory holds
 * only a few parts; a failed upload is aborted. The object becomes visible only as a whole.
 * Source: Amazon S3 API, PutObject, CreateMultipartUpload, UploadPart, CompleteMultipartUpload.
 */
export async function upload(client: S3Client, key: string, source: UploadSource): Promise<void> {
  if (source.bytes <= 2 * client.partBytes) {
    const body = await source.read(0, source.bytes);
    await client.send({ operation: 'PutObject', method: 'PUT', key, body, expected: [200] });
    return;
  }
  const started = await client.send({
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key,
    query: { uploads: '' },
    expected: [200],
  });
  const uploadId = text(utf8(started.body), 'UploadId');
  if (uploadId === null) {
    throw new DeltaError('store-failed', `The store began the upload of ${key} without giving it an id.`, {
      facts: { key },
    });
  }
  try {
    const parts = await uploadParts(client, key, uploadId, source);
    await complete(client, key, uploadId, parts, source.bytes);
  } catch (error) {
    // Best effort: parts that are left are invisible until the bucket's lifecycle rule or its owner removes them.
    await abort(client, key, uploadId).catch(() => undefined);
    throw error;
  }
}

/** Answers the parts' ETags, in order. */
async function uploadParts(
  client: S3Client,
  key: string,
  uploadId: string,
  source: UploadSource,
): Promise<readonly string[]> {
  const partBytes = Math.max(client.partBytes, Math.ceil(source.bytes / MAX_PARTS));
  const count = Math.ceil(source.bytes / partBytes);
  const etags: string[] = [];
  let next = 0;
  let hasFailed = false;
  const writer = async (): Promise<void> => {
    while (!hasFailed && next < count) {
      const index = next++;
      const body = await source.read(index * partBytes, Math.min((index + 1) * partBytes, source.bytes));
      const answer = await client.send({
        operation: 'UploadPart',
        method: 'PUT',
        key,
        query: { partNumber: String(index + 1), uploadId },
        body,
        expected: [200],
      });
      etags[index] = answer.headers.get('etag') ?? '';
    }
  };
  const writers = Array.from({ length: PARTS_AT_ONCE }, () =>
    writer().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  // All parts must have ended before the upload can be aborted.
  for (const outcome of await Promise.allSettled(writers)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return etags;
}

async function complete(
  client: S3Client,
  key: string,
  uploadId: string,
  etags: readonly string[],
  bytes: number,
): Promise<void> {
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeText(etag)}</ETag></Part>`,
  );
  const answer = await client.send({
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    key,
    query: { uploadId },
    body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    expected: [200, 404],
  });
  if (answer.status === 200) return;
  // The first attempt may have been carried out; then the upload no longer exists.
  const found = await client.send({ operation: 'HeadObject', method: 'HEAD', key, expected: [200, 404] });
  const isThere = found.status === 200 && Number(found.headers.get('content-length')) === bytes;
  if (answer.isRepeated && isThere) return;
  throw new DeltaError(
    'store-failed',
    `The upload of s3://${client.bucket}/${key} failed: the store no longer knows it. Try again.`,
    {
      facts: { key },
    },
  );
}

async function abort(client: S3Client, key: string, uploadId: string): Promise<void> {
  await client.send({
    operation: 'AbortMultipartUpload',
    method: 'DELETE',
    key,
    query: { uploadId },
    expected: [200, 204, 404],
  });
}
