/**
 * Real S3 servers for tests: what is on the PATH or in `~/.cache/contrail/s3/bin`. `install.ts` builds gofakes3 there; the
 * others are put there by hand.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { S3Options } from '../../../src/index.ts';
import { findProgram, PROGRAMS } from './programs.ts';

const KEYS = { accessKeyId: 'contrail-tests', secretAccessKey: 'contrail-tests-secret' } as const;
const START_MS = 30_000;

/** A server with an empty bucket `bucket`. */
export interface S3Server extends AsyncDisposable {
  readonly s3: S3Options;
}

export interface ServerKind {
  readonly name: string;
  /** What `If-None-Match: *` is worth there, by 100 races of 20 writers. */
  readonly isAtomic: boolean;
  /** Null where the program is not here; `reason` says what brings it. */
  readonly start: (() => Promise<S3Server>) | null;
  readonly reason: string;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a server until it is disposed of; its folder goes with it. */
async function serve(
  command: string,
  args: readonly string[],
  folder: string,
  port: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<S3Server> {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
  const exited = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_MS;
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${command} does not start`);
    await wait(50);
  }
  return {
    s3: { endpoint, credentials: KEYS },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const temporary = (): string => mkdtempSync(join(tmpdir(), 's3-server-'));

async function startGofakes3(program: string): Promise<S3Server> {
  const port = await freePort();
  const args = ['-host', `127.0.0.1:${port}`, '-backend', 'memory', '-initialbucket', 'bucket'];
  return serve(program, args, temporary(), port);
}

async function startVersitygw(program: string): Promise<S3Server> {
  const [port, folder] = [await freePort(), temporary()];
  mkdirSync(join(folder, 'bucket'));
  return serve(program, ['--port', `127.0.0.1:${port}`, 'posix', folder], folder, port, {
    ROOT_ACCESS_KEY: KEYS.accessKeyId,
    ROOT_SECRET_KEY: KEYS.secretAccessKey,
  });
}

async function startGarage(program: string): Promise<S3Server> {
  const [port, rpcPort, folder] = [await freePort(), await freePort(), temporary()];
  const config = join(folder, 'garage.toml');
  writeFileSync(
    config,
    `metadata_dir = "${folder}/meta"
data_dir = "${folder}/data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${rpcPort}"
rpc_public_addr = "127.0.0.1:${rpcPort}"
rpc_secret = "${'ab'.repeat(32)}"
[s3_api]
s3_region = "garage"
api_bind_addr = "127.0.0.1:${port}"
`,
  );
  const server = await serve(program, ['-c', config, 'server'], folder, port);
  const garage = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, ['-c', config, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`garage ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const node = garage('node', 'id', '-q').split('@')[0] ?? '';
  garage('layout', 'assign', node, '-z', 'dc1', '-c', '1G');
  garage('layout', 'apply', '--version', '1');
  garage('bucket', 'create', 'bucket');
  const key = garage('key', 'create', 'tests');
  const field = (name: string): string => new RegExp(`${name}:\\s+(\\S+)`).exec(key)?.[1] ?? '';
  garage('bucket', 'allow', '--read', '--write', 'bucket', '--key', field('Key ID'));
  return {
    ...server,
    s3: {
      ...server.s3,
      region: 'garage',
      credentials: { accessKeyId: field('Key ID'), secretAccessKey: field('Secret key') },
    },
  };
}

function kind(
  name: string,
  program: string | null,
  start: (program: string) => Promise<S3Server>,
  isAtomic: boolean,
  source: string,
): ServerKind {
  return {
    name,
    isAtomic,
    start: program === null ? null : () => start(program),
    reason: `${name} is neither on the PATH nor in ${PROGRAMS}; ${source}`,
  };
}

/** Every server that the tests know, found or not. */
export const SERVERS: readonly ServerKind[] = [
  kind(
    'gofakes3',
    findProgram('gofakes3'),
    startGofakes3,
    true,
    'with Go (https://go.dev/doc/install) the next run builds it',
  ),
  kind(
    'versitygw',
    findProgram('versitygw'),
    startVersitygw,
    true,
    `with Go: GOBIN=${PROGRAMS} go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`,
  ),
  kind(
    'garage',
    findProgram('garage'),
    startGarage,
    false,
    'with Rust: cargo install garage --version 2.4.0 --locked (half an hour)',
  ),
];
for (const { start, reason } of SERVERS) if (!start) console.warn(`SKIPPED: ${reason}.`);
