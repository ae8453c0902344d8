import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, round, runStep, say } from './child.ts';
import { deltalake, type RunPeer } from './delta-peer.ts';

export interface OpenResult {
  readonly version: number;
  readonly files: number;
  /** In a process that has not opened a table before. */
  readonly first_ms: number;
  /** Its processor time, all threads, which does not depend on how busy the machine is. */
  readonly first_cpu_ms: number;
  /** Of later openings in the same process. */
  readonly p50_ms?: number;
  /** After the first opening. */
  readonly peak_rss_mb: number;
}

export interface AppendResult {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly bytes_per_row?: number;
  readonly peak_rss_mb: number;
}

export interface Latency {
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** The two ends of a long stream. */
export interface Ends {
  /** From commit 100 on. */
  readonly early: Latency;
  /** Up to the last commit. */
  readonly late: Latency;
}

export interface StreamOptions {
  readonly folder: string;
  readonly commits: number;
  readonly rows: number;
  readonly configuration: Readonly<Record<string, string>>;
  readonly vacuumEvery: number;
}

/** What deltalake reports of a stream. */
interface PeerStreamResult {
  readonly append: Ends;
  readonly max_ms: number;
  readonly live_files: number;
  readonly peak_rss_mb: number;
}

export interface StreamResult extends PeerStreamResult {
  /** Of the append, the commit alone. */
  readonly commit: Ends;
  readonly compactions: number;
  readonly vacuumed_files: number;
  /** Objects in the log at the end. */
  readonly log_objects: number;
}

export interface DeltaOptions {
  /** Commits of the case `stream`. */
  readonly commits: number;
}

const OPENINGS = [
  {
    name: 'open-10000-commits',
    log: { commits: 10_000, filesPerCommit: 1, checkpointAt: null },
    goal: { first_ms: 500 },
    again: 5,
  },
  {
    name: 'open-10000-commits-checkpoint-every-100',
    log: { commits: 9_999, filesPerCommit: 1, checkpointAt: 9_900 },
    goal: { p50_ms: 50 },
    again: 10,
  },
  {
    name: 'open-300000-files',
    log: { commits: 5, filesPerCommit: 60_000, checkpointAt: null },
    goal: { first_ms: 3000, peak_rss_mb: 400 },
    again: 0,
  },
  {
    name: 'open-300000-files-checkpoint',
    log: { commits: 5, filesPerCommit: 60_000, checkpointAt: 5 },
    goal: { first_ms: 3000, peak_rss_mb: 400 },
    again: 0,
  },
] as const;

type Line = Readonly<Record<string, unknown>>;

/**
 * Measures the Delta library alone, on the local disk: opening tables with long logs, appending, and a long stream.
 * Each figure has the goal beside it, and the figure of deltalake (Python, delta-rs) with the same table in the same
 * run. One line per case.
 */
export async function* delta(options: DeltaOptions): AsyncGenerator<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const peer = deltalake();
  try {
    for (const opening of OPENINGS) yield await openCase(join(folder, opening.name), opening, peer);
    yield await appendCase(join(folder, 'append'), peer);
    yield await streamCase(join(folder, 'stream'), options.commits, peer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const run = <T>(name: string, argument: unknown): Promise<T> => runStep<T>(name, argument, 'delta-steps.ts');

async function openCase(
  folder: string,
  { name, log, goal, again }: (typeof OPENINGS)[number],
  peer: RunPeer | null,
): Promise<Line> {
  say(`delta: ${name} …`);
  await run('make', { folder, ...log });
  const ours = await run<OpenResult>('open', { folder, again });
  const theirs = peer?.<OpenResult>('open', { folder, again }) ?? null;
  await rm(folder, { recursive: true, force: true });
  return { case: `delta ${name}`, ...ours, goal, deltalake: theirs, machine: machine() };
}

async function appendCase(folder: string, peer: RunPeer | null): Promise<Line> {
  const [rows, appends] = [10_000, 200];
  say(`delta: ${appends} appends of ${rows} rows …`);
  const ours = await run<AppendResult>('append', { folder, rows, appends });
  const source = aFileOf(folder);
  const theirs = peer?.<AppendResult>('append', { folder: `${folder}-peer`, source, appends }) ?? null;
  const goal = { p50_ms: 25 };
  return {
    case: 'delta append-10000-rows',
    rows,
    appends,
    ...ours,
    goal,
    deltalake: theirs,
    machine: machine(),
  };
}

async function streamCase(folder: string, commits: number, peer: RunPeer | null): Promise<Line> {
  say(`delta: a stream of ${commits} commits …`);
  const options = {
    folder,
    commits,
    rows: 100,
    configuration: {
      'delta.checkpointInterval': '100',
      'delta.logRetentionDuration': 'interval 20 seconds',
      'delta.deletedFileRetentionDuration': 'interval 20 seconds',
    },
    vacuumEvery: 1000,
  };
  const ours = await run<StreamResult>('stream', options);
  const { vacuumEvery, ...rest } = options;
  const theirs =
    peer?.<PeerStreamResult>('stream', {
      ...rest,
      folder: `${folder}-peer`,
      source: aFileOf(folder),
      // The size that our policy led to.
      compact_every: Math.ceil(commits / Math.max(1, ours.compactions)),
      vacuum_every: vacuumEvery,
    }) ?? null;
  const timesEarly = ({ early, late }: Ends): number => round(late.p99_ms / early.p99_ms, 2);
  return {
    case: 'delta stream',
    rows_per_commit: options.rows,
    commits,
    ...ours,
    p99_late_times_early: { append: timesEarly(ours.append), commit: timesEarly(ours.commit) },
    goal: { p99_late_times_early: 1.5 },
    deltalake: theirs && { ...theirs, p99_late_times_early: { append: timesEarly(theirs.append) } },
    machine: machine(),
  };
}

/** Any data file of a table of state vectors. */
function aFileOf(folder: string): string {
  const partition = join(folder, 'event_date=2026-11-01');
  return join(partition, readdirSync(partition)[0] ?? '');
}
