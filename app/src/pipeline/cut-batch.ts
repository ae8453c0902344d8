import { kindOf } from '../errors.ts';
import type { Topic } from '../topic/topic.ts';
import { amend } from './batch-log.ts';
import { newestBatches } from './batch-order.ts';
import type { BatchRecord } from './batch-record.ts';
import { areGapsWritten } from './gaps.ts';
import { type BatchParts, MicroBatches } from './micro-batch.ts';
import { type Cut, emptied, halved, isAboutMessages, isCut, refused, witnesses } from './narrow.ts';
import { rowsIn } from './plan.ts';
import { marksOf } from './same-topic.ts';

/** What cutting a batch needs. */
export interface CutParts extends BatchParts {
  readonly topic: BatchParts['topic'] & Pick<Topic, 'offsets' | 'marks'>;
}

/**
 * Amends the record of a batch that failed, so that its next attempt has fewer messages, or none that an engine must
 * decode. Null if that would not help or is too late: then the error stands. `narrow.ts` has the rules.
 * @throws when something is `unavailable`, and when the signal fires
 */
export async function cutBatch(
  parts: CutParts,
  record: BatchRecord,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<Cut | null> {
  if (!isAboutMessages(error)) return null;
  const { lake, topic, onPoint } = parts;
  const isBegun = Object.values(await newestBatches(lake, record.topic)).includes(record.batch_id);
  if (isBegun || (await areGapsWritten(lake, record))) return null;
  const messages = rowsIn(record.ranges);
  const isFirst = !isCut(record);
  if (messages === 0 || ((isFirst || messages === 1) && (await rehearsed(emptied(record))) === 'fails'))
    return null;
  const next = messages > 1 ? halved(record) : (await isToBlame()) ? refused(record, error) : null;
  if (next === null) return null;
  onPoint?.('amending');
  await amend(lake.store, { ...next, marks: await marksOf(topic, next.ranges) });
  onPoint?.('amended');
  return {
    batch_id: record.batch_id,
    messages: next.unprocessable === undefined ? rowsIn(next.ranges) : 0,
    error,
  };

  /** Whether the message is the cause: then other messages run, if there are any that reach Silver. */
  async function isToBlame(): Promise<boolean> {
    if (record.unprocessable?.some(({ without_payload }) => without_payload === true) === true) return false;
    let isAnyFailing = false;
    for (const witness of witnesses(record, await topic.offsets({ signal }))) {
      const answer = await rehearsed(witness);
      if (answer === 'runs') return true;
      isAnyFailing ||= answer === 'fails';
    }
    return !isAnyFailing;
  }

  async function rehearsed(batch: BatchRecord): Promise<'runs' | 'has no valid row' | 'fails'> {
    const { onPoint: _, ...silent } = parts;
    try {
      const validRows = await new MicroBatches(silent).rehearse(batch, signal);
      return validRows > 0 ? 'runs' : 'has no valid row';
    } catch (failure) {
      signal?.throwIfAborted();
      if (kindOf(failure) === 'unavailable') throw failure;
      return 'fails';
    }
  }
}
