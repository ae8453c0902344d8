/**
 * Messages that a batch leaves out. The record names them, and the table `quarantine/gaps` gets a row for each gap,
 * under the identity of the batch. So they are noted exactly once, whatever happens in between.
 */
import type { Engine } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import type { Progress } from '../lake/progress.ts';
import { QUARANTINE_GAPS } from '../lake/quarantine-gaps.ts';
import { REPAIR } from '../topic/next-steps.ts';
import type { OffsetRange, Topic, TopicGap } from '../topic/topic.ts';
import { type BatchRecord, type Gap, gapsWithin, readableRanges } from './batch-record.ts';
import { commitBatch } from './commit.ts';
import { appIdOf, identityOf } from './batch-tables.ts';

/** Which gaps a run may pass over: those that existed when it began. */
export interface Allowance {
  /** What the topic held at that time. */
  readonly kept: readonly OffsetRange[];
}

/**
 * Whether a gap was there when the run began. Damage is only noticed on reading, so everything that was in the topic
 * then counts.
 */
export function isAllowed({ kept }: Allowance, { partition, start, end, reason }: TopicGap): boolean {
  const then = kept.find((range) => range.partition === partition);
  if (then === undefined) return false;
  return reason === 'expired' ? end <= then.start : start < then.end;
}

/** The gaps of a topic as the batch log notes them. */
export const gapsOf = (gaps: readonly TopicGap[], passed_over_at_ms: number): readonly Gap[] =>
  gaps.map(({ partition, start, end, reason }) => ({
    partition,
    from: start,
    to: end,
    reason,
    passed_over_at_ms,
  }));

/** Messages in gaps. */
export const messagesIn = (gaps: readonly Gap[]): number =>
  gaps.reduce((sum, { from, to }) => sum + Number(to - from), 0);

/**
 * The record of a batch that did not run, with its messages that the topic no longer has as gaps; the same record if
 * the topic has them all.
 * @param isBegun whether a table has the batch already
 * @throws ContrailError `corrupt` / `batch-messages-gone` when it is begun: some messages would then be in some tables
 * only
 */
export async function withGaps(
  record: BatchRecord,
  topic: Topic,
  parts: {
    readonly allowance: Allowance;
    readonly isBegun: boolean;
    readonly nowMs: number;
    readonly lake: string;
  },
  signal: AbortSignal | undefined,
): Promise<BatchRecord> {
  const found = await topic.gaps(readableRanges(record), { signal });
  const gaps = found.filter((gap) => isAllowed(parts.allowance, gap));
  if (gaps.length === 0) return record;
  if (!parts.isBegun) {
    const amendment = (record.amendment ?? 0) + 1;
    return { ...record, amendment, gaps: [...(record.gaps ?? []), ...gapsOf(gaps, parts.nowMs)] };
  }
  throw messagesGone(record, parts.lake, gaps);
}

/** The error for a batch that can be neither finished nor left out: `corrupt` / `batch-messages-gone`. */
export const messagesGone = (record: BatchRecord, lake: string, gaps: readonly TopicGap[]): ContrailError =>
  new ContrailError(
    'batch-messages-gone',
    `Micro-batch ${record.batch_id} of ${lake} is in some tables but not in all, and the topic no longer has all of its messages. ` +
      `Without them the tables would not agree. Restore topic and lake from copies of the same time, if you have them. ${REPAIR}`,
    { facts: { gaps } },
  );

/** Notes the gaps of a batch in the table, unless that is done. @param onPoint as of a batch */
export async function commitGaps(
  lake: Lake,
  engine: Engine,
  record: BatchRecord,
  onPoint?: (point: 'written quarantine/gaps' | 'committed quarantine/gaps') => void,
): Promise<void> {
  const gaps = gapsWithin(record);
  const losses = record.losses ?? [];
  if (gaps.length + losses.length === 0) return;
  const table = await lake.create(QUARANTINE_GAPS, await lake.simulated());
  const newest = (await table.snapshot()).transactionVersion(appIdOf(record.topic)) ?? 0;
  if (newest >= record.batch_id) return;
  const { columns } = QUARANTINE_GAPS;
  const passedOver = gaps.map((gap) => ({
    ...gap,
    messages: gap.to - gap.from,
    found_at_ms: gap.passed_over_at_ms,
  }));
  const rows = [...passedOver, ...losses].map(({ partition, from, to, messages, reason, found_at_ms }) => ({
    topic_partition: partition,
    offset_from: from,
    offset_to: to,
    messages,
    reason,
    batch_id: BigInt(record.batch_id),
    passed_over_at: BigInt(found_at_ms) * 1000n,
  }));
  const files = await engine.write(
    { sql: 'select * from gaps', relations: { gaps: { kind: 'rows', columns, rows } } },
    { folder: lake.folder(QUARANTINE_GAPS), columns },
  );
  onPoint?.('written quarantine/gaps');
  await commitBatch(table, identityOf(record), files);
  onPoint?.('committed quarantine/gaps');
}

/** Whether the gaps of a batch are noted in the table: from then on its messages are fixed. */
export async function areGapsWritten(lake: Lake, record: BatchRecord): Promise<boolean> {
  const snapshot = await (await lake.table(QUARANTINE_GAPS))?.snapshot();
  return (snapshot?.transactionVersion(appIdOf(record.topic)) ?? 0) >= record.batch_id;
}

/** What a lake has passed over so far; null if nothing. `unknown`: stretches of which nobody knows the messages. */
export async function gapTotals(lake: Lake): Promise<NonNullable<Progress['gaps']> | null> {
  const snapshot = await (await lake.table(QUARANTINE_GAPS))?.snapshot();
  if (snapshot === undefined) return null;
  let [stretches, messages, unknown] = [0, 0, 0];
  for await (const rows of snapshot.rows({ columns: ['messages'] })) {
    stretches += rows.length;
    for (const row of rows) {
      messages += Number(row['messages'] ?? 0);
      if (row['messages'] === null) unknown += 1;
    }
  }
  return stretches === 0 ? null : { stretches, messages, ...(unknown === 0 ? {} : { unknown }) };
}
