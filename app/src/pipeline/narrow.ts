/**
 * What becomes of a batch that an engine cannot run: it is cut until it runs. The record of batch N gets amendments, each with
 * half of the messages of the one before, as long as no table has N; the next batches take the rest of what failed. So memory that is too small for a batch, or a message
 * that stops the engine, holds nothing up for ever; and the tables are those of an uncut batch, since they are the same
 * however a topic is cut.
 *
 *     fails ──> does the batch without any message run? ── no ──> the engine, its disk or the lake is at fault: stop
 *                 │ yes
 *                 ├── several messages ──> half of them
 *                 └── one ──> does any other message of the topic run? ── no ──> it is not the message: stop
 *                               │ yes, or there is none to ask
 *                               └──> the message is unprocessable: quarantined as it came, with the engine's words
 */
import type { ErrorCode } from '../errors.ts';
import type { BatchRecord } from './batch-record.ts';
import { planBatch, type Range, rowsIn } from './plan.ts';

/** Other messages that are tried before one is called unprocessable, at most. */
const WITNESSES = 8;
/** Of an engine's words in the quarantine, at most. Characters. */
const DETAIL_LENGTH = 1_000;

/** What is told of a batch that was cut. */
export interface Cut {
  readonly batch_id: number;
  /** Messages that it has now; 0: the one that it has is unprocessable. */
  readonly messages: number;
  /** Why it could not be run. */
  readonly error: Error;
}

/** Errors that a message, or many of them, may be the cause of. */
const ABOUT_MESSAGES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'sql-failed',
  'spark-query-failed',
  'batch-accounts-differ',
  'batch-rows-differ',
]);

/**
 * Whether fewer messages, or others, might not have met with an error. A service that is away, a full disk, a lost commit and a
 * damaged table have nothing to do with messages; an error that names a data file has to do with that.
 */
export function isAboutMessages(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  // What JavaScript throws by itself carries neither.
  if (error instanceof RangeError || error instanceof TypeError) return !('code' in error);
  if (!ABOUT_MESSAGES.has((error as { readonly code?: unknown }).code)) return false;
  return !/\bIO Error\b|No space left|\.parquet\b/.test(error.message);
}

/** Whether a batch was cut. It may have been amended for other reasons. */
export const isCut = ({ failed, unprocessable }: BatchRecord): boolean =>
  failed !== undefined || unprocessable !== undefined;

/** The batch without any message: what an engine does beside them. */
export const emptied = (record: BatchRecord): BatchRecord => ({
  ...record,
  ranges: record.ranges.map((range) => ({ ...range, end: range.start })),
});

/** The batch with the first half of its messages, of each partition its share; it has more than one. */
export const halved = (record: BatchRecord): BatchRecord => ({
  ...record,
  amendment: (record.amendment ?? 0) + 1,
  failed: record.ranges,
  ranges: planBatch(record.ranges, Math.ceil(rowsIn(record.ranges) / 2)),
});

/** What is left of a batch that could not be run: it has the message that is looked for. All, where nothing is. */
export function restOf(failed: readonly Range[], pending: readonly Range[]): readonly Range[] {
  const ends = new Map(failed.map(({ partition, end }) => [partition, end]));
  const rest = pending.map((range) => {
    const end = ends.get(range.partition) ?? range.start;
    return end >= range.end ? range : { ...range, end: end > range.start ? end : range.start };
  });
  return rowsIn(rest) === 0 ? pending : rest;
}

/** The batch whose one message is unprocessable; once more, when it stops the engine even so: then without its text. */
export function refused(record: BatchRecord, error: Error): BatchRecord {
  const [only] = record.ranges.filter(({ start, end }) => start < end);
  if (only === undefined) return record;
  const detail = error.message.slice(0, DETAIL_LENGTH).toWellFormed();
  return {
    ...record,
    amendment: (record.amendment ?? 0) + 1,
    unprocessable: [
      {
        partition: only.partition,
        offset: only.start,
        detail,
        ...(record.unprocessable === undefined ? {} : { without_payload: true }),
      },
    ],
  };
}

/** Batches of one other message each, spread over what the topic keeps. */
export function witnesses(record: BatchRecord, kept: readonly Range[]): readonly BatchRecord[] {
  const total = rowsIn(kept);
  const tried = new Set(
    record.ranges.flatMap(({ partition, start, end }) => (start < end ? [`${partition}/${start}`] : [])),
  );
  const found = new Map<string, BatchRecord>();
  for (let index = 0; index < WITNESSES && index < total; index += 1) {
    let left = Math.floor((index * total) / Math.min(WITNESSES, total));
    for (const { partition, start, end } of kept) {
      const length = Number(end - start);
      if (left >= length) {
        left -= length;
        continue;
      }
      const offset = start + BigInt(left);
      const key = `${partition}/${offset}`;
      if (!tried.has(key))
        found.set(key, {
          ...record,
          ranges: [{ partition, start: offset, end: offset + 1n }],
        });
      break;
    }
  }
  return [...found.values()];
}
