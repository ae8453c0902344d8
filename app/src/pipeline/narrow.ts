/**
 * Handles a batch that an engine cannot run: it is cut until it runs. While no table has batch N, its record gets
 * amendments, each with half of the messages of the one before; the next batches take the rest. So neither a lack of
 * memory nor a message that stops the engine blocks the pipeline. The tables are those of an uncut batch,
 * because they are the same however a topic is cut.
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

/** The most other messages that are tried before one is called unprocessable. */
const WITNESSES = 8;
/** The greatest length of an engine's message in the quarantine. Characters. */
const DETAIL_LENGTH = 1_000;

/** The report of a batch that was cut. */
export interface Cut {
  readonly batch_id: number;
  /** Messages that it has now; 0: its only message is unprocessable. */
  readonly messages: number;
  /** Why it could not be run. */
  readonly error: Error;
}

/** Errors that may be caused by a message, or by many of them. */
const ABOUT_MESSAGES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'sql-failed',
  'spark-query-failed',
  'batch-accounts-differ',
  'batch-rows-differ',
]);

/**
 * Whether the messages may be the cause of an error. An unreachable service, a full disk, a lost commit or a damaged
 * table is not about messages; an error that names a data file is about that file.
 */
export function isAboutMessages(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  // Errors of JavaScript itself have neither code nor kind.
  if (error instanceof RangeError || error instanceof TypeError) return !('code' in error);
  if (!ABOUT_MESSAGES.has((error as { readonly code?: unknown }).code)) return false;
  return !/\bIO Error\b|No space left|\.parquet\b/.test(error.message);
}

/** Whether a batch was cut. It may have been amended for other reasons. */
export const isCut = ({ failed, unprocessable }: BatchRecord): boolean =>
  failed !== undefined || unprocessable !== undefined;

/** The batch without its messages: the work of the engine that does not depend on them. */
export const emptied = (record: BatchRecord): BatchRecord => ({
  ...record,
  ranges: record.ranges.map((range) => ({ ...range, end: range.start })),
});

/** The batch with the first half of its messages, a share of each partition. It must have more than one. */
export const halved = (record: BatchRecord): BatchRecord => ({
  ...record,
  amendment: (record.amendment ?? 0) + 1,
  failed: record.ranges,
  ranges: planBatch(record.ranges, Math.ceil(rowsIn(record.ranges) / 2)),
});

/**
 * The rest of a batch that could not be run, which has the message to find; all pending ranges if there is no such
 * rest.
 */
export function restOf(failed: readonly Range[], pending: readonly Range[]): readonly Range[] {
  const ends = new Map(failed.map(({ partition, end }) => [partition, end]));
  const rest = pending.map((range) => {
    const end = ends.get(range.partition) ?? range.start;
    return end >= range.end ? range : { ...range, end: end > range.start ? end : range.start };
  });
  return rowsIn(rest) === 0 ? pending : rest;
}

/**
 * The batch whose only message is unprocessable. If that still stops the engine, it is called again and leaves out the
 * text.
 */
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

/** Batches of one other message each, spread over the messages in the topic. */
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
