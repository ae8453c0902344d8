import type { AddFile, Snapshot } from '@contrail/delta-lake';
import { GOLD_WINDOW_S } from '../gold-window.ts';
import type { TableDefinition } from '../table.ts';
import type { Span } from './counted-time.ts';

const DAY_MS = 86_400_000;

/** What a table gives up at once: a day, or in Gold a file of windows. The times are those of its rows. */
export interface Unit extends Span {
  /** `2026-11-24`, or the windows of a file: `2026-11-24 08:00 to 2026-11-25 10:00`. */
  readonly label: string;
  /** When it ends, by the calendar: the midnight after the day. */
  readonly endMs: number;
  readonly files: readonly AddFile[];
  readonly bytes: number;
  /** Null where a file has no statistics. */
  readonly rows: number | null;
}

/**
 * The units of a table, the oldest first. Files that do not say when their rows are from belong to none, and are kept.
 * Source of the times: the partition, narrowed by the statistics of `ingested_at` or `time_position`.
 */
export function unitsOf(definition: TableDefinition, snapshot: Pick<Snapshot, 'files'>): readonly Unit[] {
  const [column] = definition.partitionColumns;
  const units =
    column === undefined
      ? snapshot.files().flatMap(windowsOf)
      : [...Map.groupBy(snapshot.files(), ({ partitionValues }) => partitionValues[column] ?? '')].flatMap(
          ([day, files]) => dayOf(column, day, files),
        );
  return units.toSorted((a, b) => a.endMs - b.endMs || a.fromMs - b.fromMs);
}

function dayOf(column: string, day: string, files: readonly AddFile[]): readonly Unit[] {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs)) return [];
  const endMs = startMs + DAY_MS;
  const times = files.flatMap(({ stats }) => {
    const ends = [timeOf(column, stats?.minValues), timeOf(column, stats?.maxValues)];
    return ends.filter((ms) => ms >= startMs && ms < endMs);
  });
  // Without statistics the day covers no time by itself, and days before it stay rather longer.
  const [fromMs, toMs] = times.length === 0 ? [startMs, startMs] : [Math.min(...times), Math.max(...times)];
  return [{ label: day, endMs, fromMs, toMs, ...totalsOf(files) }];
}

function windowsOf(file: AddFile): readonly Unit[] {
  const fromMs = Date.parse(String(file.stats?.minValues['window_start']));
  const toMs = Date.parse(String(file.stats?.maxValues['window_start'])) + GOLD_WINDOW_S * 1000;
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return [];
  const label = [fromMs, toMs].map(minute).join(' to ');
  return [{ label, endMs: toMs, fromMs, toMs, ...totalsOf([file]) }];
}

/** When a row came in, or where days are those of events, when it was sent; NaN without such a value. */
function timeOf(column: string, values: Readonly<Record<string, unknown>> | undefined): number {
  if (column === 'ingest_date') return Date.parse(String(values?.['ingested_at']));
  const event = values?.['time_position'];
  return typeof event === 'number' || typeof event === 'bigint' ? Number(event) * 1000 : Number.NaN;
}

function totalsOf(files: readonly AddFile[]): Pick<Unit, 'files' | 'bytes' | 'rows'> {
  const counts = files.map(({ stats, deletionVector }) =>
    stats?.numRecords == null ? null : stats.numRecords - (deletionVector?.cardinality ?? 0),
  );
  return {
    files,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    rows: counts.includes(null) ? null : counts.reduce<number>((sum, rows) => sum + (rows ?? 0), 0),
  };
}

const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
