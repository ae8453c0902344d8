import { randomUUID } from 'node:crypto';
import { DeltaError } from '../../errors.ts';
import type { S3Client } from './client.ts';
import { PROBE_OBJECT } from './own-objects.ts';
import type { S3Answer } from './request.ts';

/** Metadata that identifies the write of an object: new for each create, the same for all its attempts. */
const PUT_ID = 'x-amz-meta-put-id';

/**
 * Creates the object unless it is there, by PUT with `If-None-Match: *`. If the answer to an attempt was lost, the
 * object itself says who wrote it, so `created` is also the answer when a later attempt finds our own write.
 * Source: Amazon S3 API, PutObject, "If-None-Match"; 412: it exists; 409: two writes met, try again.
 * @throws DeltaError store-failed when the object cannot be created, or the outcome is unknown
 */
export async function createObject(
  client: S3Client,
  key: string,
  body: Uint8Array | string,
): Promise<'created' | 'exists'> {
  const id = randomUUID();
  let answer: S3Answer;
  try {
    answer = await putIfNoneMatch(client, key, body, id);
  } catch (error) {
    const isUnclear = error instanceof DeltaError && error.code === 'store-failed';
    if (isUnclear && (await isWrittenBy(client, key, id))) return 'created';
    throw error;
  }
  if (answer.status === 200) return 'created';
  return answer.isRepeated && (await isWrittenBy(client, key, id)) ? 'created' : 'exists';
}

/**
 * Writes one object twice: a store that takes the second `PUT` does not honour the condition. The object stays, so the
 * next probe is one request. The probe can only reveal a bad store: a store that honours the condition may still not be
 * atomic.
 * @throws DeltaError writes-refused
 */
export async function probeConditionalPut(client: S3Client, root: string): Promise<void> {
  const key = root + PROBE_OBJECT;
  for (let put = 1; put <= 2; put++) {
    const { status } = await putIfNoneMatch(
      client,
      key,
      'Shows whether the store honours If-None-Match.',
      randomUUID(),
    );
    if (status === 412) return;
  }
  throw writesRefused(
    client,
    root,
    'the store ignores If-None-Match, so with two writers one would silently lose its commits',
    'If this program is the only writer, set `singleWriter: true`.',
  );
}

/** The refusal to write to a store: why, and what to do about it. */
export function writesRefused(client: S3Client, root: string, why: string, advice: string): DeltaError {
  const url = `s3://${client.bucket}/${root}`.replace(/\/$/, '');
  return new DeltaError('writes-refused', `Cannot write to ${url}: ${why}. ${advice}`, { facts: { url } });
}

/** One PUT with the condition; 200 or 412. */
function putIfNoneMatch(
  client: S3Client,
  key: string,
  body: Uint8Array | string,
  id: string,
): Promise<S3Answer> {
  return client.send({
    operation: 'PutObject',
    method: 'PUT',
    key,
    body,
    headers: { 'if-none-match': '*', [PUT_ID]: id },
    expected: [200, 412],
  });
}

async function isWrittenBy(client: S3Client, key: string, id: string): Promise<boolean> {
  const found = await client.send({ operation: 'HeadObject', method: 'HEAD', key, expected: [200, 404] });
  return found.status === 200 && found.headers.get(PUT_ID) === id;
}
