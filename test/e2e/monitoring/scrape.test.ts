import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { type Metric, METRICS, type Teller } from '../../../app/src/metrics/catalogue.ts';
import { ROOT } from '../../deploy/read.ts';
import { findPrometheus } from './prometheus.ts';

const programs = await findPrometheus();
const PATIENCE = { timeout: 90_000, interval: 500 };
/** The metrics that a program must tell once there are messages. */
const always = (teller: Teller): readonly string[] =>
  Object.entries<Metric>(METRICS).flatMap(([name, { by, when }]) =>
    by.includes(teller) && when === undefined ? [name] : [],
  );

interface Answer<T> {
  readonly data: T;
}
type Series = Readonly<Record<string, string>>;
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly name: string; readonly health: string; readonly state: string }[];
  }[];
}
interface Told {
  readonly metric: string;
  readonly type: string;
  readonly help: string;
}

describe.skipIf(programs === null)('a real Prometheus that asks up, produce and pipeline', () => {
  let folder: string;
  let prometheus: string;
  const running: ChildProcess[] = [];

  /** Starts a program; answers what it has printed. */
  function start(
    program: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): () => string {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.push(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return () => said;
  }
  const contrail = (command: string, data: string, ...words: readonly string[]): (() => string) => {
    const main = join(ROOT, 'app/src/cli/main.ts');
    const node = ['--conditions=@contrail/source', main, command, '--data', join(folder, data), ...words];
    return start(process.execPath, node, { LOG_LEVEL: 'warn' });
  };
  const addressIn = async (said: () => string, pattern: RegExp): Promise<string> => {
    await vi.waitUntil(() => pattern.test(said()), PATIENCE);
    return pattern.exec(said())?.[1] ?? '';
  };
  const ask = async <T>(path: string): Promise<T> =>
    ((await (await fetch(`${prometheus}/api/v1/${path}`)).json()) as Answer<T>).data;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contrail-prometheus-'));
    const simulator = ['--source', 'simulator', '--simulated-aircraft', '50', '--simulated-pace', '1s'];
    const up = contrail('up', 'page', ...simulator, '--dashboard-port', '0');
    const produce = contrail('produce', 'parts', ...simulator, '--status-address', '0');
    const page = await addressIn(up, /Contrail is on {2}http:\/\/(\S+)/);
    const producer = await addressIn(produce, /at http:\/\/(\S+)\/readyz/);
    const pipeline = await addressIn(
      contrail('pipeline', 'parts', '--status-address', '0'),
      /at http:\/\/(\S+)\/readyz/,
    );
    const targets = { page, produce: producer, pipeline };
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [join(ROOT, 'deploy/prometheus/alerts.yml')],
      scrape_configs: [
        {
          job_name: 'contrail',
          static_configs: Object.entries(targets).map(([teller, target]) => ({
            targets: [target],
            labels: { teller },
          })),
        },
      ],
    };
    await writeFile(join(folder, 'prometheus.yml'), stringify(config));
    const port = await freePort();
    prometheus = `http://127.0.0.1:${port}`;
    start(programs?.prometheus ?? '', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const isReady = () =>
      fetch(`${prometheus}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await vi.waitUntil(isReady, PATIENCE);
  });
  afterAll(async () => {
    for (const child of running) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['page', 'pipeline', 'produce'] as const)(
    'gets from %s every number that docs/metrics.md says',
    async (teller) => {
      const missing = async (): Promise<readonly string[]> => {
        const selector = encodeURIComponent(`{teller="${teller}"}`);
        const series = await ask<readonly Series[]>(`series?match[]=${selector}`);
        const names = new Set(
          series.map((one) => (one['__name__'] ?? '').replace(/_(bucket|count|sum)$/, '')),
        );
        return always(teller).filter((name) => !names.has(name));
      };
      await expect.poll(missing, PATIENCE).toEqual([]);
    },
  );

  it('learns their types and meanings, and of none that the page does not have', async () => {
    const told = await ask<readonly Told[]>('targets/metadata');
    const catalogue = new Map(Object.entries<Metric>(METRICS));
    expect(told.length).toBeGreaterThan(60);
    for (const { metric, type, help } of told)
      expect([metric, type, help]).toEqual([
        metric,
        catalogue.get(metric)?.type,
        catalogue.get(metric)?.help,
      ]);
  });

  it('judges all rules without an error, and none fires for a Contrail that is well', async () => {
    const found = async () => (await ask<Rules>('rules')).groups.flatMap(({ rules }) => rules);
    await expect
      .poll(async () => (await found()).filter(({ health }) => health !== 'ok'), PATIENCE)
      .toEqual([]);
    expect((await found()).filter(({ state }) => state === 'firing')).toEqual([]);
  });

  it('sees positions on their way to tables and page within seconds', async () => {
    const counted = async (name: string, teller: Teller): Promise<number> => {
      const query = encodeURIComponent(`${name}_count{teller="${teller}"}`);
      const { result } = await ask<{
        readonly result: readonly { readonly value: readonly [number, string] }[];
      }>(`query?query=${query}`);
      return Number(result[0]?.value[1] ?? 0);
    };
    await expect
      .poll(() => counted('contrail_pipeline_commit_delay_seconds', 'page'), PATIENCE)
      .toBeGreaterThan(2);
    await expect
      .poll(() => counted('contrail_pipeline_commit_delay_seconds', 'pipeline'), PATIENCE)
      .toBeGreaterThan(2);
    await expect
      .poll(() => counted('contrail_dashboard_page_delay_seconds', 'page'), PATIENCE)
      .toBeGreaterThan(2);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
