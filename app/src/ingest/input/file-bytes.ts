import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const READ_BYTES = 256 * 1024;

/** The bytes of a file, those of a `.gz` file unpacked, in bounded memory: it waits for a slow reader. */
export function fileBytes(path: string): AsyncIterable<Uint8Array> {
  const bytes = createReadStream(path, { highWaterMark: READ_BYTES });
  return path.endsWith('.gz') ? unpacked(bytes) : bytes;
}

/** Unpacks gzip on the way. An error of either end destroys the other, and the reader of the last stream is told. */
export function unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(bytes), createGunzip(), () => {});
}
