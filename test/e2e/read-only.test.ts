import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../app/src/cli/main.ts', import.meta.url));
/** A busy machine takes seconds to start a command. */
const PATIENCE_MS = 120_000;
const ARGUMENTS = ['--conditions=@contrail/source', MAIN];

let root: string;
let data: string;

const run = (...words: string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...ARGUMENTS, ...words, '--data', data], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
};

/** Everything below the folder, with the time of its last change. */
const contents = (): string[] =>
  readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((name) => `${name} ${statSync(join(data, name)).mtimeMs}`)
    .toSorted();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'contrail-read-only-'));
  data = join(root, 'data');
  const time = Math.floor(Date.now() / 1000);
  const vector = { icao24: '3c6444', time_position: time, last_contact: time, longitude: 8, latitude: 50 };
  writeFileSync(join(root, 'one.ndjson'), JSON.stringify(vector));
  run('produce', '--source', `ndjson:${join(root, 'one.ndjson')}`, '--once');
  run('pipeline', '--once');
  rmSync(join(data, 'tmp'), { recursive: true, force: true });
  // For root this forbids nothing; that nothing changes is looked at.
  chmodSync(data, 0o555);
}, PATIENCE_MS);
afterAll(() => {
  chmodSync(data, 0o755);
  rmSync(root, { recursive: true, force: true });
});

test(
  'dashboard and query only read: a data folder that cannot be written to is enough, and stays as it is',
  async () => {
    const before = contents();
    expect(run('query', 'select count(*) as n from silver.flights', '--format', 'csv')).toContain('1');
    const server = spawn(
      process.execPath,
      [...ARGUMENTS, 'dashboard', '--data', data, '--dashboard-port', '0'],
      { stdio: ['ignore', 'inherit', 'pipe'] },
    );
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const address = (): string | undefined => / is on (http:\S+)/.exec(said)?.[1];
    await expect.poll(address, { timeout: PATIENCE_MS }).toBeDefined();
    const url = address() ?? '';
    await expect
      .poll(
        async () => ((await (await fetch(`${url}/api/status`)).json()) as { aircraft: number }).aircraft,
        {
          timeout: PATIENCE_MS,
        },
      )
      .toBe(1);
    await fetch(`${url}/api/traffic`);
    await fetch(`${url}/api/aircraft/3c6444/track`);
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);
    expect(contents()).toEqual(before);
  },
  PATIENCE_MS,
);
