import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringDown, bringUp, type ServiceState, statusOfAll } from '../../app/src/cluster/cluster.ts';
import { lockFile } from '../../app/src/cluster/cluster-folder.ts';
import { answersHttp } from '../../app/src/cluster/health.ts';
import { readPidFile, writePidFile } from '../../app/src/cluster/pid-file.ts';
import { freePort } from '../../app/src/cluster/ports.ts';
import { startService } from '../../app/src/cluster/service-process.ts';
import type { Service } from '../../app/src/cluster/services.ts';

/** A Node that answers on a port, until it gets a POST. */
const SERVER = `
  const server = require('node:http').createServer((request, response) => {
    response.end('here', () => {
      if (request.method !== 'POST') return;
      server.close();
      server.closeAllConnections();
    });
  });
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('serves'));
  setInterval(() => {}, 1000)`;

let folder: string;
let said: string[];
const say = (line: string): void => void said.push(line);
const never = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contrail-cluster-'));
  said = [];
});

const running: Service[] = [];
afterEach(async () => {
  await bringDown(running.splice(0), folder);
  rmSync(folder, { recursive: true, force: true });
});

async function serviceOf(
  name: string,
  after: readonly string[] = [],
  script: string = SERVER,
): Promise<Service> {
  const port = await freePort();
  const pidFile = join(folder, `${name}.pid`);
  const logFile = join(folder, `${name}.log`);
  const address = `http://127.0.0.1:${port}`;
  const service: Service = {
    name,
    after,
    address,
    ports: [port],
    logFile,
    pidFile,
    part: 'kafka',
    title: name,
    page: null,
    start: (signal) =>
      startService({
        title: name,
        failure: 's3-start-failed',
        logFile,
        pidFile,
        signal,
        command: process.execPath,
        args: ['-e', script, String(port)],
        started: 'serves',
        startWaitMs: 20_000,
      }),
    probe: () => answersHttp(address),
  };
  running.push(service);
  return service;
}

const states = async (services: readonly Service[]): Promise<readonly ServiceState[]> =>
  (await statusOfAll(services)).map(({ state }) => state);
const pids = async (services: readonly Service[]): Promise<readonly (number | null)[]> =>
  (await statusOfAll(services)).map(({ pid }) => pid);
const up = (services: readonly Service[], signal = never): Promise<void> =>
  bringUp(services, { folder, say, signal, unhealthyAfterMs: 0 });

describe('a cluster', () => {
  it('comes up, comes up twice without a change, and goes down', async () => {
    const services = [await serviceOf('one'), await serviceOf('two', ['one'])];
    expect(await states(services)).toEqual(['stopped', 'stopped']);
    await up(services);
    expect(await states(services)).toEqual(['running', 'running']);
    expect(said).toEqual(['one starts …', 'one is up.', 'two starts …', 'two is up.']);
    const before = await pids(services);
    await up(services);
    expect(await pids(services)).toEqual(before);

    expect(await bringDown(services, folder)).toEqual(['two', 'one']);
    expect(await states(services)).toEqual(['stopped', 'stopped']);
    expect(await bringDown(services, folder)).toEqual([]);
  });

  it('restarts what has ended, and what was started after it', async () => {
    const services = [
      await serviceOf('master'),
      await serviceOf('worker', ['master']),
      await serviceOf('alone'),
    ];
    await up(services);
    const [master, worker, alone] = await pids(services);
    process.kill(master ?? 0, 'SIGKILL');
    await expect.poll(() => states(services)).toEqual(['ended', 'running', 'running']);
    await up(services);
    expect(await states(services)).toEqual(['running', 'running', 'running']);
    const after = await pids(services);
    expect(after[0]).not.toBe(master);
    expect(after[1]).not.toBe(worker);
    expect(after[2]).toBe(alone);
  });

  it('restarts what does not answer', async () => {
    const services = [await serviceOf('one')];
    await up(services);
    const [pid] = await pids(services);
    await fetch(services[0]?.address ?? '', { method: 'POST' });
    await expect.poll(() => states(services)).toEqual(['unhealthy']);
    await up(services);
    expect(await states(services)).toEqual(['running']);
    expect(await pids(services)).not.toEqual([pid]);
    expect(said).toContain('one does not answer; restarting it.');
  });

  it('does not take another program for a service because it answers on the same port', async () => {
    const service = await serviceOf('one');
    const other = createServer((_, response) => response.end('other')).listen(service.ports[0], '127.0.0.1');
    await once(other, 'listening');
    await expect(up([service])).rejects.toMatchObject({ kind: 'invalid', code: 'port-in-use' });
    expect(await states([service])).toEqual(['stopped']);
    other.closeAllConnections();
    other.close();
  });

  it('takes no other program for its own, even one with the same process id', async () => {
    const service = await serviceOf('one');
    await writeFile(service.pidFile, JSON.stringify({ pid: process.pid, began: 'yesterday' }));
    expect(await states([service])).toEqual(['ended']);
    expect(await bringDown([service], folder)).toEqual([]);
  });

  it('ends what it has started when a service does not start, but not what ran before', async () => {
    const before = await serviceOf('before');
    await up([before]);
    const fails = await serviceOf('fails', ['good'], 'console.error("no room"); process.exit(1)');
    const services = [before, await serviceOf('good'), fails];
    await expect(up(services)).rejects.toThrow(/fails did not start: it ended\. The end of .*:\nno room/);
    expect(await states(services)).toEqual(['running', 'stopped', 'stopped']);
  });

  it('ends what it has started when it is stopped', async () => {
    const stop = new AbortController();
    const silent = await serviceOf('silent', ['good'], 'setInterval(() => {}, 1000)');
    const services = [await serviceOf('good'), silent];
    const coming = up(services, stop.signal);
    await expect.poll(() => readPidFile(silent.pidFile)).not.toBeNull();
    stop.abort();
    await expect(coming).rejects.toThrow('aborted');
    expect(await states(services)).toEqual(['stopped', 'stopped']);
  });

  it('is worked on by one at a time, and a lock that was left behind holds nobody', async () => {
    const service = await serviceOf('one');
    const lock = lockFile(folder);
    await writePidFile(lock, process.pid);
    await expect(up([service])).rejects.toMatchObject({ kind: 'conflict', code: 'cluster-busy' });
    await writeFile(lock, JSON.stringify({ pid: process.pid, began: 'yesterday' }));
    await up([service]);
    expect(await states([service])).toEqual(['running']);
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });
});
