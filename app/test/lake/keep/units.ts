import type { Unit } from '../../../src/lake/keep/units.ts';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Midnight of a day, or an instant. */
export const at = (text: string): number =>
  Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}:00Z`);

/** A day of a table, with rows at all hours unless others are given. */
export function day(label: string, hours: readonly [number, number] = [0, 24], bytes = 100): Unit {
  const startMs = at(label);
  return {
    label,
    endMs: startMs + DAY_MS,
    fromMs: startMs + hours[0] * HOUR_MS,
    toMs: startMs + hours[1] * HOUR_MS - 1,
    files: [],
    bytes,
    rows: 10,
  };
}

/** Days that follow each other. */
export function days(first: string, count: number, bytes = 100): readonly Unit[] {
  return Array.from({ length: count }, (_, index) =>
    day(new Date(at(first) + index * DAY_MS).toISOString().slice(0, 10), [0, 24], bytes),
  );
}
