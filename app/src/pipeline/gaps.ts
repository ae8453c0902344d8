/**
 * Messages that a batch goes on without: the record says which, and the table `quarantine/gaps` gets a row for each, under
 * the identity of the batch. So they are written down once, whatever happens in between.
 */
import type { Engine } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import { QUARANTINE_GAPS } from '../lake/quarantine-gaps.ts';
import type { OffsetRange, Topic, TopicGap } from '../topic/topic.ts';
import { type BatchRecord, type Gap, gapsWithin, readableRanges } from './batch-record.ts';
import { commitBatch } from './commit.ts';
import { appIdOf, identityOf } from './batch-tables.ts';

/** Which gaps a run may pass over: those that were there when it began. */
export interface Allowance {
  /** What the topic held then. */
  readonly kept: readonly OffsetRange[];
}

/** Whether a gap was there when the run began. Damage shows when it is read, so all that was in the topic then counts. */
export function isAllowed({ kept }: Allowance, { partition, start, end, reason }: TopicGap): boolean {
  const then = kept.find((range) => range.partition === partition);
  if (then === undefined) return false;
  return reason === 'expired' ? end <= then.start : start < then.end;
}

/** What the batch log writes down of gaps of a topic. */
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
 * The record of a batch that did not run, with what of its messages the topic no longer gives; the same record when it gives
 * them all.
 * @param isBegun whether a table has the batch already
 * @throws ContrailError `corrupt` / `batch-messages-gone` when it is begun: a part of the messages would be in some tables alone
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
  throw new ContrailError(
    'batch-messages-gone',
    `Micro-batch ${record.batch_id} of ${parts.lake} is in some tables and not in all, and the topic no longer gives all of its messages. ` +
      'Passing over them would leave the tables at odds. Restore topic and lake from copies of one time, or start a new lake with --data DIR; the old one can still be read.',
    { facts: { gaps } },
  );
}

/** Writes the gaps of a batch down, unless they are. @param onPoint as of a batch */
export async function commitGaps(
  lake: Lake,
  engine: Engine,
  record: BatchRecord,
  onPoint?: (point: 'written quarantine/gaps' | 'committed quarantine/gaps') => void,
): Promise<void> {
  const gaps = gapsWithin(record);
  if (gaps.length === 0) return;
  const table = await lake.create(QUARANTINE_GAPS, await lake.simulated());
  const newest = (await table.snapshot()).transactionVersion(appIdOf(record.topic)) ?? 0;
  if (newest >= record.batch_id) return;
  const { columns } = QUARANTINE_GAPS;
  const rows = gaps.map(({ partition, from, to, reason, passed_over_at_ms }) => ({
    topic_partition: partition,
    offset_from: from,
    offset_to: to,
    messages: to - from,
    reason,
    batch_id: BigInt(record.batch_id),
    passed_over_at: BigInt(passed_over_at_ms) * 1000n,
  }));
  const files = await engine.write(
    { sql: 'select * from gaps', relations: { gaps: { kind: 'rows', columns, rows } } },
    { folder: lake.folder(QUARANTINE_GAPS), columns },
  );
  onPoint?.('written quarantine/gaps');
  await commitBatch(table, identityOf(record), files);
  onPoint?.('committed quarantine/gaps');
}

/** Whether the gaps of a batch are written down: from there on its messages are what they are. */
export async function areGapsWritten(lake: Lake, record: BatchRecord): Promise<boolean> {
  const snapshot = await (await lake.table(QUARANTINE_GAPS))?.snapshot();
  return (snapshot?.transactionVersion(appIdOf(record.topic)) ?? 0) >= record.batch_id;
}

/** What a lake has passed over so far; null where it is nothing. */
export async function gapTotals(
  lake: Lake,
): Promise<{ readonly stretches: number; readonly messages: number } | null> {
  const snapshot = await (await lake.table(QUARANTINE_GAPS))?.snapshot();
  if (snapshot === undefined) return null;
  let [stretches, messages] = [0, 0];
  for await (const rows of snapshot.rows({ columns: ['messages'] })) {
    stretches += rows.length;
    for (const row of rows) messages += Number(row['messages']);
  }
  return stretches === 0 ? null : { stretches, messages };
}
