import { formatDate } from './instant.ts';

const DAY_MS = 86_400_000;

/**
 * What a `Date` is in a column: microseconds since the epoch in a timestamp. In a date column only midnight UTC is
 * accepted, because at any other time the day depends on the time zone. Undefined if it cannot be converted.
 */
export function fromDate(type: 'timestamp' | 'date', date: Date): bigint | string | undefined {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  if (type === 'timestamp') return BigInt(ms) * 1000n;
  return ms % DAY_MS === 0 ? formatDate(ms / DAY_MS) : undefined;
}
