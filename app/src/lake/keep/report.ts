import { keptMs, type Keep } from '../keep.ts';
import { deletedRows } from './ledger.ts';
import { type Doomed, LIVE_SHARE, type Plan } from './plan.ts';
import type { SurveyedTable } from './survey.ts';

/** How large a lake is, and what KEEP asks for. Times are epoch ms. */
export interface KeepReport {
  readonly at_ms: number;
  /** As a person wrote it; empty: everything is kept. */
  readonly keep: string;
  /** All that lies below the lake's root. */
  readonly bytes: number;
  readonly budget_bytes: number | null;
  /** When live files reach their share of the budget at the present rate; null where they never do. */
  readonly budget_reached_at_ms: number | null;
  /** What a person should read: the budget does not reach. Null if all is well. */
  readonly notice: string | null;
  readonly tables: readonly KeptTable[];
}

/** One table of a {@link KeepReport}. */
export interface KeptTable {
  readonly name: string;
  /** Null where a file does not say. */
  readonly rows: number | null;
  readonly bytes: number;
  readonly files: number;
  /** Its oldest and its newest row, by days or windows; null without rows. */
  readonly from_ms: number | null;
  readonly to_ms: number | null;
  /** Null: for ever. */
  readonly keep_ms: number | null;
  readonly bytes_per_day: number;
  /** Rows that KEEP has deleted since the table was made. */
  readonly deleted_rows: number;
  /** What KEEP asks to delete now, and what goes next. */
  readonly due: readonly NextDeletion[];
  readonly next: NextDeletion | null;
}

export interface NextDeletion {
  /** A day, or windows of Gold. */
  readonly what: string;
  readonly at_ms: number;
  readonly bytes: number;
  readonly reason: Doomed['reason'];
}

/** Puts a plan into the form that people and programs get. */
export function keepReport(facts: {
  readonly nowMs: number;
  readonly keep: Keep;
  readonly bytes: number;
  readonly tables: readonly SurveyedTable[];
  readonly plan: Plan;
}): KeepReport {
  const { nowMs, keep, bytes, tables, plan } = facts;
  return {
    at_ms: nowMs,
    keep: keep.text,
    bytes,
    budget_bytes: keep.budgetBytes,
    budget_reached_at_ms: plan.budgetReachedAtMs === null ? null : Math.round(plan.budgetReachedAtMs),
    notice: shortage(keep, plan),
    tables: tables.map(({ name, snapshot, units }) => {
      const planned = plan.tables.find((table) => table.name === name);
      const kept = keptMs(keep, name);
      const next = planned?.next ?? null;
      return {
        name,
        rows: snapshot.rowCount,
        bytes: snapshot.bytes,
        files: snapshot.fileCount,
        from_ms: units.length === 0 ? null : Math.min(...units.map(({ fromMs }) => fromMs)),
        to_ms: units.length === 0 ? null : Math.max(...units.map(({ toMs }) => toMs)),
        keep_ms: kept === Infinity ? null : kept,
        bytes_per_day: planned?.bytesPerDay ?? 0,
        deleted_rows: deletedRows(snapshot),
        due: plan.doomed
          .filter(({ table }) => table === name)
          .map(({ unit, reason }) => ({ what: unit.label, at_ms: nowMs, bytes: unit.bytes, reason })),
        next: next && {
          what: next.unit.label,
          at_ms: Math.round(next.atMs),
          bytes: next.unit.bytes,
          reason: next.reason,
        },
      };
    }),
  };
}

function shortage({ budgetBytes }: Keep, { shortBytes }: Plan): string | null {
  if (budgetBytes === null || shortBytes === 0) return null;
  return (
    `The lake is larger than KEEP allows: without what may be deleted it still has ${size(shortBytes)} more than ${LIVE_SHARE * 100} % of ${size(budgetBytes)}. ` +
    'The newest day is never deleted. Set a larger size in KEEP, or take in fewer aircraft.'
  );
}

const UNITS = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
] as const;

/** 12.3 GB. */
export function size(bytes: number): string {
  const [unit, power] = UNITS.find(([, least]) => bytes >= least) ?? ['kB', 1e3];
  return `${(bytes / power).toFixed(1)} ${unit}`;
}

/** Whether a value that another version may have written is a report. */
export function isKeepReport(value: unknown): value is KeepReport {
  if (typeof value !== 'object' || value === null) return false;
  const { at_ms, bytes, tables } = value as Partial<KeepReport>;
  return (
    Number.isFinite(at_ms) &&
    Number.isFinite(bytes) &&
    Array.isArray(tables) &&
    tables.every(
      (table: Partial<KeptTable> | null) =>
        typeof table?.name === 'string' &&
        Number.isFinite(table.bytes) &&
        Array.isArray(table.due) &&
        table.next !== undefined,
    )
  );
}
