import { open } from 'node:fs/promises';
import { DeltaError } from '../../errors.ts';
import type { S3Client } from './client.ts';
import { readWhole } from './download.ts';
import { upload } from './multipart.ts';

/**
 * Writes an object into a new file, part by part as they arrive.
 * @throws DeltaError object-not-found
 */
export async function downloadFile(client: S3Client, key: string, path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const bytes = await readWhole(client, key, async (part, start) => {
      await file.write(part, 0, part.byteLength, start);
    });
    // If the object was replaced in between, a longer one may have been written before.
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/**
 * Writes a file as an object, a few parts of it in memory at a time.
 * @throws DeltaError invalid-argument when the file changes in between
 */
export async function uploadFile(client: S3Client, key: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size: bytes } = await file.stat();
    await upload(client, key, {
      bytes,
      async read(start, end) {
        const buffer = new Uint8Array(end - start);
        let filled = 0;
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
          if (bytesRead === 0) {
            throw new DeltaError('invalid-argument', `The file ${path} became shorter during its upload.`);
          }
          filled += bytesRead;
        }
        return buffer;
      },
    });
  } finally {
    await file.close();
  }
}
