import type { Progress } from '../../lake/progress.ts';
import type { SourceStatus, Stage, StageName, StageState, TableStatus } from '../protocol.ts';
import type { Thresholds } from './thresholds.ts';

/** The facts from which the state of the stages follows. */
export interface StageFacts {
  readonly now_ms: number;
  readonly tables: readonly TableStatus[];
  readonly progress: Progress | null;
  readonly aircraft: number;
  /** Newest event time in the picture, epoch seconds. */
  readonly event_time: number | null;
  /** As far as they are known. */
  readonly sources: readonly SourceStatus[];
  readonly thresholds: Thresholds;
}

const START_SOURCE = 'start one with "contrail up" or "contrail produce --source ..."';
const START_PIPELINE = 'start it with "contrail pipeline" or "contrail up"';

/**
 * The state of each stage, in the order of the flow. Pure. A stage that is not ok says in one sentence what is missing
 * and what to do. If the reason is in the stage before, it says so and leaves the advice to that stage.
 */
export function stagesOf(facts: StageFacts): readonly Stage[] {
  return [
    sourceStage(facts),
    topicStage(facts),
    tableStage(facts, 'bronze', ['bronze/flights'], 'messages in the topic'),
    tableStage(facts, 'silver', ['silver/flights'], 'bronze'),
    tableStage(facts, 'silver_ml', ['silver/flights_ml'], 'silver'),
    tableStage(facts, 'gold', ['gold/traffic_by_country', 'gold/metrics_by_category'], 'silver'),
    dashboardStage(facts),
  ];
}

/** waiting, ok, delayed or stale by age alone. */
export function stateOfAge(
  age_s: number | null,
  delayed_s: number,
  stale_s: number,
): Exclude<StageState, 'failed'> {
  if (age_s === null) return 'waiting';
  if (age_s > stale_s) return 'stale';
  return age_s > delayed_s ? 'delayed' : 'ok';
}

function sourceStage(facts: StageFacts): Stage {
  const { progress, thresholds } = facts;
  const received_ms = newest(progress?.batches.map((batch) => batch.ingested_at_max_ms) ?? []);
  // A pipeline that has just started has no batches yet, but rows in Bronze show that there was a source.
  const bronze = facts.tables.find(({ name }) => name === 'bronze/flights');
  const age_s = ageOf(facts, received_ms ?? (hasRows(bronze) ? (bronze?.committed_at_ms ?? null) : null));
  const silence = silenceOf(facts);
  const isPresent = messagesIn(progress) > 0 || age_s !== null;
  const byAge = stateOfAge(age_s ?? 0, thresholds.tableDelayed_s, thresholds.tableStale_s);
  // The messages of a running micro-batch are newer than those of any finished one.
  const isRead = byAge !== 'ok' && isRunning(facts) && lagOf(progress) > 0;
  const byMessages = !isPresent ? ('waiting' as const) : isRead ? ('ok' as const) : byAge;
  // A source that says what keeps it is late, and says why before its messages are missed.
  const said = silence === null ? saidBy(facts.sources) : null;
  const state = said !== null && byMessages === 'ok' ? ('delayed' as const) : byMessages;
  const sentence = {
    waiting: said ?? `No message has arrived yet: ${START_SOURCE}.`,
    ok: null,
    delayed:
      said ?? `The newest message came ${seconds(age_s)} ago; the source may be waiting for its next poll.`,
    stale:
      said ?? silence ?? `No message for ${seconds(age_s)}: look at the source's log, or ${START_SOURCE}.`,
  }[state];
  return { name: 'source', state, rows: null, lag: null, age_s: isRead ? null : age_s, sentence };
}

/** What the sources that are not well say of themselves; null when all are. */
function saidBy(sources: readonly SourceStatus[]): string | null {
  const told = sources.flatMap(({ source, state, message, notices }) => {
    const isWell = state === 'ok' || state === 'ended' || (state === 'waiting' && message === null);
    const sentences = isWell ? notices : [message, ...notices].filter((one) => one !== null);
    return sentences.map((one) => (sources.length > 1 ? `${source}: ${one}` : one));
  });
  return told.length === 0 ? null : told.join(' ');
}

function topicStage(facts: StageFacts): Stage {
  const { progress } = facts;
  const name = 'topic';
  if (progress === null) {
    return { name, state: 'waiting', rows: null, lag: null, age_s: null, sentence: silenceOf(facts) };
  }
  const rows = messagesIn(progress);
  const lag = lagOf(progress);
  const age_s = ageOf(facts, progress.at_ms);
  const silence = silenceOf(facts);
  if (silence !== null) return { name, state: 'stale', rows, lag, age_s, sentence: silence };
  if (progress.message !== null && progress.state !== 'failed') {
    return { name, state: 'delayed', rows, lag, age_s, sentence: progress.message };
  }
  if (rows === 0) {
    return {
      name,
      state: 'waiting',
      rows,
      lag,
      age_s,
      sentence: `The topic has no messages yet: ${START_SOURCE}.`,
    };
  }
  // One batch behind is the normal course; more means that messages come faster than they are read.
  const lastBatch = progress.batches.at(-1)?.rows_in ?? 0;
  const isBehind = lag > lastBatch && lag > 0 && progress.batches.length > 0;
  return {
    name,
    state: isBehind ? 'delayed' : 'ok',
    rows,
    lag,
    age_s,
    sentence: isBehind
      ? `The pipeline is ${lag} messages behind; it catches up by itself when messages come more slowly.`
      : null,
  };
}

