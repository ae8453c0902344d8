import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import { oldestOf } from '../live/recording.ts';
import type { ReplayDay, ReplayDaysAnswer } from '../protocol.ts';
import type { LakeTables } from '../watch/lake-tables.ts';

/** The days that Silver holds, oldest first, by the partitions and statistics of its files: no row is read. */
export function daysAnswer(tables: LakeTables): ReplayDaysAnswer {
  const snapshot = tables.get(SILVER_FLIGHTS.name);
  const days = new Map<string, ReplayDay>();
  for (const file of snapshot?.files() ?? []) {
    const day = snapshot?.partitionValues(file)['event_date'];
    if (typeof day !== 'string') continue;
    const { rows = 0, first = null, last = null } = days.get(day) ?? {};
    const newest = file.stats?.maxValues['time_position'];
    days.set(day, {
      day,
      rows: rows + (file.stats?.numRecords ?? 0),
      first: least(first, oldestOf(file), Math.min),
      last: least(last, newest === undefined || newest === null ? null : Number(newest), Math.max),
    });
  }
  return {
    ...tables.version(SILVER_FLIGHTS.name),
    refusal: tables.statuses().find(({ name }) => name === SILVER_FLIGHTS.name)?.refusal ?? null,
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
  };
}

function least(a: number | null, b: number | null, of: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : of(a, b);
}
