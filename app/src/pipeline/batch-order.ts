/**
 * Checks that the batch log and the tables agree: every table holds the newest batch N, or the newest that it held when
 * N was planned, and was filled from the planned messages. A record, commit or table that is lost or changed is
 * reported before anything more is written.
 */
import type { DeltaTable } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import { REPAIR } from '../topic/next-steps.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../lake/bronze-flights.ts';
import type { Lake } from '../lake/lake.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../lake/gold-traffic-by-country.ts';
import { QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { type FinishedBatch, notedFinished } from './batch-log.ts';
import { type BatchRecord, type NewestBatches, readableRanges } from './batch-record.ts';
import { appIdOf, BatchTables, hasBatch } from './batch-tables.ts';
import { rowsIn } from './plan.ts';

/**
 * The newest batch of every table that holds one.
 * @param look `memory`: as this process has left the tables, which saves two requests per table
 */
export async function newestBatches(
  lake: Lake,
  topic: string,
  look: 'store' | 'memory' = 'store',
): Promise<NewestBatches> {
  const newest: Record<string, number> = {};
  for (const definition of BATCH_TABLES) {
    const found = await newestOf(lake, definition, topic, look);
    if (found !== null) newest[definition.name] = found;
  }
  return newest;
}

/** Whether every table certainly has its rows of this batch. If that is unclear, running it again is safe. */
export async function isFinished(lake: Lake, record: BatchRecord): Promise<boolean> {
  const tables = await newestBatches(lake, record.topic);
  return (
    BATCH_TABLES.every(({ name }) => tables[name] === record.batch_id) ||
    isNoted(record, await notedFinished(lake.store), tables) ||
    (await hasAllRows(lake, record, tables))
  );
}

/**
 * Whether the tables have all rows of the messages: each message is in Silver or in quarantine. This shows that a batch
 * is finished even without a note, and even if the topic has dropped its messages since.
 */
async function hasAllRows(lake: Lake, record: BatchRecord, tables: NewestBatches): Promise<boolean> {
  const has = ({ name }: TableDefinition): boolean => tables[name] === record.batch_id;
  if (!has(GOLD_TRAFFIC_BY_COUNTRY) || !has(GOLD_METRICS_BY_CATEGORY)) return false;
  const batch = new BatchTables(lake, record);
  const silver = await batch.rowCount(SILVER_FLIGHTS);
  if (silver !== (await batch.rowCount(SILVER_FLIGHTS_ML))) return false;
  return silver + (await batch.rowCount(QUARANTINE_FLIGHTS)) === rowsIn(readableRanges(record));
}

/** Whether the note of a run is about this batch and the present tables. */
function isNoted(record: BatchRecord, noted: FinishedBatch | null, tables: NewestBatches): boolean {
  if (noted?.batch_id !== record.batch_id) return false;
  return BATCH_TABLES.every(({ name }) => noted.tables[name] === tables[name]);
}

/** The error for a lost commit of the quarantine. Only the number of rows shows that it is missing. */
export const quarantineLost = (batchId: number, rows: number, lake: string): ContrailError =>
  new ContrailError(
    'table-behind-batches',
    `${QUARANTINE_FLIGHTS.name} lacks micro-batch ${batchId}, which silver/flights_ml has, although ${rows} of its rows belong there: ` +
      `somebody removed the newest commit of ${QUARANTINE_FLIGHTS.name}. Restore it, if you have a copy. ${REPAIR} The lake is ${lake}.`,
  );

async function newestOf(
  lake: Lake,
  definition: TableDefinition,
  topic: string,
  look: 'store' | 'memory' = 'store',
): Promise<number | null> {
  const table = await lake.table(definition);
  const snapshot = look === 'memory' ? table?.cached() : await table?.snapshot();
  return snapshot?.transactionVersion(appIdOf(topic)) ?? null;
}

/**
 * Checks a lake before the pipeline continues with it.
 * @param last the newest batch record; null where there is none
 * @throws ContrailError `invalid` / `lake-topic-differs`; `corrupt` / `table-behind-batches`, `table-ahead-of-batches`,
 * `batch-record-differs`
 */
export async function checkBatches(lake: Lake, last: BatchRecord | null, topic: string): Promise<void> {
  if (last !== null && last.topic !== topic) throw topicDiffers(lake, last.topic, topic);
  for await (const { error } of batchProblems(lake, last, topic)) throw error;
  const stranger = last === null ? await rowsOfOtherTopic(lake, topic) : null;
  if (stranger !== null) throw stranger;
}

/**
 * The error of a lake without a record that has rows of some topic, and no batch of this one: `corrupt` /
 * `table-ahead-of-batches`. Null if it has no such rows.
 */
export async function rowsOfOtherTopic(lake: Lake, topic: string): Promise<ContrailError | null> {
  if (Object.keys(await newestBatches(lake, topic)).length > 0) return null;
  const bronze = await (await lake.table(BRONZE_FLIGHTS))?.snapshot();
  const files = bronze?.files([{ column: 'topic_partition', max: FIRST_ARCHIVE_PARTITION - 1 }]) ?? [];
  if (files.length === 0) return null;
  return new ContrailError(
    'table-ahead-of-batches',
    `${BRONZE_FLIGHTS.name} of ${lake.store.url} has rows of a topic, but there is no batch record, and no table has a micro-batch of ${topic}. ` +
      `Restore _contrail/batches, if you have a copy, or set TOPIC_NAME to the topic that the lake was filled from. ${REPAIR}`,
  );
}

/** The error for a lake and another topic: `invalid` / `lake-topic-differs`. */
export const topicDiffers = (lake: Lake, known: string, topic: string): ContrailError =>
  new ContrailError(
    'lake-topic-differs',
    `The lake at ${lake.store.url} is filled from the topic ${known} and cannot continue with ${topic}, which has other offsets. Set TOPIC_NAME=${known}. ${REPAIR}`,
  );

/** A table that does not agree with the newest record. */
export interface BatchProblem {
  readonly table: TableDefinition;
  readonly error: ContrailError;
}

/** What is wrong with each table, by the newest record of the topic. */
export async function* batchProblems(
  lake: Lake,
  last: BatchRecord | null,
  topic: string,
): AsyncGenerator<BatchProblem, void, undefined> {
  let lacking: TableDefinition | null = null;
  for (const definition of BATCH_TABLES) {
    const { name } = definition;
    const table = await lake.table(definition);
    const newest = await newestOf(lake, definition, topic);
    const batchId = last?.batch_id ?? 0;
    const answer = answerOf(() => hasBatch(name, newest, last, lake.store.url));
    if (answer instanceof ContrailError) {
      yield { table: definition, error: answer };
      continue;
    }
    // A batch with rows for one of the other tables has rows for all that are committed before it.
    if (definition === QUARANTINE_FLIGHTS) {
      // Its rows are counted when the batch is run again.
    } else if (!answer) lacking ??= definition;
    else if (lacking !== null) {
      const error = new ContrailError(
        'table-behind-batches',
        `${lacking.name} lacks micro-batch ${batchId}, which ${name} has, although it is committed there later: somebody removed ` +
          `the newest commit of ${lacking.name}. Restore it, if you have a copy. ${REPAIR} The lake is ${lake.store.url}.`,
      );
      yield { table: lacking, error };
      lacking = null;
    }
    if (table === null || last === null || newest === null) continue;
    const error = await checkOffsets(table, name, last, newest);
    if (error !== null) yield { table: definition, error };
  }
}

function answerOf<T>(ask: () => T): T | ContrailError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ContrailError) return error;
    throw error;
  }
}

