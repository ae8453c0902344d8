const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2200, 0);

/**
 * When a commit was made, by its `commitInfo.timestamp`, in epoch ms. Delta means ms. Some writers note seconds,
 * microseconds or nanoseconds, which as ms would be the year 1970 or 54853; these are converted. Undefined for a value
 * that is not a time in any of these units.
 */
export function statedTime(timestamp: number | undefined): number | undefined {
  if (timestamp === undefined || !(timestamp >= 0)) return undefined;
  // A small number in ms is the time of a test and does no harm.
  if (timestamp < EARLIEST_MS / 1000) return timestamp;
  const scaled = [1, 1000, 0.001, 0.000_001].map((factor) => Math.floor(timestamp * factor));
  return scaled.find((ms) => ms >= EARLIEST_MS && ms < LATEST_MS);
}
