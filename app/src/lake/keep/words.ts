import { type KeepReport, type KeptTable, size } from './report.ts';

const NAMES: Readonly<Record<string, string>> = {
  'bronze/flights': 'Bronze',
  'quarantine/flights': 'Quarantine',
  'silver/flights': 'Silver',
  'silver/flights_ml': 'Silver_ML',
  'gold/traffic_by_country': 'Gold (countries)',
  'gold/metrics_by_category': 'Gold (categories)',
};
export const nameOf = (table: string): string => NAMES[table] ?? table;

/** `24 Nov 2026`, by UTC as the days of the tables are. */
export function dayWords(ms: number): string {
  // A report of another version, or a clock, may say anything.
  if (!(Math.abs(ms) < 8e15)) return 'an unknown day';
  const [, day, month, year] = new Date(ms).toUTCString().split(' ');
  return `${Number(day)} ${month} ${year}`;
}

/** What is deleted next of all tables; null: nothing that can be foreseen. */
function nextOf(tables: readonly KeptTable[]): string | null {
  const coming = tables.flatMap(({ name, due, next }) =>
    [...due, ...(next === null ? [] : [next])].map((one) => ({ name, ...one })),
  );
  const [first] = coming.toSorted((a, b) => a.at_ms - b.at_ms);
  if (first === undefined) return null;
  const what = /^\d{4}-\d\d-\d\d$/.test(first.what) ? dayWords(Date.parse(first.what)) : first.what;
  return `next: ${nameOf(first.name)} of ${what} on ${dayWords(first.at_ms)}`;
}

/** The disk in one line: `12.3 of 20.0 GB · Silver back to 3 Sep 2026 · next: Bronze of 24 Nov 2026 on 2 Dec 2026`. */
export function diskWords(report: KeepReport): string {
  const { bytes, budget_bytes, tables } = report;
  const silver = tables.find(({ name }) => name === 'silver/flights');
  const perDay = tables.reduce((sum, table) => sum + (table.bytes_per_day ?? 0), 0);
  const parts = [
    budget_bytes === null ? size(bytes) : `${size(bytes)} of ${size(budget_bytes)}`,
    typeof silver?.from_ms === 'number' ? `Silver back to ${dayWords(silver.from_ms)}` : null,
    nextOf(tables) ?? (perDay > 0 ? `${size(perDay)} a day` : null),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
