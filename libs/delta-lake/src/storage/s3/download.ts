import { DeltaError } from '../../errors.ts';
import type { S3Client } from './client.ts';
import type { S3Answer } from './request.ts';

/** Parts of one object that are transferred at the same time; each is in memory whole. */
export const PARTS_AT_ONCE = 4;

/** How often the download of an object is begun, if it is replaced while its parts arrive. */
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
  // HTTP has no empty range.
  if (end <= start) return (await askRange(client, key, 0, 1), new Uint8Array());
  return (await askRange(client, key, start, end)).bytes;
}

/**
 * Reads the whole object. The first request gives the first part and the size; the other parts follow in parallel.
 * `write` gets each part with its offset, in any order. If the object was replaced in between, it starts again from the
 * beginning. Answers the size.
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

/** Reads everything after the first part. False: the object was replaced since the first part. */
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
    // 416: there is nothing at or after `start`. An empty object has no valid range.
    expected: [200, 206, 416],
  });
  const etag = answer.headers.get('etag');
  if (answer.status === 416) return { bytes: new Uint8Array(), total: sizeOf(answer) ?? 0, etag };
  // A store may answer a range with the whole object.
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
