import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const READ_BYTES = 256 * 1024;
/** What is unpacked in one go: a bomb of it has 16 MB. */
const PACKED_BYTES = 16 * 1024;

/** The bytes of a file, those of a `.gz` or `.zst` file unpacked, in bounded memory: it waits for a slow reader. */
export function fileBytes(path: string): AsyncIterable<Uint8Array> {
  const bytes = createReadStream(path, { highWaterMark: READ_BYTES });
  if (path.endsWith('.zst')) return unpacked(bytes, createZstdDecompress());
  return path.endsWith('.gz') ? unpacked(bytes) : bytes;
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
