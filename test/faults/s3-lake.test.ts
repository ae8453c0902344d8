import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { STAND_IN_KEYS, StandIn } from '../../libs/delta-lake/test/storage/s3/stand-in.ts';

const MAIN = [
  '--conditions=@contrail/source',
  resolve(import.meta.dirname, '../../app/src/cli/main.ts'),
] as const;
const run = promisify(execFile);

/** One topic, a lake on disk and one on an S3 store that, like Garage, ignores If-None-Match. */
describe('a lake on S3', () => {
  let server: StandIn;
  let folder: string;
  let gets: string[];
  const environment = (isRemote: boolean): NodeJS.ProcessEnv => ({
    ...process.env,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'error',
    ...(isRemote
      ? {
          GARAGE_ENDPOINT: server.endpoint,
          ACCESS_KEY: STAND_IN_KEYS.accessKeyId,
          SECRET_KEY: STAND_IN_KEYS.secretAccessKey,
          BUCKET_NAME: 'bucket',
        }
      : {}),
  });
  const contrail = async (isRemote: boolean, ...args: readonly string[]): Promise<string> => {
    const options = { env: environment(isRemote), cwd: folder, maxBuffer: 1 << 28 };
    return (await run(process.execPath, [...MAIN, ...args], options)).stdout;
  };
  const rowsOf = async (isRemote: boolean, path: string): Promise<readonly string[]> => {
    const text = await contrail(isRemote, 'table', 'read', path, '--format', 'canonical');
    return text.trimEnd().split('\n').slice(1).sort();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contrail-s3-'));
    gets = [];
    const onGet = ({ method, key }: { method: string; key: string }): null => {
      if (method === 'GET') gets.push(key);
      return null;
    };
    server = await new StandIn({ conditionalPut: 'ignored', fault: onGet }).listen();
    const input = join(folder, 'messages.ndjson');
    writeFileSync(input, await contrail(false, 'simulate', '--aircraft', '200', '--polls', '10'));
    await contrail(false, 'produce', '--source', `ndjson:${input}`);
    await contrail(false, 'pipeline', '--once', '--batch-rows', '700');
    await contrail(true, 'pipeline', '--once', '--batch-rows', '700');
  }, 300_000);

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(BATCH_TABLES)('holds in $name what the one on disk holds', async ({ name }) => {
    const remote = await rowsOf(true, `s3://bucket/${name}`);
    expect(remote.length).toBeGreaterThan(10);
    expect(remote).toEqual(await rowsOf(false, join(folder, 'data/lake', name)));
  });

  test('is asked in SQL, and its files are fetched once', async () => {
    const sql = 'select count(*) as n, sum(velocity_kmh) as v from silver.flights';
    const onDisk = await contrail(false, 'query', sql, '--format', 'json');
    gets.length = 0;
    expect(await contrail(true, 'query', sql, '--format', 'json')).toBe(onDisk);
    expect(await contrail(true, 'query', sql, '--format', 'json')).toBe(onDisk);
    const files = gets.filter((key) => key.endsWith('.parquet'));
    expect(files.length).toBeGreaterThan(0);
    expect(new Set(files).size).toBe(files.length);
  });

  test('has one pipeline: a second one is turned away and says by whom', async () => {
    const first = spawn(process.execPath, [...MAIN, 'pipeline'], { env: environment(true), cwd: folder });
    onTestFinished(() => void first.kill('SIGKILL'));
    const lock = '_contrail/_writer_lock.json';
    await expect
      .poll(() => server.objects.get(lock)?.body.toString(), { timeout: 30_000 })
      .toContain(`process ${first.pid}`);
    const second = contrail(true, 'pipeline', '--once');
    await expect(second).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `one writer at a time, and it is being written by "contrail pipeline" \\(process ${first.pid} on `,
        ),
      ),
    });
    first.kill('SIGTERM');
    expect((await once(first, 'exit'))[0]).toBe(0);
    expect(server.objects.has(lock)).toBe(false);
  });
});