function tableStage(facts: StageFacts, name: StageName, tables: readonly string[], before: string): Stage {
  const { progress, thresholds } = facts;
  const found = facts.tables.filter((table) => tables.includes(table.name));
  const isPresent = found.length === tables.length && found.every(hasRows);
  const rows = found.every((table) => table.rows === null)
    ? null
    : found.reduce((sum, one) => sum + (one.rows ?? 0), 0);
  const oldest = isPresent ? Math.min(...found.map((table) => table.committed_at_ms ?? 0)) : null;
  const age_s = ageOf(facts, oldest);
  const stage = { name, rows, lag: null, age_s };
  if (progress?.state === 'failed') {
    const message = progress.message ?? `The pipeline has failed: see its log, then ${START_PIPELINE}.`;
    return { ...stage, state: 'failed', sentence: message };
  }
  const refusal = found.find((table) => table.refusal !== null)?.refusal ?? null;
  if (refusal !== null) return { ...stage, state: 'failed', sentence: refusal };
  if (!isPresent) {
    const missing = found.find((table) => !hasRows(table))?.name ?? name;
    const isFirst = name === 'bronze' && isRunning(facts);
    const reason = isFirst ? 'the first micro-batch is running' : `it waits for ${before}`;
    const sentence = silenceOf(facts) ?? `${missing} has no rows yet; ${reason}.`;
    return { ...stage, state: 'waiting', sentence };
  }
  if (oldest !== null && oldest - facts.now_ms > thresholds.pipelineSilent_s * 1000) {
    const dated = `Its newest commit is dated ${timeOfDay(oldest)}, but here it is ${timeOfDay(facts.now_ms)}`;
    return {
      ...stage,
      state: 'delayed',
      sentence: `${dated}: one of the two clocks is wrong or was set back.`,
    };
  }
  const state = stateOfAge(age_s, thresholds.tableDelayed_s, thresholds.tableStale_s);
  if (state === 'ok') return { ...stage, state, sentence: null };
  const reason = isRunning(facts) ? 'a micro-batch is still running' : `nothing new came from ${before}`;
  return { ...stage, state, sentence: silenceOf(facts) ?? `No commit for ${seconds(age_s)}: ${reason}.` };
}

function dashboardStage(facts: StageFacts): Stage {
  const { thresholds, aircraft, event_time } = facts;
  const age_s = ageOf(facts, event_time === null ? null : event_time * 1000);
  const state = stateOfAge(age_s, thresholds.positionsDelayed_s, thresholds.positionsStale_s);
  const sentence = {
    waiting: 'No positions yet: the picture waits for silver.',
    ok: null,
    delayed: `The newest position is ${seconds(age_s)} old.`,
    stale: `No new positions since ${timeOfDay((event_time ?? 0) * 1000)}.`,
  }[state];
  return { name: 'dashboard', state, rows: aircraft, lag: null, age_s, sentence };
}

/** One sentence if the pipeline does not run, or cannot work; null while it works. */
function silenceOf({ progress, now_ms, thresholds }: StageFacts): string | null {
  if (progress === null) return `The pipeline has not run on this lake yet: ${START_PIPELINE}.`;
  const since = timeOfDay(progress.at_ms);
  if (progress.state === 'stopped') return `The pipeline was stopped at ${since}: ${START_PIPELINE}.`;
  if (now_ms - progress.at_ms > thresholds.pipelineSilent_s * 1000) {
    return `The pipeline has not reported since ${since}: see its log, or ${START_PIPELINE}.`;
  }
  if (progress.at_ms - now_ms > thresholds.pipelineSilent_s * 1000) {
    return `The pipeline's report is dated ${since}, but here it is ${timeOfDay(now_ms)}: one of the two clocks is wrong or was set back.`;
  }
  if (progress.state === 'waiting' && progress.message !== null) {
    return `The pipeline is waiting and will continue by itself: ${progress.message}`;
  }
  return null;
}

function isRunning(facts: StageFacts): boolean {
  return facts.progress?.state === 'running' && silenceOf(facts) === null;
}

function lagOf(progress: Progress | null): number {
  return progress?.topic.partitions.reduce((sum, partition) => sum + partition.lag, 0) ?? 0;
}

function messagesIn(progress: Progress | null): number {
  return progress?.topic.partitions.reduce((sum, partition) => sum + Number(partition.end), 0) ?? 0;
}

function hasRows(table: TableStatus | undefined): boolean {
  // The number of rows is unknown if a file has no statistics; then any file counts as rows.
  return table !== undefined && (table.rows ?? table.files ?? 0) > 0;
}

function newest(times_ms: readonly (number | null)[]): number | null {
  return times_ms.reduce<number | null>(
    (max, one) => (one !== null && (max === null || one > max) ? one : max),
    null,
  );
}

/** Seconds since a time; never negative, because a clock may be slightly off. */
function ageOf({ now_ms }: StageFacts, since_ms: number | null): number | null {
  return since_ms === null ? null : Math.max(0, (now_ms - since_ms) / 1000);
}

function seconds(age_s: number | null): string {
  return `${Math.round(age_s ?? 0)} s`;
}

function timeOfDay(epoch_ms: number): string {
  // Any program may date a commit, so the time may be impossible.
  if (!(epoch_ms >= 0 && epoch_ms < 253_402_300_800_000)) return 'an impossible time';
  return `${new Date(epoch_ms).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
