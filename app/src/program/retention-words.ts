import { type KeepReport, type KeptTable, size } from '../lake/keep/report.ts';
import { dayWords } from '../lake/keep/words.ts';
import type { Deleted } from '../pipeline/keep/delete-units.ts';
import { formatRows } from './terminal/rows.ts';
import { count } from './terminal/say.ts';

/** The report as people read it. */
export function retentionText(report: KeepReport): string {
  const { bytes, budget_bytes, budget_reached_at_ms, notice, tables } = report;
  const columns = ['table', 'rows', 'size', 'a day', 'from', 'to', 'kept', 'next deletion'];
  const perDay = tables.reduce((sum, table) => sum + table.bytes_per_day, 0);
  const reached =
    budget_reached_at_ms === null
      ? ''
      : `; at the present rate the oldest days go from ${dayWords(budget_reached_at_ms)} on for its sake`;
  const lines = [
    report.keep === '' ? 'KEEP is unset: everything is kept for ever.' : `KEEP is ${report.keep}`,
    `${size(bytes)} in all${budget_bytes === null ? '' : ` of ${size(budget_bytes)}`}, ${perDay === 0 ? 'too young to know its rate' : `${size(perDay)} a day`}${reached}.`,
    ...(notice === null ? [] : [notice]),
  ];
  const table = tables.length === 0 ? '' : `${formatRows(columns, tables.map(rowOf), 'table')}\n`;
  return `${table}${lines.join('\n')}\n`;
}

function rowOf(table: KeptTable): Readonly<Record<string, string>> {
  const { rows, due, next } = table;
  const day = (ms: number | null): string => (ms === null ? '' : dayWords(ms));
  return {
    table: table.name,
    rows: rows === null ? 'unknown' : count(rows),
    size: size(table.bytes),
    'a day': table.bytes_per_day === 0 ? 'unknown' : size(table.bytes_per_day),
    from: day(table.from_ms),
    to: day(table.to_ms),
    kept: table.keep_ms === null ? 'for ever' : span(table.keep_ms),
    'next deletion':
      due.length > 0
        ? `now: ${due.map(({ what }) => what).join(', ')}`
        : next === null
          ? 'none'
          : `${next.what} on ${dayWords(next.at_ms)}${next.reason === 'budget' ? ', for the budget' : ''}`,
  };
}

const span = (ms: number): string => (ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : `${ms / 3_600_000} h`);

/** What was deleted, a sentence each. */
export function deletedWords(deleted: readonly Deleted[]): readonly string[] {
  if (deleted.length === 0) return ['There was nothing to delete.'];
  return [
    ...deleted.map(
      ({ table, what, rows, bytes }) =>
        `Deleted from ${table}: ${what.join(', ')} (${count(rows)} rows, ${size(bytes)}).`,
    ),
    'Readers keep the files for a while; the pipeline deletes them after that.',
  ];
}
