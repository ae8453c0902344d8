import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { peek } from './peek.ts';

const READ_BYTES = 256 * 1024;
/** What is unpacked in one go: a bomb of it has 16 MB. */
const PACKED_BYTES = 16 * 1024;

/** How bytes are packed, by the first of them. Source: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1. */
export function packingOf(head: Uint8Array): 'gzip' | 'zstd' | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return Buffer.from(ZSTD).equals(head.subarray(0, ZSTD.length)) ? 'zstd' : null;
}

const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * The bytes of a file, unpacked where it is gzip or zstd, whatever its name, in bounded memory: it waits for a slow reader.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const peeked = await peek(createReadStream(path, { highWaterMark: READ_BYTES }), ZSTD.length);
  try {
    const packing = packingOf(peeked.head);
    if (packing === null) yield* peeked.bytes;
    else yield* unpacked(peeked.bytes, packing === 'zstd' ? createZstdDecompress() : createGunzip());
  } finally {
    await peeked.close();
  }
}

/**
 * Unpacks on the way, gzip by default. Of a stream that is cut off or damaged all that came before is given, and then the error; what
 * follows the end of gzip is ignored.
 */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  unpacker: Transform = createGunzip(),
): AsyncGenerator<Uint8Array> {
  const out: Uint8Array[] = [];
  let failure: Error | null = null;
  let isOver = false;
  let done = (): void => {};
  const settled = (begin: (callback: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      done = resolve;
      begin(resolve);
    });
  unpacker.on('data', (chunk: Uint8Array) => out.push(chunk));
  unpacker.on('error', (error) => {
    failure = error;
    done();
  });
  unpacker.on('end', () => {
    isOver = true;
    done();
  });
  const isStopped = (): boolean => isOver || failure !== null;
  try {
    for await (const chunk of bytes) {
      for (let at = 0; at < chunk.length && !isStopped(); at += PACKED_BYTES) {
        await settled((callback) => unpacker.write(chunk.subarray(at, at + PACKED_BYTES), callback));
        yield* out.splice(0);
      }
      if (isStopped()) break;
    }
    // Pass on what is unpacked already: the error would discard it.
    await turn();
    if (!isStopped()) await settled(() => unpacker.end());
    yield* out.splice(0);
    if (failure !== null) throw failure as Error;
  } finally {
    unpacker.destroy();
  }
}
