import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { StatusAnswer, TrackAnswer } from '../../app/src/dashboard/protocol.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { CHUNK_S, decodeChunk, type ReplayChunk } from '../../app/src/wire/replay-chunk.ts';
import { readAircraft } from '../../app/src/wire/units.ts';
import { type Fault, STAND_IN_KEYS, StandIn } from '../../libs/delta-lake/test/storage/s3/stand-in.ts';

const MAIN = [
  '--conditions=@contrail/source',
  resolve(import.meta.dirname, '../../app/src/cli/main.ts'),
] as const;
const run = promisify(execFile);
/** A busy machine takes seconds to start a command. */
const PATIENCE_MS = 120_000;

/** One topic, a lake on disk and one on an S3 store that, like Garage, ignores If-None-Match. */
describe('a lake on S3', () => {
  let server: StandIn;
  let folder: string;
  let gets: string[];
  /** Whether the store refuses data files to everybody. */
  let isClosed = false;
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
    const onGet = ({ method, key }: { method: string; key: string }): Fault | null => {
      if (method === 'GET') gets.push(key);
      const isRefused = isClosed && method === 'GET' && key.endsWith('.parquet');
      return isRefused ? { kind: 'status', status: 403, code: 'AccessDenied' } : null;
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

  /** A dashboard that has read the tables, and what it says of them. */
  const dashboard = async (isRemote: boolean): Promise<{ url: string; status: StatusAnswer }> => {
    const args = [...MAIN, 'dashboard', '--dashboard-port', '0'];
    const options = { env: { ...environment(isRemote), LOG_LEVEL: 'info' }, cwd: folder };
    const server = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
    });
    let said = '';
    for (const output of [server.stdout, server.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (said += text));
    const address = (): string | undefined => / is on (http:\S+)/.exec(said)?.[1];
    await expect.poll(address, { timeout: PATIENCE_MS }).toBeDefined();
    const url = address() ?? '';
    const ready = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok;
    await expect.poll(ready, { timeout: PATIENCE_MS, message: said }).toBe(true);
    return { url, status: (await (await fetch(`${url}/api/status`)).json()) as StatusAnswer };
  };

  test(
    'is replayed and has tracks as the one on disk; its files are fetched once, and not while nobody asks for them',
    async () => {
      const [remote, local] = await Promise.all([dashboard(true), dashboard(false)]);
      const end = local.status.event_time ?? 0;
      const from = Math.floor((end - 60) / CHUNK_S) * CHUNK_S;
      const chunkOf = async ({ url }: typeof local): Promise<ReplayChunk> => {
        const answer = await fetch(`${url}/api/replay?from=${from}&to=${from + CHUNK_S}`);
        const chunk = decodeChunk(await answer.arrayBuffer());
        if (chunk === null) throw new Error(`no chunk: HTTP ${answer.status}`);
        return chunk;
      };
      const chunk = await chunkOf(local);
      expect(chunk.reports).toBeGreaterThan(200);
      expect(await chunkOf(remote)).toEqual(chunk);
      expect(await chunkOf(remote)).toEqual(chunk);

      const { icao24 } = readAircraft(chunk.spanColumns, 0);
      const track = ({ url }: typeof local): Promise<Response> =>
        fetch(`${url}/api/aircraft/${icao24}/track?at=${end}`);
      // Files of this table were not asked for before.
      isClosed = true;
      const refused = await track(remote);
      isClosed = false;
      expect([refused.status, await refused.json()]).toEqual([
        500,
        { error: { code: expect.any(String), message: expect.any(String) } },
      ]);
      const rowsOfTrack = async (server: typeof local): Promise<TrackAnswer['rows']> =>
        ((await (await track(server)).json()) as TrackAnswer).rows;
      const rows = await rowsOfTrack(local);
      expect(rows.length).toBeGreaterThan(2);
      gets.length = 0;
      expect(await rowsOfTrack(remote)).toEqual(rows);
      expect(gets.some((key) => key.startsWith('silver/flights_ml/') && key.endsWith('.parquet'))).toBe(true);

      gets.length = 0;
      expect(await chunkOf(remote)).toEqual(chunk);
      expect(await rowsOfTrack(remote)).toEqual(rows);
      expect(gets.filter((key) => key.endsWith('.parquet'))).toEqual([]);
    },
    PATIENCE_MS,
  );

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

  test(
    'is rebuilt as the one on disk, and its pipeline goes on',
    async () => {
      const names = ['silver/flights', 'silver/flights_ml', 'gold/traffic_by_country'];
      for (const isRemote of [false, true]) await contrail(isRemote, 'rebuild', '--slice-rows', '500');
      await contrail(true, 'pipeline', '--once');
      for (const name of names) {
        const remote = await rowsOf(true, `s3://bucket/${name}`);
        expect(remote.length, name).toBeGreaterThan(10);
        expect(remote, name).toEqual(await rowsOf(false, join(folder, 'data', 'lake', name)));
        const history = await contrail(true, 'table', 'history', `s3://bucket/${name}`);
        expect(history, name).toContain('MERGE');
      }
    },
    2 * PATIENCE_MS,
  );
});
