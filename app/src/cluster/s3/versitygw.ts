/** versitygw: an S3 server that keeps objects as files, from the Go module proxy. About 45 MB of memory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGoProgram, type GoProgram } from '../go-program.ts';
import type { FetchOptions } from '../maven.ts';
import type { S3Command, S3Options } from './options.ts';

/** Measured: 70 s with empty caches, 103 s of CPU, on two cores. */
export const VERSITYGW: GoProgram = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw',
  version: '1.8.0',
  package: 'cmd/versitygw',
  sum: 'h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=',
  duration: 'one to seven minutes',
};

/** Path of its web page, which shows the buckets. */
export const VERSITYGW_PAGE = '/ui';

/** The program; it is built if it is missing. @throws what {@link buildGoProgram} throws */
export const versitygw = (options: FetchOptions): Promise<string> => buildGoProgram(VERSITYGW, options);

/** How to start it. Its bucket is a folder, which is created here. */
export async function versitygwCommand(program: string, options: S3Options): Promise<S3Command> {
  const { folder, port, bucket, accessKey, secretKey } = options;
  const objects = join(folder, 'objects');
  // Metadata go beside the objects, because not every file system has extended attributes.
  const metadata = join(folder, 'metadata');
  await mkdir(join(objects, bucket), { recursive: true });
  await mkdir(metadata, { recursive: true });
  return {
    command: program,
    args: [
      '--port',
      `127.0.0.1:${port}`,
      '--region',
      options.region,
      '--quiet',
      '--keep-alive',
      '--health',
      '/health',
      '--webui-s3-prefix',
      VERSITYGW_PAGE,
      'posix',
      '--sidecar',
      metadata,
      objects,
    ],
    environment: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey, GOMEMLIMIT: '256MiB' },
  };
}
