/**
 * Whether the batch log and the tables tell one story: every table holds the batches 1 to N or N - 1, each once and of the
 * messages that were planned. Whoever loses a record, a commit or a whole table, or changes one, is told so before
 * anything is written on top of it.
 */
import type { DeltaTable } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import type { BatchRecord } from './batch-log.ts';
import type { CommitIdentity } from './commit.ts';

/** Names the pipeline's commits: one topic feeds a lake once. */
export const appIdOf = (topic: string): string => `contrail/${topic}`;

/** The identity of a batch's commits, with the offsets that its rows came from, by partition. */
export function identityOf({ topic, batch_id, ranges }: BatchRecord): CommitIdentity {
  const offsets = (side: 'start' | 'end'): string =>
    JSON.stringify(Object.fromEntries(ranges.map((range) => [range.partition, String(range[side])])));
  return {
    appId: appIdOf(topic),
    version: batch_id,
    parameters: { startingOffsets: offsets('start'), endingOffsets: offsets('end') },
  };
}

/**
 * Whether a table has a batch, by the newest batch that it has.
 * @throws ContrailError `corrupt` / `table-behind-batches` when it lacks one before, `table-ahead-of-batches` when it has
 * one that was never recorded.
 */
export function hasBatch(name: string, newest: number | null, batchId: number, lake: string): boolean {
  const found = newest ?? 0;
  if (found < batchId - 1) {
    throw new ContrailError(
      'corrupt',
      'table-behind-batches',
      `${name} holds micro-batch ${found}, but the batch log of ${lake} is at ${batchId}: ` +
        `${found + 1 === batchId - 1 ? `micro-batch ${found + 1} is` : `micro-batches ${found + 1} to ${batchId - 1} are`} ` +
        'missing from it. Somebody removed commits of the table or the whole table, or put a record into _contrail/batches. ' +
        'Restore what was removed, or start a new lake with --data DIR.',
    );
  }
  if (found > batchId) {
    throw new ContrailError(
      'corrupt',
      'table-ahead-of-batches',
      `${name} holds micro-batch ${found}, but the newest batch record is ${batchId}. Restore _contrail/batches of ${lake}, or start a new lake with --data DIR.`,
    );
  }
  return found === batchId;
}

/**
 * Looks at a lake before the pipeline goes on with it.
 * @param last the newest batch record; null where there is none
 * @throws ContrailError `invalid` / `lake-topic-differs`; `corrupt` / `table-behind-batches`, `table-ahead-of-batches`,
 * `batch-record-differs`
 */
export async function checkBatches(lake: Lake, last: BatchRecord | null, topic: string): Promise<void> {
  if (last !== null && last.topic !== topic) {
    throw new ContrailError(
      'invalid',
      'lake-topic-differs',
      `The lake at ${lake.store.url} is filled from the topic ${last.topic}, and cannot go on with ${topic}, whose offsets are others. Set TOPIC_NAME=${last.topic}, or start a new lake with --data DIR.`,
    );
  }
  let lacking: string | null = null;
  for (const definition of BATCH_TABLES) {
    const { name } = definition;
    const table = await lake.table(definition);
    const newest = (await table?.snapshot())?.transactionVersion(appIdOf(topic)) ?? null;
    const batchId = last?.batch_id ?? 0;
    if (!hasBatch(name, newest, batchId, lake.store.url)) lacking ??= name;
    else if (lacking !== null) {
      throw new ContrailError(
        'corrupt',
        'table-behind-batches',
        `${lacking} lacks micro-batch ${batchId}, which ${name} has, though it is committed there later: somebody removed ` +
          `the newest commit of ${lacking}. Restore it, or start a new lake with --data DIR. The lake is ${lake.store.url}.`,
      );
    }
    if (table !== null && last !== null && newest !== null) await checkOffsets(table, name, last, newest);
  }
}

/** The newest batch of a table ends where the recorded one ends, or where that starts when the table lacks it. */
async function checkOffsets(
  table: DeltaTable,
  name: string,
  last: BatchRecord,
  newest: number,
): Promise<void> {
  const committed = await endsOf(table, appIdOf(last.topic), newest);
  if (committed === null) return;
  const side = newest === last.batch_id ? 'end' : 'start';
  for (const range of last.ranges) {
    const found = committed[range.partition];
    if (found === undefined || found === String(range[side])) continue;
    throw new ContrailError(
      'corrupt',
      'batch-record-differs',
      `${name} has read partition ${range.partition} of ${last.topic} up to offset ${found}, but record ${last.batch_id} in _contrail/batches of ${table.location} says that it is ${range[side]}. ` +
        'Going on would lose or double messages. Restore the record, or start a new lake with --data DIR.',
    );
  }
}

/** Where a batch of a table ends, by partition; null when its commit is no longer in the log. */
async function endsOf(
  table: DeltaTable,
  appId: string,
  batchId: number,
): Promise<Readonly<Record<string, string>> | null> {
  for await (const { operationParameters } of table.history()) {
    if (operationParameters['queryId'] !== appId || operationParameters['epochId'] !== String(batchId))
      continue;
    const ends = operationParameters['endingOffsets'];
    return typeof ends === 'string' ? (JSON.parse(ends) as Readonly<Record<string, string>>) : null;
  }
  return null;
}
