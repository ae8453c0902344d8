/**
 * Starts the services of a cluster, reports their state, and stops them. They go on when the process that started them
 * ends, so a file for each names its process by id and start time. Only one program at a time works on a folder.
 */
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError, messageOf } from '../errors.ts';
import { lockFile } from './cluster-folder.ts';
import { claimPidFile, readPidFile } from './pid-file.ts';
import { isFreePort } from './ports.ts';
import { endProcess, isAlive, residentBytes } from './process-table.ts';
import type { Service } from './services.ts';

/** running; unhealthy: its process runs but does not answer; ended: by itself; stopped: not started, or taken down. */
export type ServiceState = 'running' | 'unhealthy' | 'ended' | 'stopped';

/** The state of a service now. */
export interface ServiceStatus {
  readonly name: string;
  readonly title: string;
  readonly state: ServiceState;
  /** What the service reports, or what is wrong. */
  readonly found: string;
  readonly address: string;
  readonly page: string | null;
  readonly pid: number | null;
  readonly memory_bytes: number | null;
  readonly log: string;
}

/** How long a service may take to end before it is killed. */
const END_PATIENCE_MS = 10_000;
/** How often and how long a service that does not answer is asked again before it is restarted. */
const RETRY_MS = 500;
const UNHEALTHY_AFTER_MS = 15_000;
/** How long a service may take to end after its start was given up. */
const GIVE_UP_PATIENCE_MS = 3_000;

/** What {@link bringUp} works with. */
export interface BringUpOptions {
  readonly folder: string;
  /** Takes a line of progress for a person. */
  readonly say: (line: string) => void;
  /** Stops what was started so far, and only that. */
  readonly signal: AbortSignal;
  /** How long a service may fail to answer before it is restarted, beyond the wait of its probe. Default 15 s. */
  readonly unhealthyAfterMs?: number;
}

/**
 * Starts the services that do not run or do not answer. The others are left alone, so calling it twice does no harm. If
 * one does not start, the services that this call has started are stopped again.
 * @throws what starting throws, the signal's reason; ContrailError `conflict` / `cluster-busy`
 */
export async function bringUp(services: readonly Service[], options: BringUpOptions): Promise<void> {
  await using _ = await lock(options.folder);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const started: Service[] = [];
  const done = new Map<string, Promise<void>>();
  const ensure = async (service: Service): Promise<void> => {
    await Promise.all(service.after.map((name) => done.get(name) ?? Promise.resolve()));
    signal.throwIfAborted();
    const status = await settled(service, options);
    if (status.state === 'running') return;
    if (status.state === 'unhealthy') options.say(`${service.title} does not answer; restarting it.`);
    // Services that depend on it must not go on with a stopped one.
    const dependents = services.filter(({ after }) => after.includes(service.name));
    await Promise.all([service, ...dependents].map((one) => takeDown([one], END_PATIENCE_MS)));
    await requirePorts(service);
    options.say(`${service.title} starts …`);
    started.push(service);
    await service.start(signal);
    const { state, found } = await settled(service, options);
    if (state !== 'running')
      throw new ContrailError('service-unhealthy', `${service.title} was started, but ${found}.`);
    options.say(`${service.title} is up.`);
  };
  for (const service of services) {
    done.set(
      service.name,
      ensure(service).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
  }
  const results = await Promise.allSettled(done.values());
  if (results.every(({ status }) => status === 'fulfilled')) return;
  await Promise.all(started.map((service) => takeDown([service], GIVE_UP_PATIENCE_MS)));
  options.signal.throwIfAborted();
  // Report the first failure; the others only say that they were stopped because of it.
  throw failed.signal.reason;
}

/** @throws ContrailError `invalid` / `port-in-use` when another program uses a port of the service */
async function requirePorts({ title, ports }: Service): Promise<void> {
  for (const port of ports) {
    if (await isFreePort(port)) continue;
    throw new ContrailError(
      'port-in-use',
      `${title} needs port ${port}, but another program uses it. Stop that program, or take the cluster down and up again: it then chooses other ports.`,
    );
  }
}

/** The state of a service, once it answers or has not answered for long: a busy machine does not make it unhealthy. */
async function settled(
  service: Service,
  { unhealthyAfterMs = UNHEALTHY_AFTER_MS, signal }: BringUpOptions,
): Promise<ServiceStatus> {
  for (let waited = 0; ; waited += RETRY_MS) {
    const status = await statusOf(service);
    if (status.state !== 'unhealthy' || waited >= unhealthyAfterMs) return status;
    await wait(RETRY_MS, undefined, { signal });
  }
}

/** The state of each service. */
export const statusOfAll = (services: readonly Service[]): Promise<readonly ServiceStatus[]> =>
  Promise.all(services.map((service) => statusOf(service)));

/**
 * Stops the services, the last one first. Answers the titles of those that ran.
 * @throws ContrailError `conflict` / `cluster-busy`
 */
export async function bringDown(services: readonly Service[], folder: string): Promise<readonly string[]> {
  await using _ = await lock(folder);
  return takeDown(services.toReversed(), END_PATIENCE_MS);
}

async function takeDown(services: readonly Service[], patienceMs: number): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const service of services) {
    const id = await readPidFile(service.pidFile);
    if (id === null) continue;
    if (await isAlive(id)) {
      await endProcess(id, patienceMs);
      ended.push(service.title);
    }
    await rm(service.pidFile, { force: true });
  }
  return ended;
}

async function statusOf(service: Service): Promise<ServiceStatus> {
  const { name, title, address, page, logFile: log } = service;
  const id = await readPidFile(service.pidFile);
  const common = { name, title, address, page, log, pid: null, memory_bytes: null };
  if (id === null) return { ...common, state: 'stopped', found: 'not started' };
  if (!(await isAlive(id))) return { ...common, state: 'ended', found: `ended by itself; see ${log}` };
  const alive = { ...common, pid: id.pid, memory_bytes: await residentBytes(id) };
  try {
    return { ...alive, state: 'running', found: await service.probe() };
  } catch (error) {
    const reason = messageOf(error);
    return { ...alive, state: 'unhealthy', found: `does not answer (${reason}); see ${log}` };
  }
}

/** Keeps other programs out of the folder until it is disposed of. A lock whose owner has ended does not count. */
async function lock(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const path = lockFile(folder);
  while (!(await claimPidFile(path))) {
    const owner = await readPidFile(path);
    if (owner !== null && (await isAlive(owner))) {
      throw new ContrailError(
        'cluster-busy',
        `Process ${owner.pid} is starting or stopping this cluster (${folder}). Wait until it has ended.`,
      );
    }
    await rm(path, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}
