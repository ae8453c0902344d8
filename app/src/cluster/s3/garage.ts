/** Garage: the S3 store of a real cluster, if it is installed. It takes about 50 MB of memory. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { S3Command, S3Options } from './options.ts';

/** Older versions cannot create key and bucket at their start. */
const VERSION = /\b2\.(?:[4-9]|\d{2,})\.\d+/;

/** Garage 2.4 or later of the PATH, or of the folder where Contrail keeps S3 servers; null when there is none. */
export async function findGarage(cacheFolder: string): Promise<string | null> {
  for (const program of ['garage', join(cacheFolder, 's3/bin/garage')]) {
    const { code, output } = await runProgram(program, ['--version']);
    if (code === 0 && VERSION.test(output)) return program;
  }
  return null;
}

/** How to start it: it creates a layout of one node, a key and a bucket by itself. */
export async function garageCommand(program: string, options: S3Options): Promise<S3Command> {
  const { folder, port, rpcPort, accessKey, secretKey, bucket, region } = options;
  const config = join(folder, 'garage.toml');
  // There is one node, so nothing else needs this secret, but it must stay the same.
  const rpcSecret = createHash('sha256').update(`rpc of ${secretKey}`).digest('hex');
  const text = `metadata_dir = ${JSON.stringify(join(folder, 'metadata'))}
data_dir = ${JSON.stringify(join(folder, 'objects'))}
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${rpcPort}"
rpc_public_addr = "127.0.0.1:${rpcPort}"
rpc_secret = "${rpcSecret}"
[s3_api]
s3_region = "${region}"
api_bind_addr = "127.0.0.1:${port}"
`;
  await writeFile(config, text, { mode: 0o600 });
  return {
    command: program,
    args: ['-c', config, 'server', '--single-node', '--default-bucket'],
    environment: {
      GARAGE_DEFAULT_ACCESS_KEY: accessKey,
      GARAGE_DEFAULT_SECRET_KEY: secretKey,
      GARAGE_DEFAULT_BUCKET: bucket,
      RUST_LOG: 'warn',
    },
  };
}
