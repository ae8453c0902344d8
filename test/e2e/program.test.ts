import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (CHROMIUM === undefined)
  process.stderr.write('SKIPPED test/e2e/program.test.ts: no Chromium is installed\n');

test.skipIf(CHROMIUM === undefined)(
  `the program as a stranger starts it: planes in the browser, SIMULATED said, a clean stop${CHROMIUM === undefined ? ' (no Chromium is installed)' : ''}`,
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'contrail-e2e-'));
    const program = start([
      'up',
      '--source',
      'simulator',
      '--simulated-aircraft',
      '500',
      '--data',
      data,
      '--dashboard-port',
      String(await freePort()),
    ]);
    const browser = await chromium.launch({
      executablePath: CHROMIUM as string,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    try {
      const url = await addressOf(program);
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(url);
      await page.waitForFunction(
        () => ((globalThis as { __contrail?: { aircraft: number } }).__contrail?.aircraft ?? 0) > 400,
        null,
        { timeout: 60_000 },
      );
      await page.getByText('SIMULATED').first().waitFor();
      expect(errors).toEqual([]);
      // Planes are on the map from the Silver commit on; Silver_ML and Gold follow in the same batch.
      await expect
        .poll(async () => (await statusOf(url)).rows('gold/metrics_by_category'), { timeout: 30_000 })
        .toBeGreaterThan(0);
      const status = await statusOf(url);
      expect(status.simulated).toBe(true);
      expect(status.rows('silver/flights_ml')).toBeGreaterThan(400);
    } finally {
      await browser.close();
      program.kill('SIGTERM');
      const [code] = (await once(program, 'exit')) as [number | null];
      await rm(data, { recursive: true, force: true });
      expect(code).toBe(0);
    }
  },
);

function start(args: readonly string[]): ChildProcess {
  const program = spawn(
    process.execPath,
    ['--conditions=@contrail/source', join(ROOT, 'app/src/cli/main.ts'), ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return program;
}

/** The address that the program prints once it listens; what it says later is read and dropped. */
function addressOf(program: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  program.stderr?.on('data', (chunk) => {
    text += String(chunk);
    const address = /Contrail is on {2}(http:\S+)/.exec(text)?.[1];
    if (address !== undefined) resolve(address);
  });
  program.once('exit', () => reject(new Error(`The program ended before it listened:\n${text}`)));
  return promise;
}

async function statusOf(url: string): Promise<{ simulated: boolean; rows: (table: string) => number }> {
  const answer = (await (await fetch(`${url}/api/status`)).json()) as {
    readonly simulated: boolean;
    readonly tables: readonly { readonly name: string; readonly rows: number | null }[];
  };
  return {
    simulated: answer.simulated,
    rows: (table) => answer.tables.find(({ name }) => name === table)?.rows ?? 0,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
