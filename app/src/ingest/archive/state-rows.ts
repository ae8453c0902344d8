import type { MessageValue } from '../../flight/decode-message.ts';
import type { StateVector } from '../../flight/state-vector.ts';
import { type JsonItem, type ListForm, type ListLimits, readJsonItems } from '../input/json-list.ts';
import { readLines } from '../ndjson/lines.ts';
import { COLUMNS, toStateVector } from './to-state-vector.ts';

/** A row of an archive: a vector, or the text of a row that is none. */
export type ArchiveRow = StateVector | string;

/** Whether the first line of a CSV file is OpenSky's header, or a row in the order of {@link COLUMNS}. */
export function isStatesCsv(line: string): boolean {
  const first = cut(line);
  return isHeader(names(first)) || (first.length === COLUMNS.length && toStateVector(first) !== null);
}

/** Lines of OpenSky's CSV, which has its columns in one order from the first line to the last. */
export interface CsvLines {
  readonly form: CsvForm;
  /** Without the header. */
  readonly lines: readonly string[];
}

/** Where a file has its columns, and how many it has. */
export interface CsvForm {
  /** For each of {@link COLUMNS}, from 0; -1 where the file lacks it. */
  readonly places: readonly number[];
  readonly cells: number;
}

/**
 * Cuts OpenSky's CSV of state vectors, for which {@link isStatesCsv} is true, into lines. The columns may stand in any order
 * and among others. Source: RFC 4180, but that no row has a line break in it.
 */
export async function* readCsvLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvLines> {
  let form: CsvForm | null = null;
  for await (const values of readLines(bytes)) {
    const lines = values.map(textOf);
    if (form === null) {
      const header = names(cut(lines[0] ?? ''));
      const places = COLUMNS.map((name, place) => (isHeader(header) ? header.indexOf(name) : place));
      form = { places, cells: header.length };
      if (isHeader(header)) lines.shift();
    }
    yield { form, lines };
  }
}

/** The row of a line. A line that does not fit stays as its text. */
export function rowOfLine(line: string, { places, cells }: CsvForm): ArchiveRow {
  const row = cut(line);
  return rowOf(row.length === cells ? places.map((place) => row[place]) : null, line);
}

/** Reads rows as JSON objects with the names of {@link COLUMNS}, one a line. */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly ArchiveRow[]> {
  for await (const lines of readLines(bytes)) {
    yield lines.map(textOf).map((text) => rowOfItem({ text, value: parsed(text) }));
  }
}

const FORM: ListForm = { names: [], mayStandAlone: true, keepsBroken: true };
const LIMITS: ListLimits = { maxItems: Infinity, maxItemBytes: 16_384, maxDepth: 4 };

/**
 * Reads a list of rows as JSON objects, of any length.
 * @throws UnusableInputError when it is no JSON or cut off
 */
export async function* readJsonArray(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly ArchiveRow[]> {
  for await (const items of readJsonItems(bytes, FORM, LIMITS)) yield items.map(rowOfItem);
}

function rowOfItem({ text, value }: JsonItem): ArchiveRow {
  const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
  const row = value as Readonly<Record<string, unknown>>;
  return rowOf(isRow ? COLUMNS.map((name) => row[name]) : null, text);
}

const rowOf = (row: readonly unknown[] | null, text: string): ArchiveRow =>
  (row === null ? null : toStateVector(row)) ?? noMessage(text);

/** What is longer is no row, and the end of it of no use. Characters. */
const MOST_OF_NO_ROW = 65_536;

/** What is no row must not pass for a message of its own: an object is put in brackets. */
export function noMessage(text: string): string {
  const shorter = text.slice(0, MOST_OF_NO_ROW);
  return /^\s*\{/.test(shorter) ? `[${shorter}]` : shorter;
}

/** The names of a header. */
export const names = (row: readonly string[]): readonly string[] =>
  row.map((cell) => cell.trim().toLowerCase());

const isHeader = (row: readonly string[]): boolean => row.includes('icao24') && row.includes('time');

const CELL = /\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*)/y;

/** The cells of a line. Source: RFC 4180. */
export function cut(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (let at = 0; at <= line.length; at = CELL.lastIndex + 1) {
    CELL.lastIndex = at;
    const [, quoted, plain = ''] = CELL.exec(line) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
  }
  return cells;
}

/** Bytes that are not UTF-8 become U+FFFD. */
export const textOf = (value: MessageValue): string =>
  typeof value === 'string' ? value : Buffer.from(value).toString('utf8');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No row, and kept as its text.
  }
}
