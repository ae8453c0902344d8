/** The record of one slice of a merge: what becomes of every table, durable before any of it is committed. */
import type { WrittenFile } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import type { Slice } from './slices.ts';

/** A file as a record holds it: its path is relative to its table. */
export type RecordedFile = WrittenFile;

/** What a record says of a table. */
export interface RecordedChange {
  readonly adds: readonly RecordedFile[];
  /** Paths as the log of the table has them. */
  readonly removes: readonly string[];
}

/** Rows by table. */
export type TableRows = Readonly<Record<string, number>>;

/** A slice whose files are written, and that is committed or about to be. */
export interface MergeRecord {
  readonly merge_id: number;
  /** `rebuild`, `backfill`. */
  readonly command: string;
  /** Names the whole merge. The same work goes on behind this slice; other work begins at its own beginning. */
  readonly work: string;
  readonly recorded_at_ms: number;
  /** All slices of the merge. */
  readonly slices: readonly Slice[];
  /** Which of them this is, from 0. */
  readonly slice: number;
  /** Rows of this slice and of those before it, by table. */
  readonly rows: TableRows;
  /** Rows that left the quarantine, likewise. */
  readonly released: number;
  readonly tables: Readonly<Record<string, RecordedChange>>;
}

/** A record as its file holds it. JSON has neither long nor infinite numbers: they are objects with their text. */
export function recordText(record: MergeRecord): string {
  return `${JSON.stringify(record, (_, value: unknown) => {
    if (typeof value === 'bigint') return { long: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { double: String(value) };
    return value;
  })}\n`;
}

/**
 * The record in the text of its file.
 * @param place names the file, for messages
 * @throws ContrailError `corrupt` / `merge-record-unreadable`
 */
export function parseMergeRecord(text: string, mergeId: number, place: string): MergeRecord {
  let json: unknown;
  try {
    json = JSON.parse(text, (_, value: unknown) => revived(value));
  } catch (cause) {
    throw unreadable(place, 'it is not JSON', cause);
  }
  if (!isObject(json)) throw unreadable(place, 'it is not a JSON object');
  const { merge_id, command, work, recorded_at_ms, slices, slice, rows, released, tables } = json;
  if (merge_id !== mergeId) throw unreadable(place, 'its merge_id is not the number of its name');
  if (typeof command !== 'string' || typeof work !== 'string' || typeof recorded_at_ms !== 'number')
    throw unreadable(place, 'it does not say what it is part of');
  if (!Array.isArray(slices) || !slices.every(isSlice) || !isCount(slice) || slice >= slices.length)
    throw unreadable(place, 'its slices are not ranges of event time');
  if (!isObject(rows) || !Object.values(rows).every(isCount) || !isCount(released))
    throw unreadable(place, 'its rows are not a number for each table');
  if (!isObject(tables) || !Object.values(tables).every(isChange))
    throw unreadable(place, 'its tables are not files that come and go');
  return json as unknown as MergeRecord;
}

function revived(value: unknown): unknown {
  if (!isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (others.length > 0) return value;
  const text = name === undefined ? undefined : value[name];
  if (name === 'long' && typeof text === 'string') return BigInt(text);
  return name === 'double' && typeof text === 'string' ? Number(text) : value;
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const isCount = (json: unknown): json is number => Number.isSafeInteger(json) && (json as number) >= 0;

const isSlice = (json: unknown): boolean =>
  isObject(json) &&
  Number.isSafeInteger(json['start']) &&
  Number.isSafeInteger(json['end']) &&
  isCount(json['rows']);

const isChange = (json: unknown): boolean =>
  isObject(json) &&
  Array.isArray(json['adds']) &&
  json['adds'].every(isFile) &&
  Array.isArray(json['removes']) &&
  json['removes'].every((path) => typeof path === 'string');

const isFile = (json: unknown): boolean =>
  isObject(json) &&
  typeof json['path'] === 'string' &&
  isCount(json['bytes']) &&
  isCount(json['rows']) &&
  isObject(json['partition']) &&
  isObject(json['statistics']);

const unreadable = (place: string, what: string, cause?: unknown): ContrailError =>
  new ContrailError(
    'merge-record-unreadable',
    `The record of a merge, ${place}, cannot be used: ${what}. Restore it from a copy of the lake. ` +
      'Without a copy, move it elsewhere and run the same "contrail rebuild" or "contrail backfill" again: it computes the slice again.',
    { cause },
  );
