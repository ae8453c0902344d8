import type { MessageValue } from '../../flight/decode-message.ts';
import type { StateVector } from '../../flight/state-vector.ts';
import { type JsonItem, type ListForm, type ListLimits, readJsonItems } from '../input/json-list.ts';
import { readLines } from '../ndjson/lines.ts';
import { COLUMNS, toStateVector } from './to-state-vector.ts';

/** The result of some rows of an archive: vectors, and the texts of rows that are not vectors. */
export interface Rows {
  readonly vectors: StateVector[];
  readonly others: string[];
}

/** Whether the first line of a CSV file is OpenSky's header, or a row in the order of {@link COLUMNS}. */
export function isStatesCsv(line: string): boolean {
  const first = cut(line);
  return isHeader(names(first)) || (first.length === COLUMNS.length && toStateVector(first) !== null);
}

/**
 * Reads OpenSky's CSV of state vectors, for which {@link isStatesCsv} is true. The columns may stand in any order and
 * among others. A row that does not fit is handed on as its text. Source: RFC 4180, but that no row has a line break in it.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Rows> {
  let places: readonly number[] | null = null;
  let cells = 0;
  for await (const lines of readLines(bytes)) {
    const rows: Rows = { vectors: [], others: [] };
    for (const value of lines) {
      const line = textOf(value);
      const row = cut(line);
      if (places === null) {
        const header = names(row);
        places = COLUMNS.map((name, place) => (isHeader(header) ? header.indexOf(name) : place));
        cells = header.length;
        if (isHeader(header)) continue;
      }
      keep(rows, row.length === cells ? places.map((place) => row[place]) : null, line);
    }
    yield rows;
  }
}

/** Reads rows as JSON objects with the names of {@link COLUMNS}, one a line. */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Rows> {
  for await (const lines of readLines(bytes)) {
    yield rowsOf(lines.map(textOf).map((text) => ({ text, value: parsed(text) })));
  }
}

const FORM: ListForm = { names: [], mayStandAlone: true, keepsBroken: true };
const LIMITS: ListLimits = { maxItems: Infinity, maxItemBytes: 16_384, maxDepth: 4 };

/**
 * Reads a list of rows as JSON objects, of any length.
 * @throws UnusableInputError when it is no JSON or cut off
 */
export async function* readJsonArray(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Rows> {
  for await (const items of readJsonItems(bytes, FORM, LIMITS)) yield rowsOf(items);
}

function rowsOf(items: readonly JsonItem[]): Rows {
  const rows: Rows = { vectors: [], others: [] };
  for (const { text, value } of items) {
    const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
    const row = value as Readonly<Record<string, unknown>>;
    keep(rows, isRow ? COLUMNS.map((name) => row[name]) : null, text);
  }
  return rows;
}

function keep(rows: Rows, row: readonly unknown[] | null, text: string): void {
  const vector = row === null ? null : toStateVector(row);
  if (vector === null) rows.others.push(noMessage(text));
  else rows.vectors.push(vector);
}

/** What is longer is no row, and the end of it of no use. Characters. */
const MOST_OF_NO_ROW = 65_536;

/** What is no row must not pass for a message of its own: an object is put in brackets. */
export function noMessage(text: string): string {
  const shorter = text.slice(0, MOST_OF_NO_ROW);
  return /^\s*\{/.test(shorter) ? `[${shorter}]` : shorter;
}

const names = (row: readonly string[]): readonly string[] => row.map((cell) => cell.trim().toLowerCase());

const isHeader = (row: readonly string[]): boolean => row.includes('icao24') && row.includes('time');

const CELL = /\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*)/y;

function cut(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (let at = 0; at <= line.length; at = CELL.lastIndex + 1) {
    CELL.lastIndex = at;
    const [, quoted, plain = ''] = CELL.exec(line) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
  }
  return cells;
}

const textOf = (value: MessageValue): string =>
  typeof value === 'string' ? value : Buffer.from(value).toString('utf8');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No row, and kept as its text.
  }
}
