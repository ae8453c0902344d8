/**
 * Finds out why a lake cannot go on, and how it could. Reads alone.
 *
 *     records ──┬─ agree with the tables ──> the newest record says where the lake is
 *               └─ lost, damaged, differ ──> the commits of the tables say it, else their rows
 *     topic ────┬─ the same ───────────────> the next batch goes on there
 *               └─ another, or it went back ─> a new life: the next batch begins with its first message
 */
import type { Engine } from '../../engine/engine.ts';
import { ContrailError, kindOf, messageOf } from '../../errors.ts';
import { LIFE, lifeOf } from '../../flight/topic-life.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import type { Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { LivedTopic } from '../../topic/lived-topic.ts';
import { expiredIn } from '../../topic/range.ts';
import type { OffsetRange, Topic } from '../../topic/topic.ts';
import { readableRecord } from '../batch-log.ts';
import {
  batchProblems,
  isFinished,
  newestBatches,
  quarantineLost,
  rowsOfOtherTopic,
  topicDiffers,
} from '../batch-order.ts';
import { type BatchRecord, lifeOfRecord, type Loss, readableRanges } from '../batch-record.ts';
import { BatchTables } from '../batch-tables.ts';
import { areGapsWritten, messagesGone } from '../gaps.ts';
import { expiredUnread, unreadRanges } from '../plan.ts';
import { checkIdentity, checkMarks, marksOf } from '../same-topic.ts';
import { lostMessages } from './lost-messages.ts';
import { unfinishedRepair } from './owing.ts';
import { splitAtKept } from './read-again.ts';
import { endsOfTable, type Extent, extents, type Offsets, readTo } from './read-to.ts';

/** What a repair works with. */
export interface RepairParts {
  readonly lake: Lake;
  readonly topic: Topic;
  readonly engine: Engine;
  readonly clock: () => number;
}

/** What is wrong with a lake, and how it can go on. */
export interface Diagnosis {
  /** Each as the pipeline says it; empty: the pipeline goes on by itself. */
  readonly problems: readonly ContrailError[];
  /** The record with which the lake goes on; null: there is nothing to repair, or the topic must be made first. */
  readonly record: BatchRecord | null;
  /** Tables that are gone, or have nothing left. */
  readonly missing: readonly TableDefinition[];
  /** Tables that are gone or have lost commits. */
  readonly behind: readonly TableDefinition[];
  /** Messages that are read again, since Bronze or quarantine have lost their rows and the topic still holds them. */
  readonly again: readonly OffsetRange[];
  /** Whether tables may lack rows that Bronze has. */
  readonly isOwing: boolean;
}

/**
 * Looks at a lake and its topic.
 * @param isRead what the topic still holds was read again: what the lake lacks now is lost
 */
