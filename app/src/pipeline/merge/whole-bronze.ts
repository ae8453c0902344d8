import type { Snapshot } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import { lostFromBronze } from '../../lake/keep/ledger.ts';
import { PARAMETERS } from '../queries.ts';
import type { AskedRange, Span } from './slices.ts';

const WINDOW_MS = PARAMETERS.window_seconds * 1000;

/**
 * The span of a merge, of which Bronze must have every row that it ever got: a merge makes the tables from Bronze, so what
 * KEEP has deleted from Bronze would disappear from Silver and Gold too. A span that begins where the lake begins, begins
 * behind what was deleted.
 * @param isAdding rows are added: none of them may be left out
 * @throws ContrailError `invalid` / `merge-incomplete`
 */
export function wholeSpan(
  bronze: Pick<Snapshot, 'table' | 'transactionVersion'> | null,
  range: AskedRange,
  span: Span,
  isAdding: boolean,
): Span {
  const lost = lostFromBronze(bronze);
  if (lost === null || bronze === null) return span;
  const start = (Math.floor(lost.fromMs / WINDOW_MS) * WINDOW_MS) / 1000;
  const end = (Math.ceil(lost.toMs / WINDOW_MS) * WINDOW_MS) / 1000;
  if (span.end <= start || span.start >= end) return span;
  if (range.from === null && !isAdding && span.end > end) return { start: end, end: span.end };
  const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();
  throw new ContrailError(
    'merge-incomplete',
    `${bronze.table} no longer has all rows from ${instant(start)} to ${instant(end)}, because KEEP has deleted old days of it. ` +
      `The tables of that time can no longer be made from it. Choose a range from ${instant(end)} on.`,
    { facts: { table: bronze.table, from: instant(start), to: instant(end) } },
  );
}
