import type { Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation } from '../engine/engine.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../lake/bronze-flights.ts';
import { deletedArchived, deletedRefused, deletedRows } from '../lake/keep/ledger.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import { NOT_IN_BRONZE, QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { LivedTopic } from '../topic/lived-topic.ts';
import type { Topic } from '../topic/topic.ts';
import { newestRecord } from './batch-log.ts';
import { isFinished } from './batch-order.ts';
import { lifeOfRecord } from './batch-record.ts';
import { gapTotals } from './gaps.ts';
import { pendingRanges, rowsIn } from './plan.ts';
import { unfinishedRepair } from './repair/owing.ts';
import { checkIdentity, checkMarks } from './same-topic.ts';

/** How much of its topic a lake has taken in. */
export interface LakeFacts {
  /** The newest micro-batch whose rows every table has; null before the first. */
  readonly finished: number | null;
  /** A micro-batch that is planned but maybe not finished: it is running, has failed, or was stopped. */
  readonly open: {
    readonly batch_id: number;
    readonly planned_at_ms: number;
    readonly offsets: number;
  } | null;
  /** Offsets that the topic holds. In Kafka, transaction markers and compacted messages have offsets too. */
  readonly held: number;
  /** Offsets whose messages are not in the lake yet, those of the open micro-batch among them. */
  readonly unread: number;
}

/**
 * Compares a lake with its topic, at rest or beside a running pipeline. Writes nothing.
 * @param reported the newest micro-batch that a pipeline says it has finished (`progress.json`)
 * @throws ContrailError as the pipeline would at its start: `topic-replaced`, `topic-offsets-expired`, …
 */
export async function lakeFacts(lake: Lake, found: Topic, reported: number | null): Promise<LakeFacts> {
  const last = await newestRecord(lake.store);
  const topic = new LivedTopic(found);
  topic.life = lifeOfRecord(last);
  const problem = last === null ? null : checkIdentity(last, await topic.identity(), lake.store.url);
  if (problem !== null) throw problem;
  if (last !== null) await checkMarks(last, topic, lake.store.url);
  const unfinished = await unfinishedRepair(lake.store);
  if (unfinished !== null) throw unfinished;
  const offsets = await topic.offsets();
  const held = rowsIn(offsets);
  if (last === null) return { finished: null, open: null, held, unread: held };
  const unread = rowsIn(pendingRanges(offsets, last));
  const { batch_id, recorded_at_ms: planned_at_ms } = last;
  if (batch_id === reported || (await isFinished(lake, last)))
    return { finished: batch_id, open: null, held, unread };
  const open = { batch_id, planned_at_ms, offsets: rowsIn(last.ranges) };
  // A micro-batch is planned only when the one before is finished.
  return { finished: batch_id > 1 ? batch_id - 1 : null, open, held, unread: unread + open.offsets };
}

/** The messages that a lake has taken in, by the accounting identity: each once, whatever its offset. */
export interface LakeAccounts {
  readonly bronze: number;
  /** In quarantine and not in Bronze. */
  readonly refused: number;
  /** What the lake goes on without on request: expired unread, damaged, or lost. */
  readonly passed_over: number;
  /** Stretches of a former life of the topic of which nobody knows the messages. */
  readonly unknown: number;
  /** In Bronze, or in quarantine alone, until KEEP deleted them. */
  readonly deleted: number;
  readonly messages: number;
  /** Rows of archives, which were messages of no topic: in Bronze, or in quarantine alone. They are in no other number. */
  readonly archived: number;
}

/** Counts the messages in a lake, and rows of archives, from its tables. */
export async function lakeAccounts(lake: Lake, engine: Engine): Promise<LakeAccounts> {
  const bronze = (await (await lake.table(BRONZE_FLIGHTS))?.snapshot()) ?? null;
  const quarantine = (await (await lake.table(QUARANTINE_FLIGHTS))?.snapshot()) ?? null;
  const { messages: passed_over, unknown = 0 } = (await gapTotals(lake)) ?? { messages: 0 };
  const archived = await archivedIn(engine, bronze);
  const refused = await refusedIn(engine, quarantine);
  const inBronze = (bronze?.rowCount ?? 0) - archived;
  const gone = deletedArchived(bronze) + deletedArchived(quarantine);
  const deleted = deletedRows(bronze) + deletedRefused(quarantine) - gone;
  return {
    bronze: inBronze,
    refused: refused.ofTopic,
    passed_over,
    unknown,
    deleted,
    messages: inBronze + refused.ofTopic + passed_over + deleted,
    archived: archived + refused.ofArchives + gone,
  };
}

/** How many rows of Bronze are of archives. Only files with such rows have to be read. */
async function archivedIn(engine: Engine, bronze: Snapshot | null): Promise<number> {
  const files = bronze?.files([{ column: 'topic_partition', min: FIRST_ARCHIVE_PARTITION }]) ?? [];
  if (files.length === 0) return 0;
  const rows = dataFiles(BRONZE_FLIGHTS, bronze, { files, columns: ['topic_partition'] });
  return countRows(engine, `topic_partition >= ${FIRST_ARCHIVE_PARTITION}`, rows);
}

/** How many rows are in the quarantine and not in Bronze. */
async function refusedIn(
  engine: Engine,
  quarantine: Snapshot | null,
): Promise<{ readonly ofTopic: number; readonly ofArchives: number }> {
  if (quarantine === null) return { ofTopic: 0, ofArchives: 0 };
  const isRefused = `reason in (${NOT_IN_BRONZE.map((reason) => `'${reason}'`).join(', ')})`;
  const rows = dataFiles(QUARANTINE_FLIGHTS, quarantine);
  const isOfTopic = `topic_partition < ${FIRST_ARCHIVE_PARTITION}`;
  return {
    ofTopic: await countRows(engine, `${isRefused} and ${isOfTopic}`, rows),
    ofArchives: await countRows(engine, `${isRefused} and not (${isOfTopic})`, rows),
  };
}

async function countRows(engine: Engine, where: string, rows: Relation): Promise<number> {
  const [row] = await engine.rows({
    sql: `select count(*) as row_count from counted where ${where}`,
    relations: { counted: rows },
  });
  return Number(row?.['row_count'] ?? 0);
}
