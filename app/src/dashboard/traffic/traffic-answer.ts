import type { Predicate } from '@contrail/delta-lake';
import type { Row } from '../../engine/engine.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { GOLD_WINDOW_S } from '../../lake/gold-window.ts';
import { type AnswerSources, cell, cells, seconds, select } from '../answers.ts';
import { type Cell, LEADERBOARD_COLUMNS, TRAFFIC_COLUMNS, type TrafficAnswer } from '../protocol.ts';
import type { Span } from './span.ts';

const HOUR_S = 3600;
const WINDOWS_PER_HOUR = HOUR_S / GOLD_WINDOW_S;

/**
 * Traffic by country in a span, whole. The version in the answer is the one all rows are from. Without the table, or while it is
 * empty, the answer is empty, not an error.
 */
export async function trafficAnswer(sources: AnswerSources, span: Span): Promise<TrafficAnswer> {
  const version = sources.tables.version(GOLD_TRAFFIC_BY_COUNTRY.name);
  const rows = await rowsOf(sources, span);
  const starts = [...new Set(rows.map((row) => seconds(row['window_start'])))];
  const windows = span.kind === 'newest' ? starts.slice(-span.windows) : starts;
  const newest = starts.at(-1) ?? null;
  const shown = new Set(windows);
  const hourAgo = new Map<Cell, Cell>();
  for (const row of rows) {
    if (newest !== null && seconds(row['window_start']) === newest - HOUR_S) {
      hourAgo.set(cell(row['origin_country']), cell(row['flight_count']));
    }
  }
  const ofNewest = rows.filter((row) => seconds(row['window_start']) === newest);
  return {
    ...version,
    since: null,
    windows,
    columns: TRAFFIC_COLUMNS,
    rows: rows
      .filter((row) => shown.has(seconds(row['window_start'])))
      .map((row) => cells(row, TRAFFIC_COLUMNS)),
    leaderboard: {
      columns: LEADERBOARD_COLUMNS,
      rows: ofNewest.map((row) =>
        cells(
          { ...row, flight_count_hour_ago: hourAgo.get(cell(row['origin_country'])) ?? null },
          LEADERBOARD_COLUMNS,
        ),
      ),
    },
    window_s: span.kind === 'newest' ? GOLD_WINDOW_S : span.step,
    newest_window_end: ofNewest[0] === undefined ? null : seconds(ofNewest[0]['window_end']),
  };
}

async function rowsOf(sources: AnswerSources, span: Span): Promise<readonly Row[]> {
  const now = sources.clock() / 1000;
  if (span.kind === 'newest') {
    // Read an hour more than requested, so that the leaderboard can compare the newest window with the hour before.
    const windows = Math.max(span.windows, WINDOWS_PER_HOUR + 1);
    return select(sources, GOLD_TRAFFIC_BY_COUNTRY, 'traffic', 'traffic', { windows, now }, []);
  }
  const { from, to, step } = span;
  const predicate: Predicate = [
    { column: 'window_start', min: BigInt(from) * 1_000_000n, max: BigInt(to) * 1_000_000n },
  ];
  const parameters = { from, to, step: BigInt(step), now };
  return select(sources, GOLD_TRAFFIC_BY_COUNTRY, 'traffic-range', 'traffic', parameters, predicate);
}
