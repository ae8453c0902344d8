import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError, type ErrorCode, kindOf } from '../errors.ts';
import type { SourceWord } from '../flight/source-word.ts';
import type { KeepReport } from '../lake/keep/report.ts';
import type { BatchProgress, Progress } from '../lake/progress.ts';
import { LivedTopic } from '../topic/lived-topic.ts';
import { expiredIn } from '../topic/range.ts';
import type { Topic, TopicGap, TopicIdentity } from '../topic/topic.ts';
import { amend, newestRecord, noteFinished, writeRecord } from './batch-log.ts';
import { checkBatches, isFinished, newestBatches } from './batch-order.ts';
import { type BatchRecord, type Gap, lifeOfRecord } from './batch-record.ts';
import { cutBatch } from './cut-batch.ts';
import { type Allowance, gapsOf, gapTotals, isAllowed, withGaps } from './gaps.ts';
import type { Deleted } from './keep/delete-units.ts';
import { finishMerge } from './merge/apply.ts';
import { type BatchParts, MicroBatches } from './micro-batch.ts';
import { type Cut, isCut, restOf } from './narrow.ts';
import { expiredUnread, keptOf, planWithin, type Range, rowsIn, unreadRanges } from './plan.ts';
import { unfinishedRepair } from './repair/owing.ts';
import { Report } from './report.ts';
import { checkIdentity, checkMarks, marksOf } from './same-topic.ts';
import { Upkeep, type UpkeepRun } from './upkeep.ts';
import { WrittenFiles } from './written-files.ts';

/** The options of a run of the pipeline. */
export interface PipelineOptions extends Omit<BatchParts, 'topic'> {
  readonly topic: Topic;
  /** Go on without messages that the topic no longer has now, and note them in `quarantine/gaps`. */
  readonly passOverGaps?: boolean;
  /** What sources on this machine say while the topic is away. */
  readonly wordsHere?: () => readonly SourceWord[];
  /** Called when messages were passed over. */
  readonly onPassedOver?: (gaps: readonly Gap[]) => void;
  /** Most messages in one micro-batch. */
  readonly maxRows: number;
  /** Most bytes of messages, as text, in one micro-batch; unset: no bound. */
  readonly maxBytes?: number;
  /** The shortest time between the starts of two micro-batches, if the first one took all messages. ms */
  readonly triggerMs: number;
  /** Process the messages that are there, then end. */
  readonly once: boolean;
  /** Waits for some ms, or until the signal fires; a timer when absent. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Waits until there may be messages behind these offsets, or for some ms; the topic's own way when absent. */
  readonly arrival?: (offsets: readonly Range[], ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of a monotonic clock; default: the normal clock. */
  readonly monotonic?: () => number;
  /** One sentence while the disk is too full to go on, else null; called before each micro-batch. */
  readonly shortage?: () => string | null;
  /** Called before a micro-batch is planned. @throws when another pipeline has taken over the lake */
  readonly holdLake?: () => Promise<void>;
  /** Called when a micro-batch begins, or begins again. */
  readonly onBegin?: (batchId: number) => void;
  readonly onBatch?: (batch: BatchProgress) => void;
  /** Called with each report of the pipeline, also with one that the lake does not take. */
  readonly onReport?: ((progress: Progress) => void) | undefined;
  /** Called once for each file in the folder of batch records that is not a record. */
  readonly onStranger?: (key: string) => void;
  readonly onTrouble?: (error: Error, retryInMs: number) => void;
  /** Called when a micro-batch that no engine could run goes on with fewer messages. */
  readonly onCut?: (cut: Cut) => void;
  /** Called when a look at the lake's disk is over, with what was deleted because of KEEP. */
  readonly onKept?: (report: KeepReport, deleted: readonly Deleted[]) => void;
  /** Called when maintenance of the tables failed; it is tried again. */
  readonly onUpkeepTrouble?: (error: unknown) => void;
}

/** Micro-batches that may follow each other without maintenance of the tables, and how long that may then take. ms */
const BATCHES_WITHOUT_UPKEEP = 32;
const UPKEEP_MS = 1_000;
/** Time between two reports of a pipeline that waits for messages, unless the trigger is longer. */
const IDLE_MS = 5_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 10_000] as const;
/** Time between two checks of a disk that is too full. */
const ROOM_MS = 1_000;
/** Attempts for a batch that was cut already. */
const CUT_TRIES = 1;
/** The most successful batches before a larger one is tried. */
const MOST_PATIENCE = 64;
/** Errors that may not occur again: another writer committed first, or an executor of Spark died. */
const RETRYABLE_CODES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'commit-conflict',
  'spark-query-failed',
  'batch-accounts-differ',
]);