export async function examine(parts: RepairParts, isRead = false): Promise<Diagnosis> {
  const { lake, engine, clock } = parts;
  const { record: last, damage, newest } = await readableRecord(lake.store);
  const unreadable = await unreadableTables(lake);
  if (unreadable.length > 0) return { ...SOUND, problems: unreadable };
  const name = last?.topic ?? parts.topic.name;
  const tables = await newestBatches(lake, name);
  const stranger = newest === 0 ? await rowsOfOtherTopic(lake, name) : null;
  if (newest === 0 && stranger === null && Object.keys(tables).length === 0) return SOUND;
  const topic = new LivedTopic(parts.topic);
  topic.life = lifeOfRecord(last);
  const behind: TableDefinition[] = [];
  const records = [damage, stranger].filter((error) => error !== null);
  for await (const { table, error } of damage === null ? batchProblems(lake, last, name) : []) {
    records.push(error);
    if (error.code === 'table-behind-batches') behind.push(table);
  }
  const isWrong = records.length > 0;
  const open = last !== null && !isWrong && !(await isFinished(lake, last)) ? last : null;
  const isBegun =
    open !== null && (Object.values(tables).includes(open.batch_id) || (await areGapsWritten(lake, open)));
  // The tables say where the lake is, unless the record does.
  const isByRecord =
    last !== null && (!isWrong || records.every(({ code }) => code === 'table-behind-batches'));
  const known = isByRecord ? ofRecord(last, open !== null && !isBegun) : await readTo(lake, engine, name);
  const { next } = known;
  topic.life = Math.max(topic.life, ...[...next.keys()].map(lifeOf));

  const found = await changeOf(parts.topic, topic, last, known.next, lake);
  const change =
    stranger === null || found.isNoTopic ? found : { ...found, problems: [], reason: 'other_topic' as const };
  const problems = [...records, ...change.problems];
  const gone = open !== null && change.reason === null ? await goneOf(topic, lake, open, isBegun) : [];
  problems.push(...gone);
  if (change.isNoTopic || (change.reason === null && !isWrong && gone.length === 0)) {
    const unfinished = await unfinishedRepair(lake.store);
    const left = [...(unfinished === null ? [] : [unfinished]), ...(isWrong ? [] : change.expired)];
    return { ...SOUND, problems: [...problems, ...left], isOwing: unfinished !== null };
  }
  const now = clock();
  const losses: Loss[] = [];
  let again: readonly OffsetRange[] = [];
  // A batch that is in some tables cannot be finished any more, and a lost table had rows that only it had.
  const isOwing = isWrong || isBegun || gone.length > 0;
  if (isOwing) {
    const from = isByRecord && open === null ? await agreedOn(lake, name, behind) : known.newestFrom;
    const stretches = await stretchesOf(lake, engine, from, next);
    const split = change.reason === null && !isRead ? splitAtKept(stretches, await topic.offsets()) : null;
    again = split?.held ?? [];
    losses.push(...(await lostMessages(lake, engine, split?.gone ?? stretches, now)));
  }
  const { reason } = change;
  if (reason !== null)
    for (const [partition, from] of next)
      losses.push({ partition, from, to: null, messages: null, reason, found_at_ms: now });
  const life = reason === null ? topic.life : topic.life + 1;
  const ranges = await beginning(parts.topic, life, reason === null ? next : null);
  topic.life = life;
  const id = (await parts.topic.identity())?.id ?? null;
  const marks = await marksOf(topic, ranges);
  const present = await newestBatches(lake, parts.topic.name);
  const batchId = 1 + Math.max(newest, ...Object.values(tables), ...Object.values(present));
  const record: BatchRecord = {
    batch_id: batchId,
    topic: parts.topic.name,
    ...(id === null ? {} : { topic_id: id }),
    recorded_at_ms: now,
    ranges,
    ...(marks.length === 0 ? {} : { marks }),
    ...(losses.length === 0 ? {} : { losses }),
    tables: present,
  };
  const missing: TableDefinition[] = [];
  for (const definition of BATCH_TABLES) {
    const table = await lake.table(definition);
    const isEmpty = table === null || (await table.snapshot()).files().length === 0;
    if (table === null || (isEmpty && behind.includes(definition))) missing.push(definition);
  }
  return { problems, record, missing, behind: [...behind, ...missing], again, isOwing };
}

/** Tables whose log or files are damaged: a person decides whether to move them away. */
async function unreadableTables(lake: Lake): Promise<readonly ContrailError[]> {
  const found: ContrailError[] = [];
  for (const definition of BATCH_TABLES) {
    try {
      await (await lake.table(definition))?.snapshot();
    } catch (cause) {
      if (kindOf(cause) !== 'corrupt') throw cause;
      found.push(
        new ContrailError(
          'table-unhealthy',
          `${definition.name} cannot be read: ${messageOf(cause)} Put a copy of the table in its place. Without a copy, move its folder ${lake.folder(definition)} elsewhere: the table is lost then, and a repair makes it again.`,
          { cause },
        ),
      );
    }
  }
  return found;
}

const SOUND: Diagnosis = { problems: [], record: null, missing: [], behind: [], again: [], isOwing: false };

/** Where a record says that the lake is. @param isUnread its messages are in no table */
function ofRecord({ ranges }: BatchRecord, isUnread: boolean): { next: Offsets; newestFrom: Offsets } {
  const side = (name: 'start' | 'end'): Offsets =>
    new Map(ranges.map((range) => [range.partition, range[name]]));
  return { next: side(isUnread ? 'start' : 'end'), newestFrom: side('start') };
}

interface Change {
  readonly problems: readonly ContrailError[];
  /** Why the offsets of the lake mean nothing in the present topic; null if they do. */
  readonly reason: Loss['reason'] | null;
  /** What the pipeline says of messages that expired: `--pass-over-gaps` goes on without them. */
  readonly expired: readonly ContrailError[];
  readonly isNoTopic: boolean;
}

