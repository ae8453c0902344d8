/** How rows are printed. */
export const OUTPUT_FORMATS = ['table', 'csv', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

type Cells = Readonly<Record<string, unknown>>;

/** Rows as an aligned text table, RFC 4180 CSV, or one JSON object a line. Longs keep every digit. */
export function formatRows(names: readonly string[], rows: readonly Cells[], format: OutputFormat): string {
  switch (format) {
    case 'json':
      return rows
        .map((row) => `{${names.map((name) => `${JSON.stringify(name)}:${jsonOf(row[name])}`).join(',')}}\n`)
        .join('');
    case 'csv':
      return [names, ...rows.map((row) => names.map((name) => textOf(row[name])))]
        .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
        .join('');
    case 'table':
      return textTable(names, rows);
  }
}

function jsonOf(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  return (
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ??
    'null'
  );
}

/** One value as a cell of a table: nothing for null, JSON for what has parts. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? jsonOf(value) : String(value as string | number | bigint | boolean);
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function textTable(names: readonly string[], rows: readonly Cells[]): string {
  const cells = rows.map((row) => names.map((name) => textOf(row[name])));
  const widths = names.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => (row[index] ?? '').length)),
  );
  const isNumber = names.map((name) => rows.some((row) => ['number', 'bigint'].includes(typeof row[name])));
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) =>
        isNumber[index] === true ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${[line(names), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n')}\n`;
}