/**
 * Topic to lake, until the signal fires, or with `once` until nothing is left. A signal abandons the open batch: it is
 * recorded, and the next run finishes it. Answers the totals of this run.
 * @throws ContrailError, DeltaError of any kind but `unavailable`, for which it waits, and a lost commit, which it
 * repeats.
 */
export async function runPipeline(
  options: PipelineOptions,
): Promise<{ readonly batches: number; readonly rows: number }> {
  const { lake, clock, signal, once, triggerMs, monotonic = clock, sleep = timer } = options;
  const topic = new LivedTopic(options.topic);
  const stop = { signal };
  const arrival = options.arrival ?? ((offsets, ms) => topic.arrival(offsets, ms, stop));
  const written = new WrittenFiles(options.engine, lake);
  const parts = { ...options, topic, engine: written.engine };
  const batches = new MicroBatches(parts);
  const report = new Report(options);
  // A file that the next step removes again may still be read at the version in between.
  const upkeep = new Upkeep({
    ...parts,
    onCommitted: () => written.settle(),
    onKeepPoint: options.onPoint,
    onKept: (found, deleted) => {
      report.kept(found);
      options.onKept?.(found, deleted);
    },
  });
  let last: BatchRecord | null | undefined;
  /** The newest batch that this run has finished, or found finished. */
  let finished: BatchRecord | null = null;
  const strangers = new Set<string>();
  let allowance: Allowance | null = null;
  let failures = 0;
  /** The most messages of the next micro-batch: fewer for a while after one that could not be run. */
  let limit = options.maxRows;
  /** Successes before the limit is doubled. A batch that failed because of its size would fail again. */
  let patience = 1;
  let successes = 0;
  /** Ranges that could not be run together: the next micro-batches take the rest of them. */
  let suspected: readonly Range[] = [];
  /** The micro-batch that runs. */
  let open: BatchRecord | null = null;
  /** When the next micro-batch begins, by the monotonic clock; null: as soon as there are messages. */
  let dueAtMs: number | null = null;
  /** Micro-batches since the last maintenance; at the start it is assumed to be due. */
  let batchesSince = BATCHES_WITHOUT_UPKEEP;
  const totals = { batches: 0, rows: 0 };
  report.passedOver(await gapTotals(lake).catch(() => null));
  // A problem of the lake is met below, where the pipeline waits for its end.
  await report.begin();
  while (signal?.aborted !== true) {
    try {
      const shortage = options.shortage?.() ?? null;
      if (shortage !== null) {
        const error = new ContrailError('disk-floor', shortage);
        await report.trouble(error);
        options.onTrouble?.(error, ROOM_MS);
        // Maintenance deletes files, which frees space.
        await lookAfter({ budgetMs: 0, isFull: true });
        await sleep(ROOM_MS, signal);
        continue;
      }
      if (last === undefined) {
        await finishMerge(lake);
        last = await newestRecord(lake.store, stranger);
        topic.life = lifeOfRecord(last);
        await checkBatches(lake, last, topic.name);
        const unfinished = await unfinishedRepair(lake.store);
        if (unfinished !== null) throw unfinished;
        await sameTopic(last);
        if (last !== null) await checkMarks(last, topic, lake.store.url);
        await lake.addColumns();
        if (last !== null && isCut(last)) {
          limit = Math.min(limit, Math.max(1, rowsIn(last.ranges)));
          suspected = last.failed ?? [];
        }
        if (last !== null && finished?.batch_id !== last.batch_id) {
          if (await isFinished(lake, last)) {
            finished = last;
            report.found(last.batch_id);
          } else {
            if (options.passOverGaps === true) last = await passOver(last);
            await finish(last);
          }
        }
      }
      const offsets = await topic.offsets(stop);
      const unread = unreadRanges(offsets, last);
      const expired = expiredIn(unread, offsets);
      if (expired.length > 0 && !(await mayPass(expired))) throw expiredUnread(expired);
      const pending = keptOf(unread, offsets);
      const lookedAtMs = monotonic();
      if (rowsIn(unread) === 0 || (dueAtMs !== null && !once)) {
        await report.write('waiting', pending);
        await lookAfter({ budgetMs: once ? Infinity : restMs(dueAtMs, monotonic(), triggerMs) });
        if (once) break;
        if (dueAtMs === null) await arrival(offsets, Math.max(triggerMs, IDLE_MS), signal);
        else await sleep(restMs(dueAtMs, monotonic(), triggerMs), signal);
        dueAtMs = null;
        continue;
      }
      if (batchesSince >= BATCHES_WITHOUT_UPKEEP) await lookAfter({ budgetMs: UPKEEP_MS });
      await report.write('running', pending);
      await options.holdLake?.();
      options.onPoint?.('planned');
      const topicId = (await sameTopic(last))?.id ?? null;
      const plan: BatchRecord = {
        batch_id: (last?.batch_id ?? 0) + 1,
        topic: topic.name,
        ...(topicId === null ? {} : { topic_id: topicId }),
        recorded_at_ms: clock(),
        ...(await planned(unread, pending)),
        tables: await newestBatches(lake, topic.name, 'memory'),
      };
      await writeRecord(lake.store, plan);
      options.onPoint?.('recorded');
      last = plan;
      const left = rowsIn(unread) - rowsIn(plan.ranges);
      await finish(plan, left);
      // A pipeline that is behind starts the next batch at once.
      dueAtMs = left > 0 ? null : lookedAtMs + triggerMs;
      failures = 0;
    } catch (thrown) {
      // Best effort: files that stay belong to no table, and vacuum finds them.
      await written.discard().catch(() => undefined);
      if (isAborted(signal)) break;
      batches.reset();
      last = undefined;
      const failed: BatchRecord | null = open;
      open = null;
      const trouble =
        failed === null || isWorthATry(thrown, failures, failed) ? thrown : await cut(failed, thrown);
      if (trouble === null) continue;
      if (isAborted(signal)) break;
      const error =
        trouble instanceof Error ? trouble : new Error('The pipeline failed.', { cause: trouble });
      if (!isWorthATry(error, failures, failed)) {
        await report.fail(error);
        if (finished !== null) await note(finished);
        throw error;
      }
      const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number;
      failures += 1;
      await report.trouble(error);
      options.onTrouble?.(error, pause);
      await sleep(pause, signal).catch(() => undefined);
    }
  }
  await report.write('stopped', null).catch(() => undefined);
  if (finished !== null) await note(finished);
  return totals;

  /** Best effort: without it, the next run does the batch again, which changes nothing. */
  async function note({ batch_id, topic: name }: BatchRecord): Promise<void> {
    await noteFinished(lake.store, { batch_id, tables: await newestBatches(lake, name) }).catch(
      () => undefined,
    );
  }

  /** Plans the next batch, with its gaps, and with the expired ones as a whole. */
  async function planned(
    unread: readonly Range[],
    pending: readonly Range[],
  ): Promise<Pick<BatchRecord, 'ranges' | 'marks' | 'gaps'>> {
    const batch = await planWithin(restOf(suspected, pending), { ...options, maxRows: limit }, (ranges) =>
      topic.bytesIn(ranges, stop),
    );
    const ranges = batch.map((range, index) => ({ ...range, start: unread[index]?.start ?? range.start }));
    const marks = await marksOf(topic, ranges);
    const plan = marks.length === 0 ? { ranges } : { ranges, marks };
    if (options.passOverGaps !== true) return plan;
    const found = await topic.gaps(ranges, stop);
    const { kept } = await allowed();
    const gaps = gapsOf(
      found.filter((gap) => isAllowed({ kept }, gap)),
      clock(),
    );
    return gaps.length === 0 ? plan : { ...plan, gaps };
  }

  /** A batch that did not run, without the messages that the topic no longer has. */
  async function passOver(open: BatchRecord): Promise<BatchRecord> {
    const tables = await newestBatches(lake, topic.name);
    const isBegun = Object.values(tables).includes(open.batch_id);
    const parts = { allowance: await allowed(), isBegun, nowMs: clock(), lake: lake.store.url };
    const amended = await withGaps(open, topic, parts, signal);
    if (amended !== open) await amend(lake.store, amended);
    return amended;
  }

  async function allowed(): Promise<Allowance> {
    allowance ??= { kept: await topic.offsets(stop) };
    return allowance;
  }

  async function mayPass(gaps: readonly TopicGap[]): Promise<boolean> {
    if (options.passOverGaps !== true) return false;
    const then = await allowed();
    return gaps.every((gap) => isAllowed(then, gap));
  }

  /** The identity of the present topic, which must be the one that the lake is filled from. */
  async function sameTopic(record: BatchRecord | null): Promise<TopicIdentity | null> {
    const identity = await topic.identity(stop);
    const problem = record === null ? null : checkIdentity(record, identity, lake.store.url);
    if (problem !== null) throw problem;
    return identity;
  }

  function stranger(key: string): void {
    if (strangers.has(key)) return;
    strangers.add(key);
    options.onStranger?.(key);
  }

  /** Maintains the tables. Best effort: tables with many small files are slower, but just as correct. */
  async function lookAfter(what: Omit<UpkeepRun, 'signal'>): Promise<void> {
    batchesSince = 0;
    const begunAtMs = monotonic();
    let hasFailed = false;
    try {
      await upkeep.run({ ...what, signal });
      written.settle();
    } catch (error) {
      await written.discard().catch(() => undefined);
      hasFailed = !isAborted(signal);
      if (hasFailed) options.onUpkeepTrouble?.(error);
    } finally {
      report.maintained(monotonic() - begunAtMs, hasFailed);
    }
  }

  /** Raises the limit step by step, from the size that worked to the usual one. */
  function grow(): void {
    successes += 1;
    if (successes < patience) return;
    limit = Math.min(options.maxRows, limit * 2);
    successes = 0;
  }

  /** Cuts a batch; answers the error to handle, or null if the batch can now be run. */
  async function cut(failed: BatchRecord, error: unknown): Promise<unknown> {
    try {
      const done = await cutBatch(parts, failed, error, signal);
      if (done === null) return error;
      [failures, successes] = [0, 0];
      patience = done.messages === 0 ? 1 : Math.min(patience * 2, MOST_PATIENCE);
      options.onCut?.(done);
      return null;
    } catch (trouble) {
      return trouble;
    } finally {
      // The files of the trial runs belong to no table.
      await written.discard().catch(() => undefined);
    }
  }

  async function finish(plan: BatchRecord, lag: number = 0): Promise<void> {
    options.onBegin?.(plan.batch_id);
    open = plan;
    const begunAtMs = monotonic();
    const done = await report.during(batches.run(plan, signal));
    open = null;
    written.settle();
    const progress = { ...done, duration_ms: monotonic() - begunAtMs, lag_after: lag };
    finished = plan;
    batchesSince += 1;
    if (!isCut(plan)) grow();
    totals.batches += 1;
    totals.rows += progress.rows_in;
    report.add(progress);
    if (plan.gaps !== undefined || plan.losses !== undefined) report.passedOver(await gapTotals(lake));
    if (plan.gaps !== undefined) options.onPassedOver?.(plan.gaps);
    options.onBatch?.(progress);
  }
}

/** The rest of a trigger, ms; never more than one trigger, even if the clock was changed. */
const restMs = (dueAtMs: number | null, nowMs: number, triggerMs: number): number =>
  dueAtMs === null ? triggerMs : Math.min(triggerMs, Math.max(0, dueAtMs - nowMs));

const timer = (ms: number, signal?: AbortSignal): Promise<void> => wait(ms, undefined, { signal });

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/**
 * Unavailable services are waited for. A commit that was lost to another writer, such as an OPTIMIZE of the Gold files that
 * the batch replaces, and lost executors of Spark are retried, a few times in a row: after that it is a fault.
 */
function isWorthATry(error: unknown, failures: number, failed: BatchRecord | null): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const tries = failed === null || !isCut(failed) ? RETRY_MS.length : CUT_TRIES;
  return kindOf(error) === 'unavailable' || (RETRYABLE_CODES.has(code) && failures < tries);
}
