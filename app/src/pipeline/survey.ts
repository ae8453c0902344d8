import type { Engine, Relation, Row, WriteTarget } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import type { Value } from '../lake/column.ts';
import type { FeedSample } from '../lake/progress.ts';
import { NOT_IN_BRONZE } from '../lake/quarantine-flights.ts';
import { type ClockSample, clockBehindS } from './clock-difference.ts';
import { PARAMETERS, QUERIES } from './queries.ts';

/** What a batch contains, and what it needs of the past. */
export interface Survey {
  readonly rows: number;
  readonly validRows: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly ingestedAtMaxMs: number | null;
  /** Cells of the globe with valid positions, for which the nearest airports are needed. */
  readonly airportCells: readonly number[];
  readonly lateRows: number;
  /** Rows whose record has no plausible time of receipt. */
  readonly restampedRows: number;
  /** Buckets of event time with late rows. */
  readonly lateBuckets: readonly bigint[];
  /** The day of receipt of all rows; null: there are several. */
  readonly ingestDate: string | null;
  /** The day of all valid rows; null: there are several. */
  readonly eventDate: string | null;
  /** As {@link clockBehindS}. */
  readonly clockBehindS: number | null;
  /** The feeds that say the time of their answers. */
  readonly feeds: readonly FeedSample[];
}

/** Surveys a batch in one pass. `horizon` (epoch seconds): aircraft whose newest row is older are not in `recent`. */
export async function surveyOf(
  engine: Engine,
  relations: { readonly batch: Relation; readonly recent: Relation },
  horizon: bigint,
): Promise<Survey> {
  const rows = await engine.rows({
    sql: QUERIES.survey,
    relations,
    parameters: { bucket_seconds: PARAMETERS.bucket_seconds, horizon_seconds: horizon },
  });
  let [valid, late, restamped] = [0, 0, 0];
  let ingestedAtMaxMs: number | null = null;
  const reasons = new Map<string, number>();
  const cells = new Set<number>();
  const buckets = new Set<bigint>();
  const clocks: ClockSample[] = [];
  const [ingestDates, eventDates] = [new Set<Value>(), new Set<Value>()];
  const feeds = new Map<string, FeedSample>();
  for (const row of rows) {
    addFeed(feeds, row);
    const count = Number(row['row_count']);
    ingestDates.add(row['ingest_date_min'] ?? null).add(row['ingest_date_max'] ?? null);
    ingestedAtMaxMs = Math.max(ingestedAtMaxMs ?? 0, Number(row['ingested_at_max_ms']));
    restamped += Number(row['restamped_rows']);
    clocks.push({ rows: Number(row['timed_rows']), aheadSeconds: Number(row['ahead_median']) });
    if (row['reason'] !== null) {
      const reason = String(row['reason']);
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
      continue;
    }
    valid += count;
    eventDates.add(row['event_date_min'] ?? null).add(row['event_date_max'] ?? null);
    cells.add(Number(row['cell']));
    if (row['late_bucket'] === null) continue;
    late += count;
    buckets.add(BigInt(row['late_bucket'] as bigint));
  }
  return {
    rows: [...reasons.values()].reduce((sum, count) => sum + count, valid),
    validRows: valid,
    reasons: Object.fromEntries(reasons),
    ingestedAtMaxMs,
    airportCells: [...cells],
    lateRows: late,
    restampedRows: restamped,
    lateBuckets: [...buckets],
    ingestDate: onlyOne(ingestDates),
    eventDate: onlyOne(eventDates),
    clockBehindS: clockBehindS(clocks),
    feeds: [...feeds.values()],
  };
}

function addFeed(feeds: Map<string, FeedSample>, row: Row): void {
  const { feed, snapshot_max: newest, snapshots } = row;
  if (typeof feed !== 'string' || newest === null || newest === undefined) return;
  const known = feeds.get(feed);
  feeds.set(feed, {
    feed,
    snapshot: Math.max(known?.snapshot ?? 0, Number(newest)),
    snapshots: Math.max(known?.snapshots ?? 0, Number(snapshots)),
  });
}

function onlyOne(dates: ReadonlySet<Value>): string | null {
  const [date] = dates;
  return dates.size === 1 && typeof date === 'string' ? date : null;
}

type KnownDay = Pick<WriteTarget, 'only'>;

/** The partition of the rows of a batch, if there is only one. */
export function daysOf({ ingestDate, eventDate, rows, validRows }: Survey): {
  readonly received: KnownDay;
  readonly flown: KnownDay;
} {
  // Where no row has a reason the quarantine may be empty, and looking for its days is cheaper than a file for nothing.
  const isSure = ingestDate !== null && validRows < rows;
  return {
    received: isSure ? { only: { ingest_date: ingestDate } } : {},
    flown: eventDate === null ? {} : { only: { event_date: eventDate } },
  };
}

/** Rows that were written for the tables of a batch. */
export interface BatchRows {
  readonly bronze: number;
  readonly quarantine: number;
  readonly silver: number;
  readonly silverMl: number;
}

/**
 * Checks the accounting identity of one batch: each message is in Bronze or is quarantined for a reason of {@link
 * NOT_IN_BRONZE}, and is in Silver or in quarantine; each row of Silver is in Silver_ML. So a row that an engine loses
 * or doubles is noticed before the commit.
 * @throws ContrailError `internal` / `batch-accounts-differ`
 */
export function checkAccounts(batchId: number, survey: Survey, written: BatchRows): void {
  const { bronze, quarantine, silver, silverMl } = written;
  const apart = NOT_IN_BRONZE.reduce((sum, reason) => sum + (survey.reasons[reason] ?? 0), 0);
  if (
    bronze === survey.rows - apart &&
    silver + quarantine === survey.rows &&
    silver <= survey.validRows &&
    silverMl === silver
  )
    return;
  throw new ContrailError(
    'batch-accounts-differ',
    `Micro-batch ${batchId} does not balance: of ${survey.rows} messages (${apart} not for Bronze, ${survey.validRows} valid) ` +
      `${bronze} rows were written for Bronze, ${quarantine} for quarantine, ${silver} for Silver and ${silverMl} for Silver_ML. ` +
      'None of them was committed. This is a bug; please report it.',
    { facts: { batch_id: batchId, rows: survey.rows, not_for_bronze: apart, ...written } },
  );
}
