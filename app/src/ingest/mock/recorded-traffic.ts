import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ContrailError } from '../../errors.ts';
import { packingOf } from '../input/file-bytes.ts';
import { oddityOf, toStateVector as vectorOfRow } from '../opensky/to-state-vector.ts';
import { isRecord, toNumber } from '../readsb/entry.ts';
import { toStateVector as vectorOfEntry } from '../readsb/to-state-vector.ts';
import { type Scene, type Traffic, beginOf } from './traffic.ts';

/** A recorded answer, in the words of the feed that it came from. */
type Recording =
  /** Of OpenSky; `time` in epoch seconds. */
  | { readonly kind: 'rows'; readonly time: number; readonly rows: readonly unknown[] }
  /** Of a receiver or a service. */
  | { readonly kind: 'entries'; readonly time: number; readonly entries: readonly unknown[] };

/** Receivers say `now` in seconds, services in ms. */
const LEAST_IN_MS = 100_000_000_000;

/** Clients with other grids of time may look at two. */
const KEPT = 2;

/**
 * Recorded answers of OpenSky, receivers and services, in order of their time and over again: each pace that is looked at
 * shows the next one, so that none is left out however seldom somebody looks. All times are moved so that an answer is
 * of now. Every file is checked at the beginning; only two are in memory.
 *
 * @param path a file as `contrail record` writes it, also unpacked or with gzip, or a folder with all below it
 * @throws ContrailError `invalid` / `mock-recordings-unreadable`, which names the file
 */
export function recordedTraffic(path: string, paceMs: number): Traffic & { readonly count: number } {
  const files = filesOf(path)
    .map((file) => ({ file, time: readRecording(file).time }))
    .toSorted((a, b) => a.time - b.time || (a.file < b.file ? -1 : 1));
  let turn = 0;
  const kept: Scene[] = [];
  const traffic: Traffic = (nowMs) => {
    const time = Math.floor(beginOf(nowMs, paceMs) / 1000);
    const known = kept.find((scene) => scene.time === time);
    if (known !== undefined) return known;
    const { file = '' } = files[turn % files.length] ?? {};
    turn += 1;
    const scene = sceneOf(readRecording(file), time);
    kept.splice(0, Math.max(0, kept.length + 1 - KEPT));
    kept.push(scene);
    return scene;
  };
  return Object.assign(traffic, { count: files.length });
}

function sceneOf(recording: Recording, time: number): Scene {
  if (recording.kind === 'entries') {
    // Their ages count back from the time of the answer, so nothing has to be moved.
    const vectors = recording.entries
      .filter(isRecord)
      .map((entry) => vectorOfEntry(entry, time * 1000, 'readsb').vector);
    return { time, vectors, entries: recording.entries };
  }
  const by = time - recording.time;
  const moved = (value: unknown): unknown => (typeof value === 'number' ? value + by : value);
  const rows = recording.rows.map((row): unknown =>
    Array.isArray(row)
      ? row.map((value, at) => (at === 3 || at === 4 ? moved(value) : (value as unknown)))
      : row,
  );
  return {
    time,
    rows,
    // Other feeds have no words for a row that is no state vector.
    vectors: rows
      .filter((row): row is readonly unknown[] => oddityOf(row) === null)
      .map((row) => vectorOfRow(row, time, 'opensky')),
  };
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.json(\.gz|\.zst)?$/.test(name) && !/(^|[\\/])\./.test(name))
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile());
    if (files.length > 0) return files;
  } catch (error) {
    throw unreadable(path, (error as Error).message, error);
  }
  throw unreadable(
    path,
    'neither the folder nor its subfolders have files ending in .json, .json.gz or .json.zst',
  );
}

function readRecording(file: string): Recording {
  let json: unknown;
  try {
    const bytes = readFileSync(file);
    const packing = packingOf(bytes);
    const text =
      packing === null ? bytes : packing === 'gzip' ? gunzipSync(bytes) : zstdDecompressSync(bytes);
    // With the mark of Unicode at its beginning, too.
    json = JSON.parse(new TextDecoder().decode(text));
  } catch (error) {
    throw unreadable(file, error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message, error);
  }
  // The first dump1090 writes the list alone.
  if (Array.isArray(json)) return { kind: 'entries', time: 0, entries: json };
  if (isRecord(json)) {
    const { time, states, now } = json;
    const list = json['aircraft'] ?? json['ac'];
    if (typeof time === 'number' && (Array.isArray(states) || states === null || states === undefined))
      return { kind: 'rows', time, rows: states ?? [] };
    const nowTime = toNumber(now) ?? 0;
    if (Array.isArray(list))
      return { kind: 'entries', time: nowTime > LEAST_IN_MS ? nowTime / 1000 : nowTime, entries: list };
  }
  throw unreadable(
    file,
    'it has neither time and states, as OpenSky sends, nor a list of aircraft, as receivers write',
  );
}

const unreadable = (path: string, found: string, cause?: unknown): ContrailError =>
  new ContrailError(
    'mock-recordings-unreadable',
    `The recordings in ${path} cannot be served: ${found}. Name a file, or a folder, of recorded answers of OpenSky or a receiver.`,
    { ...(cause !== undefined && { cause }), facts: { path } },
  );
