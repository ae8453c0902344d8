import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from './child.ts';

const PACKAGES = [
  'streamlit==1.67.0',
  'deltalake==1.6.6',
  'pandas==3.1.1',
  'pyarrow==26.0.1',
  'psutil==7.2.2',
  'requests==2.34.2',
  'websockets==17.4',
];

type Line = Readonly<Record<string, unknown>>;

/** A page in Streamlit over Gold tables, ready to run. */
export interface StreamlitPeer {
  /**
   * Serves the page over the Gold tables below a folder, opens so many viewers, ten at a time, and answers what its load
   * driver prints: the time until each has its first picture, CPU time, and memory of the server.
   */
  measure(gold: string, viewers: readonly number[]): Promise<readonly Line[]>;
}

/**
 * The page in Streamlit from a folder beside the repository, in an environment that is made once. Null, with a message, if it is
 * missing or cannot be installed.
 */
export function findStreamlitPeer(folder: string, cache: string): StreamlitPeer | null {
  const [page, load] = [join(folder, 'peer_dashboard.py'), join(folder, 'dashboard_load.py')];
  if (!existsSync(page) || !existsSync(load)) {
    say(`dashboard: SKIPPED the page in Streamlit: there is no ${page} with its dashboard_load.py.`);
    return null;
  }
  const stamp = createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 12);
  const home = join(cache, 'bench', `streamlit-${stamp}`);
  const python = join(home, 'bin', 'python');
  const installed = join(home, 'installed');
  if (!existsSync(installed)) {
    say(`dashboard: installing ${PACKAGES.join(', ')} from PyPI, once …`);
    mkdirSync(cache, { recursive: true });
    rmSync(home, { recursive: true, force: true });
    const made = spawnSync('python3', ['-m', 'venv', home], { stdio: ['ignore', 2, 2] });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
    if (made.status !== 0 || spawnSync(python, pip, { stdio: ['ignore', 2, 2] }).status !== 0) {
      say('dashboard: SKIPPED the page in Streamlit: it could not be installed.');
      return null;
    }
    writeFileSync(installed, '');
  }
  return {
    async measure(gold, viewers) {
      const port = await freePort();
      const options = { 'server.port': port, 'server.headless': true, 'server.address': '127.0.0.1' };
      const server = spawn(
        python,
        [
          '-m',
          'streamlit',
          'run',
          page,
          ...Object.entries({ ...options, 'browser.gatherUsageStats': false }).flatMap(([name, value]) => [
            `--${name}`,
            String(value),
          ]),
        ],
        { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, GOLD_BASE: gold } },
      );
      try {
        await untilHealthy(`http://127.0.0.1:${port}/_stcore/health`);
        const driver = spawn(
          python,
          [load, '--port', `${port}`, '--pid', `${server.pid}`, '--sessions', viewers.join(), '--wave', '10'],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        const lines: Line[] = [];
        const ended = once(driver, 'exit');
        for await (const line of createInterface({ input: driver.stdout }))
          lines.push(JSON.parse(line) as Line);
        if ((await ended)[0] !== 0)
          say('dashboard: the page in Streamlit did not take all viewers; what it took is told.');
        return lines;
      } finally {
        server.kill();
      }
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function untilHealthy(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await fetch(url).catch(() => null))?.ok === true) return;
    await wait(300);
  }
  throw new Error('The page in Streamlit did not start.');
}