/**
 * Checks the offsets of a table's newest batch. It must end where the recorded one ends; or where that starts, if the
 * table lacks it; or earlier, if batches in between had no row for the table.
 */
async function checkOffsets(
  table: DeltaTable,
  name: string,
  last: BatchRecord,
  newest: number,
): Promise<ContrailError | null> {
  const committed = (await offsetsOf(table, appIdOf(last.topic), newest))?.ends ?? null;
  if (committed === null) return null;
  const side = newest === last.batch_id ? 'end' : 'start';
  const isNext = newest >= last.batch_id - 1;
  for (const range of last.ranges) {
    const found = committed[range.partition];
    if (found === undefined || found === String(range[side])) continue;
    if (!isNext && BigInt(found) < range[side]) continue;
    return new ContrailError(
      'batch-record-differs',
      `${name} has read partition ${range.partition} of ${last.topic} up to offset ${found}, but record ${last.batch_id} in _contrail/batches of ${table.location} says that it is ${range[side]}. ` +
        `Going on would lose or double messages. Restore the record, if you have a copy. ${REPAIR}`,
    );
  }
  return null;
}

type OffsetTexts = Readonly<Record<string, string>>;

/** The offsets of a batch of a table, by partition; null if its commit is no longer in the log. */
export async function offsetsOf(
  table: DeltaTable,
  appId: string,
  batchId: number,
): Promise<{ readonly starts: OffsetTexts; readonly ends: OffsetTexts } | null> {
  for await (const { operationParameters } of table.history()) {
    if (operationParameters['queryId'] !== appId || operationParameters['epochId'] !== String(batchId))
      continue;
    const [starts, ends] = ['startingOffsets', 'endingOffsets'].map((side) => operationParameters[side]);
    if (typeof starts !== 'string' || typeof ends !== 'string') return null;
    return { starts: JSON.parse(starts) as OffsetTexts, ends: JSON.parse(ends) as OffsetTexts };
  }
  return null;
}
