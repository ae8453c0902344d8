import type { AddFile } from '@contrail/delta-lake';

/** Positions older than this are a recording: nobody looks at them as at the traffic of now. Seconds. */
export const RECORDED_S = 86_400;
/** Two recordings are told apart by a gap of this length, seconds. */
const GAP_S = 3600;
/** A recording with fewer rows than both is passed over for one before it: a sample of four aircraft hides no world. */
const LEAST_ROWS = 100;
const LEAST_SHARE = 0.1;

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

/**
 * Up to when the picture of a table of recordings goes, epoch seconds; null where the newest position says that, as in every
 * table that is still written. A lake can hold several recordings, years apart, and the picture is of one moment: the end of
 * the newest one that is not a mere sample beside another. By the statistics of the files; a file without them says nothing.
 */
export function recordedUntil(files: Iterable<AddFile>, now_s: number): number | null {
  const stretches = joined([...files].flatMap((file) => stretchOf(file) ?? []));
  const newest = stretches.at(-1);
  if (newest === undefined || newest.end > now_s - RECORDED_S) return null;
  const fullest = Math.max(...stretches.map(({ rows }) => rows));
  const least = Math.min(LEAST_ROWS, fullest * LEAST_SHARE);
  const shown = stretches.findLast(({ rows }) => rows >= least) ?? newest;
  return shown === newest ? null : shown.end;
}

/** The time of the oldest row of a file by its statistics, epoch seconds; null where they do not say. */
export function oldestOf({ stats }: AddFile): number | null {
  return secondsOf(stats?.minValues['time_position'] ?? stats?.maxValues['time_position']);
}

/** The time of the newest row, likewise. */
export function newestOf({ stats }: AddFile): number | null {
  return secondsOf(stats?.maxValues['time_position']);
}

function stretchOf(file: AddFile): Stretch | null {
  const [start, end] = [oldestOf(file), newestOf(file)];
  return start === null || end === null ? null : { start, end, rows: file.stats?.numRecords ?? 0 };
}

/** In the order of time; what overlaps or lies close together is one. */
function joined(parts: readonly Stretch[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const part of parts.toSorted((a, b) => a.start - b.start)) {
    const last = stretches.at(-1);
    if (last === undefined || part.start - last.end > GAP_S) stretches.push(part);
    else {
      const end = Math.max(last.end, part.end);
      stretches[stretches.length - 1] = { start: last.start, end, rows: last.rows + part.rows };
    }
  }
  return stretches;
}

function secondsOf(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}
