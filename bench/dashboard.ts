import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StatusAnswer, TrackAnswer } from '../app/src/dashboard/protocol.ts';
import { CHUNK_S, decodeChunk } from '../app/src/wire/replay-chunk.ts';
import { machine, round, say } from './child.ts';
import { makePastLake } from './dashboard-lake.ts';
import { Viewers } from './dashboard-viewers.ts';
import { findStreamlitPeer } from './streamlit-peer.ts';

/** Arguments of the case `dashboard`. */
export interface DashboardBenchOptions {
  readonly days: number;
  readonly aircraft: number;
  /** Seconds between two reports of an aircraft. */
  readonly pace: number;
  /** How many random moments and flights are asked for. */
  readonly asks: number;
  /** The folder with a page in Streamlit. */
  readonly peer: string;
  /** A folder for the lake, which stays and is used again; null: a temporary one. */
  readonly lake: string | null;
}

/** Viewers at the same time, of Contrail's page and of the one in Streamlit. */
const VIEWERS = [1, 10, 50];
const CACHE = join(homedir(), '.cache', 'contrail');

/** The same moments and flights in every run. */
function* shares(): Generator<number> {
  for (let state = 1; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

/**
 * `contrail dashboard` on a lake of days: how long it takes until a replay has its first chunk, decoded, at random moments; until a
 * track of a flight then has come; and the memory of the server. All answers are new: nothing is asked for twice. Before that, 1, 10
 * and 50 viewers open the page; beside it a page in Streamlit over the same Gold tables, where there is one. Linux only: it reads `/proc`.
 */
export async function* dashboard(
  options: DashboardBenchOptions,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  if (process.platform !== 'linux')
    throw new Error('The case dashboard reads /proc, so it runs on Linux only.');
  const { days, aircraft, pace, asks } = options;
  await using left = new AsyncDisposableStack();
  const data = options.lake ?? (await mkdtemp(join(tmpdir(), 'contrail-bench-')));
  if (options.lake === null) left.defer(() => rm(data, { recursive: true, force: true }));
  await mkdir(data, { recursive: true });
  const end = Math.floor(Date.now() / 86_400_000) * 86_400;
  if (!existsSync(join(data, 'lake'))) await makePastLake(data, { days, aircraft, pace, end });

  const server = spawn(
    process.execPath,
    [
      // As people start it: the launcher decides about memory, and becomes the program.
      resolve(import.meta.dirname, '../scripts/contrail.mjs'),
      'dashboard',
      '--data',
      data,
      '--dashboard-port',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  left.defer(() => void server.kill());
  const url = await addressOf(server.stdout);
  const memory = async (name: 'VmRSS' | 'VmHWM'): Promise<number> => {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  };
  const status = await lakeIsRead(url);
  const atRest_mb = await memory('VmRSS');
  using viewers = new Viewers(url);
  for (const number of VIEWERS) {
    const first = await viewers.open(number);
    await wait(2000);
    const memory_mb = await memory('VmRSS');
    yield { case: 'dashboard', viewers: number, first_picture_ms: figures(first), memory_mb };
  }
  viewers[Symbol.dispose]();
  const newest = status.event_time ?? end;
  const oldest = newest - days * 86_400 + 3600;
  const random = shares();
  const moment = (): number => Math.floor(oldest + (newest - oldest) * (random.next().value as number));

  const starts: number[] = [];
  let [bytes, reports] = [0, 0];
  for (let i = 0; i < asks; i++) {
    const from = Math.floor(moment() / CHUNK_S) * CHUNK_S;
    const began = performance.now();
    const answer = await fetch(`${url}/api/replay?from=${from}&to=${from + CHUNK_S}`);
    const chunk = decodeChunk(await answer.arrayBuffer());
    if (chunk === null) throw new Error(`the chunk of ${from} is none: HTTP ${answer.status}`);
    starts.push(performance.now() - began);
    bytes = Number(answer.headers.get('content-length') ?? bytes);
    reports = chunk.reports;
  }
  const afterReplay_mb = await memory('VmRSS');
  const tracks: number[] = [];
  let points = 0;
  for (let i = 0; i < asks; i++) {
    const icao24 = (3_932_160 + Math.floor((random.next().value as number) * aircraft)).toString(16);
    const began = performance.now();
    const answer = await fetch(`${url}/api/aircraft/${icao24}/track?at=${moment()}`);
    points = ((await answer.json()) as TrackAnswer).rows.length;
    tracks.push(performance.now() - began);
  }
  const tables = Object.fromEntries(status.tables.map(({ name, rows, files }) => [name, { rows, files }]));
  yield {
    case: 'dashboard',
    ...options,
    silver_rows: tables['silver/flights']?.rows,
    silver_files: tables['silver/flights']?.files,
    replay_start_ms: figures(starts),
    chunk: { reports, bytes },
    track_ms: figures(tracks),
    track_points: points,
    server_memory_mb: { at_rest: atRest_mb, after_replay: afterReplay_mb, peak: await memory('VmHWM') },
    machine: machine(),
  };
  server.kill();
  const peer = findStreamlitPeer(options.peer, CACHE);
  const lines = (await peer?.measure(join(data, 'lake/gold'), VIEWERS)) ?? [];
  for (const line of lines) yield { case: 'dashboard', page: 'Streamlit', ...line };
}

/** What its log says when it listens. It goes on to write, so its output stays open. */
function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  return new Promise((found, failed) => {
    output.on('data', (part: Buffer) => {
      text += part.toString();
      const [, url] = /"url":"(http[^"]+)","msg":"dashboard listens"/.exec(text) ?? [];
      if (url !== undefined) found(url);
    });
    output.on('end', () => failed(new Error(`the dashboard ended: ${text}`)));
  });
}

/** Waits until the dashboard has read all tables. */
async function lakeIsRead(url: string): Promise<StatusAnswer> {
  for (;;) {
    const ready = await fetch(`${url}/readyz`);
    const status = (await (await fetch(`${url}/api/status`)).json()) as StatusAnswer;
    if (ready.ok && status.event_time !== null) return status;
    await wait(200);
  }
}

function figures(all: readonly number[]): Readonly<Record<string, number>> {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0, 0);
  say(`${sorted.map((ms) => Math.round(ms)).join(' ')} ms`);
  return { first: round(all[0] ?? 0, 0), p50: at(0.5), p95: at(0.95), most: at(1) };
}
