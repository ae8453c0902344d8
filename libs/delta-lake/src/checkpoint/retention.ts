/** Retention periods of a table. Source: Delta protocol and Spark's DeltaConfig ("interval 1 week"). */
export interface Retention {
  readonly property: string;
  readonly defaultMs: number;
}
export const DELETED_FILES: Retention = {
  property: 'delta.deletedFileRetentionDuration',
  defaultMs: 604_800_000,
};
export const LOG: Retention = { property: 'delta.logRetentionDuration', defaultMs: 30 * 86_400_000 };

const UNIT_MS: Readonly<Record<string, number>> = {
  microsecond: 0.001,
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

/** A table property that is an interval (`interval 1 day 12 hours`), in ms; the default when absent or unreadable. */
export function durationMs(
  configuration: Readonly<Record<string, string>>,
  { property, defaultMs }: Retention,
): number {
  const text = configuration[property]
    ?.trim()
    .toLowerCase()
    .replace(/^interval\s+/, '');
  if (text === undefined || text === '') return defaultMs;
  const parts = [...text.matchAll(/(\d+)\s*([a-z]+?)s?(?=\s|$)/g)];
  if (parts.map(([part]) => part).join(' ') !== text.replace(/\s+/g, ' ')) return defaultMs;
  let sum = 0;
  for (const [, count, unit] of parts) {
    const unitMs = UNIT_MS[unit ?? ''];
    if (unitMs === undefined) return defaultMs;
    sum += Number(count) * unitMs;
  }
  return sum;
}
