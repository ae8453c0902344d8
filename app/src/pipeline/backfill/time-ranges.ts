import type { Engine, Relation } from '../../engine/engine.ts';
import { PARAMETERS } from '../queries.ts';

/** A half-open range of event time, epoch seconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const HOUR_SECONDS = 3600;

const SQL = `select time_position - time_position % ${HOUR_SECONDS} as hour, min(time_position) as first, max(time_position) as last
from staged
where time_position >= :earliest_seconds
  and time_position <= seconds_from_timestamp(ingested_at) + :max_ahead_seconds
group by time_position - time_position % ${HOUR_SECONDS}`;

/**
 * The ranges of event time that staged rows lie in, from old to new, with at least an hour without any between two. A merge
 * works through a whole range, so one stray row of another year must not stretch it.
 */
export async function timeRanges(
  engine: Engine,
  staged: Relation,
  signal?: AbortSignal,
): Promise<readonly TimeRange[]> {
  const { earliest_seconds, max_ahead_seconds } = PARAMETERS;
  const hours = await engine.rows({
    sql: SQL,
    relations: { staged },
    parameters: { earliest_seconds, max_ahead_seconds },
    signal,
  });
  return joined(
    hours
      .map(({ first, last }) => ({ from: Number(first), to: Number(last) + 1 }))
      .toSorted((a, b) => a.from - b.from),
  );
}

/** Ranges of hours, in order, as ranges of neighbouring hours. */
export function joined(hours: readonly TimeRange[]): readonly TimeRange[] {
  const hourOf = (seconds: number): number => Math.floor(seconds / HOUR_SECONDS);
  const ranges: TimeRange[] = [];
  for (const hour of hours) {
    const before = ranges.at(-1);
    if (before !== undefined && hourOf(hour.from) <= hourOf(before.to - 1) + 1)
      ranges.splice(-1, 1, { from: before.from, to: hour.to });
    else ranges.push(hour);
  }
  return ranges;
}
