import { DeltaError } from '../../errors.ts';
import type { S3Client } from './client.ts';
import type { S3Answer } from './request.ts';

/** Parts of one object under way at once; each is in memory whole. */
export const PARTS_AT_ONCE = 4;

/** How often an object that is replaced while its parts come is begun again. */
const BEGINNINGS = 3;

/**
 * Bytes `[start, end)` of an object, cut at its end.
 * @throws DeltaError object-not-found
 */
export async function readRange(
  client: S3Client,
  key: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  // HTTP cannot ask for nothing.
  if (end <= start) return (await askRange(client, key, 0, 1), new Uint8Array());
  return (await askRange(client, key, start, end)).bytes;
}

/**
 * The whole object: the first part in one request, which tells the size; the others side by side. `write` is told
 * where each part belongs, in no order; it is called again from the start when the object was replaced meanwhile.
 * Answers the size.
 * @throws DeltaError object-not-found
 */
export async function readWhole(
  client: S3Client,
  key: string,
  write: (part: Uint8Array, start: number, total: number) => Promise<void> | void,
): Promise<number> {
  for (let beginning = 1; ; beginning++) {
    const first = await askRange(client, key, 0, client.partBytes);
    const { total } = first;
    await write(first.bytes, 0, total);
    if (await readRest(client, key, first, write)) return total;
    if (beginning === BEGINNINGS) {
      throw new DeltaError(
        'store-failed',
        `The object s3://${client.bucket}/${key} was replaced ${BEGINNINGS} times while it was being read.`,
        { facts: { key } },
      );
    }
  }
}

/** Everything after the first part. False: it belongs to another object than the first part. */
async function readRest(
  client: S3Client,
  key: string,
  first: Ranged,
  write: (part: Uint8Array, start: number, total: number) => Promise<void> | void,
): Promise<boolean> {
  let next = first.bytes.byteLength;
  let isSame = true;
  const reader = async (): Promise<void> => {
    while (isSame && next < first.total) {
      const start = next;
      next += client.partBytes;
      const part = await askRange(client, key, start, Math.min(next, first.total));
      if (part.etag !== first.etag || part.total !== first.total) isSame = false;
      else await write(part.bytes, start, first.total);
    }
  };
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, reader));
  return isSame;
}

interface Ranged {
  readonly bytes: Uint8Array;
  readonly total: number;
  readonly etag: string | null;
}

async function askRange(client: S3Client, key: string, start: number, end: number): Promise<Ranged> {
  const answer = await client.send({
    operation: 'GetObject',
    method: 'GET',
    key,
    headers: { range: `bytes=${start}-${end - 1}` },
    // 416: nothing at or after `start`; of an empty object no range can be had.
    expected: [200, 206, 416],
  });
  const etag = answer.headers.get('etag');
  if (answer.status === 416) return { bytes: new Uint8Array(), total: sizeOf(answer) ?? 0, etag };
  // A store may answer a range with the whole.
  if (answer.status === 200) {
    return { bytes: answer.body.subarray(start, end), total: answer.body.byteLength, etag };
  }
  return { bytes: answer.body, total: sizeOf(answer) ?? start + answer.body.byteLength, etag };
}

/** `bytes 0-99/1234` */
function sizeOf(answer: S3Answer): number | null {
  const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return total === undefined ? null : Number(total);
}
