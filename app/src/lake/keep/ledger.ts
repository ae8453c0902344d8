import type { Snapshot } from '@contrail/delta-lake';

/**
 * What was deleted from a table because of KEEP, as `txn` of the commits that deleted it: how many rows, ever; how many
 * of them were messages that Bronze never had; how many of what the accounts count were rows of archives; the newest day that was touched, in days since 1970; and of Bronze the day of
 * the oldest position that was deleted, as {@link SINCE_FROM} less its number, since versions only grow.
 */
export const DELETED_ROWS = 'contrail.keep/rows';
export const DELETED_REFUSED = 'contrail.keep/refused';
export const DELETED_ARCHIVED = 'contrail.keep/archived';
export const DELETED_DAY = 'contrail.keep/day';
export const DELETED_SINCE = 'contrail.keep/since';
export const SINCE_FROM = 1_000_000;

/** How far a position may be ahead of its receipt, ms: the contract's bound for `implausible_time`. */
const AHEAD_MS = 600_000;
const DAY_MS = 86_400_000;

type Log = Pick<Snapshot, 'transactionVersion'>;

/** Rows that KEEP has deleted from a table since it was made. */
export const deletedRows = (table: Log | null): number => table?.transactionVersion(DELETED_ROWS) ?? 0;
/** Those of them, in the quarantine, that Bronze never had. */
export const deletedRefused = (table: Log | null): number => table?.transactionVersion(DELETED_REFUSED) ?? 0;
/** Rows of archives that KEEP has deleted, of Bronze, or of those in the quarantine that Bronze never had. */
export const deletedArchived = (table: Log | null): number =>
  table?.transactionVersion(DELETED_ARCHIVED) ?? 0;

/** From this instant on nothing was deleted from a table with days, epoch ms; 0: it has everything. */
export function wholeFrom(table: Log | null): number {
  const day = table?.transactionVersion(DELETED_DAY) ?? null;
  return day === null ? 0 : (day + 1) * DAY_MS;
}

/**
 * The event times of which Bronze may lack rows that it had, epoch ms; null: of none. A row may have come in a little before
 * its event time, on the last day that was deleted.
 */
export function lostFromBronze(
  bronze: Log | null,
): { readonly fromMs: number; readonly toMs: number } | null {
  const since = bronze?.transactionVersion(DELETED_SINCE) ?? null;
  if (wholeFrom(bronze) === 0) return null;
  return { fromMs: since === null ? 0 : (SINCE_FROM - since) * DAY_MS, toMs: wholeFrom(bronze) + AHEAD_MS };
}

/** From this event time on Bronze has every row that it ever got, epoch ms; 0: it has all. */
export const bronzeWholeFrom = (bronze: Log | null): number => lostFromBronze(bronze)?.toMs ?? 0;

/** From this event time on Silver_ML has every row that it ever got, epoch ms: windows of Gold before it are closed. */
export const silverWholeFrom = (silverMl: Log | null): number => wholeFrom(silverMl);
