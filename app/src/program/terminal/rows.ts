import { printable } from './printable.ts';

/** How rows are printed. */
export const OUTPUT_FORMATS = ['table', 'csv', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

type Cells = Readonly<Record<string, unknown>>;
/** Rows as they come; there is a first batch even without rows. */
export type Batches = AsyncIterable<{
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}>;

/** The columns of a table are as wide as these rows need; wider cells in later rows shift the rest of their line. */
const ROWS_FOR_WIDTHS = 1000;

/** Rows as an aligned text table, RFC 4180 CSV, or one JSON object a line. Longs keep every digit. */
export function formatRows(names: readonly string[], rows: readonly Cells[], format: OutputFormat): string {
  const cells = rows.map((row) => names.map((name) => row[name]));
  const { head, line } = PRINTERS[format](names, cells);
  return head + cells.map(line).join('');
}

/** As {@link formatRows}, piece by piece, for any number of rows. */
export async function* formatBatches(batches: Batches, format: OutputFormat): AsyncGenerator<string> {
  let names: readonly string[] = [];
  let printer: Printer | null = null;
  const first: (readonly unknown[])[] = [];
  for await (const batch of batches) {
    ({ names } = batch);
    if (printer !== null) yield batch.rows.map(printer.line).join('');
    else {
      first.push(...batch.rows);
      if (first.length < ROWS_FOR_WIDTHS) continue;
      printer = PRINTERS[format](names, first);
      yield printer.head + first.map(printer.line).join('');
    }
  }
  if (printer !== null) return;
  const { head, line } = PRINTERS[format](names, first);
  yield head + first.map(line).join('');
}

interface Printer {
  /** The lines above the rows. */
  readonly head: string;
  readonly line: (row: readonly unknown[]) => string;
}

/** By format; `measured` are the rows that decide how wide the columns are. */
const PRINTERS: Readonly<
  Record<OutputFormat, (names: readonly string[], measured: readonly (readonly unknown[])[]) => Printer>
> = {
  json: (names) => {
    const keys = names.map((name) => JSON.stringify(name));
    return {
      head: '',
      line: (row) => `{${keys.map((key, index) => `${key}:${jsonOf(row[index])}`).join(',')}}\n`,
    };
  },
  csv: (names) => ({ head: csvLine(names), line: (row) => csvLine(row.map(textOf)) }),
  table: (names, measured) => {
    const widths = names.map((name) => printable(name).length);
    for (const row of measured) {
      for (const [index, cell] of row.entries())
        widths[index] = Math.max(widths[index] ?? 0, printable(textOf(cell)).length);
    }
    const isNumber = names.map((_, index) =>
      measured.some((row) => typeof row[index] === 'number' || typeof row[index] === 'bigint'),
    );
    const line = (row: readonly unknown[]): string => {
      const cells = row.map((cell, index) => {
        const text = printable(textOf(cell));
        const width = widths[index] ?? 0;
        return isNumber[index] === true ? text.padStart(width) : text.padEnd(width);
      });
      return `${cells.join('  ').trimEnd()}\n`;
    };
    return { head: line(names) + line(widths.map((width) => '-'.repeat(width))), line };
  },
};

/** Node has it since version 21, the types of ES2024 do not. Source: ECMA-262 proposal "JSON.parse source text access". */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

function jsonOf(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'bigint' ? rawJSON(String(inner)) : inner,
    ) ?? 'null'
  );
}

/** One value as a cell of a table: nothing for null, JSON for what has parts. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? jsonOf(value) : String(value as string | number | bigint | boolean);
}

const csvLine = (texts: readonly string[]): string => `${texts.map(csvCell).join(',')}\r\n`;
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