/** Whether the present topic is the one that the lake was filled from. */
async function changeOf(
  found: Topic,
  topic: LivedTopic,
  last: BatchRecord | null,
  next: Offsets,
  lake: Lake,
): Promise<Change> {
  const identity = await found.identity();
  const of = (problem: ContrailError, reason: Loss['reason'] | null): Change => ({
    problems: [problem],
    reason: identity === null ? null : reason,
    expired: [],
    isNoTopic: identity === null,
  });
  if (last !== null && last.topic !== found.name)
    return of(topicDiffers(lake, last.topic, found.name), 'other_topic');
  const problem = checkIdentity(last ?? UNKNOWN, identity, lake.store.url);
  if (problem !== null) return of(problem, 'replaced');
  try {
    const ranges = Array.from(next, ([partition, end]) => ({ partition, start: end, end }));
    const offsets = await topic.offsets();
    const unread = unreadRanges(offsets, { ...UNKNOWN, ranges });
    if (last !== null) await checkMarks(last, topic, lake.store.url);
    const expired = expiredIn(unread, offsets);
    return {
      problems: [],
      reason: null,
      expired: expired.length === 0 ? [] : [expiredUnread(expired)],
      isNoTopic: false,
    };
  } catch (error) {
    if (error instanceof ContrailError && error.code === 'topic-went-back') return of(error, 'went_back');
    throw error;
  }
}

/** A record that knows nothing of its topic: any topic made by now fits. */
const UNKNOWN: BatchRecord = { batch_id: 0, topic: '', recorded_at_ms: Infinity, ranges: [] };

/** What keeps the open batch from its end, though its topic is the same. */
async function goneOf(
  topic: LivedTopic,
  lake: Lake,
  open: BatchRecord,
  isBegun: boolean,
): Promise<readonly ContrailError[]> {
  if (!isBegun) return [];
  const ranges = readableRanges(open);
  const gaps = await topic.gaps(ranges);
  if (gaps.length > 0) return [messagesGone(open, lake.store.url, gaps)];
  const batch = new BatchTables(lake, open);
  const hasMl = (await batch.version(SILVER_FLIGHTS_ML)) !== null;
  if (!hasMl || (await batch.version(QUARANTINE_FLIGHTS)) !== null) return [];
  let messages = 0;
  for await (const { values } of topic.read(ranges)) messages += values.length;
  const lost = messages - (await batch.rowCount(SILVER_FLIGHTS_ML));
  return lost > 0 ? [quarantineLost(open.batch_id, lost, lake.store.url)] : [];
}

/** Up to where the tables that only hold what no other table has, Bronze and quarantine, are whole. */
async function agreedOn(
  lake: Lake,
  topic: string,
  behind: readonly TableDefinition[],
): Promise<Offsets | null> {
  let agreed: Offsets | null = null;
  for (const table of [BRONZE_FLIGHTS, QUARANTINE_FLIGHTS]) {
    if (!behind.includes(table)) continue;
    const ends = await endsOfTable(lake, table, topic);
    if (ends.size === 0) return null;
    agreed ??= ends;
    agreed = new Map(
      [...agreed].map(([partition, end]) => {
        const other = ends.get(partition) ?? 0n;
        return [partition, other < end ? other : end];
      }),
    );
  }
  return agreed ?? new Map();
}

/** What may have been lost: from an offset on which the tables agree, else from the first row that the lake has. */
async function stretchesOf(
  lake: Lake,
  engine: Parameters<typeof extents>[1],
  from: Offsets | null,
  next: Offsets,
): Promise<readonly Extent[]> {
  if (from !== null)
    return [...from].map(([partition, start]) => ({
      partition,
      from: start,
      to: next.get(partition) ?? start,
    }));
  const held = await extents(lake, engine);
  return held.map((extent) => ({ ...extent, to: next.get(extent.partition) ?? extent.to }));
}

/** Where the next batch begins: at the offsets that the lake has reached, or with the first message of a new life. */
async function beginning(topic: Topic, life: number, next: Offsets | null): Promise<readonly OffsetRange[]> {
  const offsets = await topic.offsets();
  return offsets.map(({ partition, start: first }) => {
    const number = partition + life * LIFE;
    const start = next === null ? first : (next.get(number) ?? 0n);
    return { partition: number, start, end: start };
  });
}
