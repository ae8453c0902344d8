import { type ObjectStore, openTable } from '@contrail/delta-lake';
import { BATCH_TABLES } from '../app/src/lake/tables.ts';
import { round } from './child.ts';

/** What a lake weighs, and how long it takes to open its tables. */
export async function lakeFacts(
  store: ObjectStore,
  clock: () => number,
): Promise<Readonly<Record<string, unknown>>> {
  let [files, bytes, logFiles, logBytes] = [0, 0, 0, 0];
  for await (const entry of store.list('')) {
    files += 1;
    bytes += entry.bytes;
    if (!entry.key.includes('/_delta_log/')) continue;
    logFiles += 1;
    logBytes += entry.bytes;
  }
  const openMs: Record<string, number> = {};
  const live: Record<string, number> = {};
  for (const { name } of BATCH_TABLES) {
    const started = performance.now();
    const table = await openTable(store.at(name), { clock });
    openMs[name] = round(performance.now() - started, 1);
    live[name] = table.cached().fileCount;
  }
  return {
    files,
    log_files: logFiles,
    log_mb: round(logBytes / 1e6, 2),
    live_files: live,
    mb: round(bytes / 1e6, 1),
    open_ms: openMs,
  };
}

/** Median, 99th percentile and maximum of some milliseconds. */
export function quantiles(values: readonly number[]): Readonly<Record<string, number>> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0, 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
