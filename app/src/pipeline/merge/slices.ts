/** How a merge cuts its range of event time into slices. */
import type { Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation } from '../../engine/engine.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import { dataFiles } from '../../lake/lake.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { PARAMETERS } from '../queries.ts';
import type { Additions } from './additions.ts';
import { MERGE_QUERIES } from './merge-queries.ts';

const WINDOW = PARAMETERS.window_seconds;

/** A half-open range of event time, epoch seconds, from window border to window border. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One step of a merge. */
export interface Slice extends Span {
  /** Rows of Bronze and rows to add, as they were counted. */
  readonly rows: number;
}

/** A range as a person asks for it, epoch seconds; null: as far as the lake reaches. */
export interface AskedRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** The span of whole windows around a range. */
export function wholeWindows(range: AskedRange, nowSeconds: number): Span {
  const from = Math.max(range.from ?? 0, PARAMETERS.earliest_seconds);
  // A position further ahead than a day is not plausible whatever the clock of its receiver.
  const to = range.to ?? nowSeconds + 86_400;
  return { start: Math.floor(from / WINDOW) * WINDOW, end: Math.ceil(to / WINDOW) * WINDOW };
}

/** What {@link countWindows} counts in. */
export interface Counted {
  readonly bronze: Snapshot | null;
  readonly silver: Snapshot | null;
  readonly additions?: Additions | undefined;
}

/** Rows by the start of their window, in the order of time: those of Bronze and to add, or of Silver if it has more. */
export async function countWindows(
  engine: Engine,
  { bronze, silver, additions }: Counted,
  span: Span,
  signal?: AbortSignal,
): Promise<readonly (readonly [window: number, rows: number])[]> {
  const count = async (times: Relation): Promise<ReadonlyMap<number, number>> => {
    const rows = await engine.rows({
      sql: MERGE_QUERIES.windows,
      relations: { times },
      parameters: { window_seconds: WINDOW, first: BigInt(span.start), end: BigInt(span.end) },
      signal,
    });
    return new Map(rows.map((row) => [Number(row['window_seconds']), Number(row['row_count'])]));
  };
  const inTable = (definition: TableDefinition, snapshot: Snapshot | null) =>
    count(
      dataFiles(definition, snapshot, {
        files: filesIn(snapshot, span),
        columns: ['time_position'],
      }),
    );
  const received = await inTable(BRONZE_FLIGHTS, bronze);
  const clean = await inTable(SILVER_FLIGHTS, silver);
  const added = additions === undefined ? new Map<number, number>() : await count(additions.relation);
  const windows = new Set([...received.keys(), ...clean.keys(), ...added.keys()]);
  return [...windows]
    .toSorted((a, b) => a - b)
    .map((window) => [
      window,
      Math.max((received.get(window) ?? 0) + (added.get(window) ?? 0), clean.get(window) ?? 0),
    ]);
}

/** The files of a table with `time_position` that may have rows of a span. */
export const filesIn = (snapshot: Snapshot | null, { start, end }: Span) =>
  snapshot?.files([{ column: 'time_position', min: BigInt(start), max: BigInt(end) - 1n }]) ?? [];

/**
 * Cuts a span into slices of at most `maxRows` rows, at the borders of windows. A window with more is a slice. Together
 * they are the whole span, also where it has no rows.
 */
export function slicesOf(
  windows: readonly (readonly [window: number, rows: number])[],
  span: Span,
  maxRows: number,
): readonly Slice[] {
  const slices: Slice[] = [];
  let [start, rows] = [span.start, 0];
  for (const [window, count] of windows) {
    if (rows > 0 && rows + count > maxRows) {
      slices.push({ start, end: window, rows });
      [start, rows] = [window, 0];
    }
    rows += count;
  }
  if (rows > 0) slices.push({ start, end: span.end, rows });
  return slices;
}
