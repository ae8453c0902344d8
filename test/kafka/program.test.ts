import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { smallWorld } from '../../app/test/pipeline/small-world.ts';
import { freshName } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const MAIN = fileURLToPath(new URL('../../app/src/cli/main.ts', import.meta.url));
const MESSAGES = smallWorld();
/** Nobody listens there. Source: RFC 863, whose service no machine runs any more. */
const NOBODY = '127.0.0.1:9';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
}

describe.skipIf(!HAS_KAFKA)('contrail with KAFKA_BOOTSTRAP', () => {
  let folder: string;
  let topic: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-program-'));
    topic = freshName();
    writeFileSync(join(folder, 'world.ndjson'), MESSAGES.map(({ value }) => `${String(value)}\n`).join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(args: readonly string[], bootstrap = inject('bootstrap')): ChildProcess {
    return spawn(process.execPath, ['--conditions=@contrail/source', MAIN, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, KAFKA_BOOTSTRAP: bootstrap, TOPIC_NAME: topic, DATA_DIR: join(folder, 'data') },
    });
  }

  async function run(...args: string[]) {
    const program = start(args);
    const [stdout, stderr, [code]] = await Promise.all([
      text(program.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>),
      text(program.stderr as NodeJS.ReadableStream & AsyncIterable<Buffer>),
      once(program, 'exit') as Promise<[number | null]>,
    ]);
    return { stdout, stderr, code };
  }

  const topicFinding = async (): Promise<Finding | undefined> =>
    (JSON.parse((await run('doctor', '--json')).stdout) as Finding[]).find(({ check }) => check === 'topic');

  it('says that the topic does not exist yet', async () => {
    expect(await topicFinding()).toMatchObject({
      ok: true,
      found: `${topic} of Kafka at ${inject('bootstrap')} does not exist yet: "contrail produce" creates it`,
    });
  });

  it('produces into Kafka and makes the topic with the partitions that are set', async () => {
    const { stderr, code } = await run('produce', '--source', `ndjson:${join(folder, 'world.ndjson')}`);
    expect(stderr).toContain(`are in topic ${topic} of Kafka at ${inject('bootstrap')}`);
    expect(code).toBe(0);
    expect(await topicFinding()).toMatchObject({
      ok: true,
      found: expect.stringContaining(
        `${MESSAGES.length} offsets in 4 partitions, ${MESSAGES.length} of them not in the lake yet`,
      ),
    });
  });

  it('drains the topic into the lake, once', async () => {
    const first = await run('pipeline', '--once');
    expect(first.stderr).toContain(`${MESSAGES.length} messages in 1 micro-batches`);
    expect((await run('pipeline', '--once')).stderr).toContain('0 messages in 0 micro-batches');
    const sql =
      "select (select count(*) from bronze.flights) + (select count(*) from quarantine.flights where reason = 'malformed') as messages";
    expect(JSON.parse((await run('query', sql, '--format', 'json')).stdout)).toEqual({
      messages: MESSAGES.length,
    });
    expect(await topicFinding()).toMatchObject({
      found: expect.stringContaining('0 of them not in the lake yet'),
    });
  });

  it('refuses real positions for a topic of simulated ones', async () => {
    const { icao24, ...rest } = {
      icao24: '3c6444',
      time_position: 1,
      last_contact: 1,
      longitude: 8,
      latitude: 50,
    };
    writeFileSync(join(folder, 'real.ndjson'), `${JSON.stringify({ icao24, ...rest })}\n`);
    const { stderr, code } = await run('produce', '--source', `ndjson:${join(folder, 'real.ndjson')}`);
    expect(stderr).toContain('sends real positions');
    expect(code).toBe(1);
  });

  it('refuses another number of partitions, and says what to set', async () => {
    const { stderr, code } = await run('pipeline', '--once', '--num-partitions', '8');
    expect(stderr).toContain('Set NUM_PARTITIONS=4');
    expect(code).toBe(1);
  });

  it('finds Kafka unhealthy where nobody answers, and says what to do', async () => {
    const program = start(['doctor'], NOBODY);
    const [stdout, [code]] = await Promise.all([
      text(program.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>),
      once(program, 'exit') as Promise<[number | null]>,
    ]);
    expect(stdout).toMatch(/^UNHEALTHY topic .*ECONNREFUSED.*Check KAFKA_BOOTSTRAP/m);
    expect(code).toBe(1);
  });

  it.each([
    ['produce', ['produce', '--source', 'simulator', '--simulated-aircraft', '10']],
    ['pipeline', ['pipeline']],
  ])('waits where nobody answers, says so once, and stops when asked: %s', async (_, args) => {
    const program = start(args, NOBODY);
    let said = '';
    const spoken = Promise.withResolvers<void>();
    program.stderr?.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes('ECONNREFUSED')) spoken.resolve();
    });
    await spoken.promise;
    program.kill('SIGTERM');
    const stopped = performance.now();
    const [code] = (await once(program, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(10_000);
    expect(said.match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(said).not.toContain('bug');
  });
});
