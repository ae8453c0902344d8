import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError, type ErrorCode } from '../errors.ts';
import { writePidFile } from './pid-file.ts';

const STOP_WAIT_MS = 10_000;
const POLL_MS = 100;

/** A service program: it runs until it is stopped. */
export interface ServiceSpec {
  /** For a person: `Kafka`, `The Spark Connect server`. */
  readonly title: string;
  /** Code of the error when it does not start. */
  readonly failure: ErrorCode;
  readonly command: string;
  readonly args: readonly string[];
  /** Its output is appended to this file. */
  readonly logFile: string;
  /** The text that it prints once it serves, or a function that finds out whether it does. */
  readonly started: string | (() => Promise<boolean>);
  readonly startWaitMs: number;
  /**
   * When given, the program goes on when we end, and Ctrl+C in our terminal does not reach it. The file names its
   * process as soon as that has started.
   */
  readonly pidFile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A running program. Disposing stops it. */
export class ServiceProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Kills the process at once, as a power loss would (the disk keeps its state), and waits until it has ended. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Asks it to end; a process that takes longer than 10 s is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const patience = new AbortController();
    const isLate = await Promise.race([
      ended.then(() => false),
      wait(STOP_WAIT_MS, true, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    if (isLate) await this.kill();
  }
}

/**
 * Starts a program and resolves when it serves.
 * @throws ContrailError `unavailable` / the spec's code, with the last lines of the log, when it ends before or takes too
 * long; the signal's reason.
 */
export async function startService(spec: ServiceSpec): Promise<ServiceProcess> {
  await using log = await open(spec.logFile, 'a');
  const from = (await log.stat()).size;
  const { pidFile } = spec;
  const stdio = ['ignore', log.fd, log.fd] as const;
  const child = spawn(spec.command, [...spec.args], { stdio: [...stdio], detached: pidFile !== undefined });
  const notFound = once(child, 'error').then(([error]) => error as Error);
  const service = new ServiceProcess(child);
  try {
    if (pidFile !== undefined && child.pid !== undefined) await writePidFile(pidFile, child.pid);
    const started = hasStarted(spec, service, from);
    const failure = await Promise.race([started, notFound]);
    if (failure !== undefined) throw startFailure(spec, failure.message, '');
    if (pidFile !== undefined) child.unref();
    return service;
  } catch (error) {
    await service.kill();
    throw error;
  }
}

async function hasStarted(spec: ServiceSpec, service: ServiceProcess, from: number): Promise<undefined> {
  for (let waited = 0; waited < spec.startWaitMs; waited += POLL_MS) {
    const isRunning = service.isRunning;
    if (await serves(spec, from)) return undefined;
    if (!isRunning) throw startFailure(spec, 'it ended', await endOfLog(spec.logFile, from));
    await wait(POLL_MS, undefined, { signal: spec.signal });
  }
  const reason = `it was not ready within ${spec.startWaitMs / 1000} s`;
  throw startFailure(spec, reason, await endOfLog(spec.logFile, from));
}

const serves = async ({ started, logFile }: ServiceSpec, from: number): Promise<boolean> =>
  typeof started === 'string' ? (await readFile(logFile)).subarray(from).includes(started) : started();

function startFailure(spec: ServiceSpec, reason: string, end: string): ContrailError {
  const log = end === '' ? '' : ` The end of ${spec.logFile}:\n${end}`;
  return new ContrailError(spec.failure, `${spec.title} did not start: ${reason}.${log}`);
}

/** The last lines of a log, from a byte on, without the lines of Java stack traces. */
export async function endOfLog(logFile: string, from: number): Promise<string> {
  const lines = (await readFile(logFile)).subarray(from).toString('utf8').trimEnd().split('\n');
  return lines
    .filter((line) => !/^\s+(at |\.\.\. \d+ more)/.test(line))
    .slice(-5)
    .join('\n');
}
