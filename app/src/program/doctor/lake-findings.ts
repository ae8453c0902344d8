/** Checks of a lake and its topic, with or without a running pipeline. They only read. */
import type { Settings } from '../../config/settings.ts';
import { keepNow } from '../../lake/keep/now.ts';
import { diskWords } from '../../lake/keep/words.ts';
import { type Progress, readProgress } from '../../lake/progress.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { ContrailError } from '../../errors.ts';
import { clockNotice } from '../../pipeline/clock-difference.ts';
import { lakeAccounts, type LakeFacts, lakeFacts } from '../../pipeline/facts.ts';
import { openEngine } from '../engine.ts';
import { type Finding, look } from './finding.ts';
import type { LakeHome } from '../lake/open-lake.ts';
import { count } from '../terminal/say.ts';
import { scratchFolder } from '../scratch.ts';
import { SYSTEM } from '../system.ts';
import { openTopic, topicPlace } from '../topic.ts';

/** A pipeline reports at every trigger, and at least this often. One that has been silent for longer does not run. */
const SILENT_MS = 60_000;
const SILENT_TRIGGERS = 3;

/** Findings about topic, lake and pipeline. */
export async function lakeFindings(
  settings: Settings,
  data: string,
  home: LakeHome,
): Promise<readonly Finding[]> {
  let progress: Progress | null = null;
  let facts: LakeFacts | null = null;
  const topic = await look('topic', 'see the message', async () => {
    await using open = await openTopic(settings, data, true);
    const place = `${open.name} of ${topicPlace(settings, data)}`;
    if (!(await open.exists())) return `${place} does not exist yet: "contrail produce" creates it`;
    progress = await readProgress(home.store);
    facts = await lakeFacts(home.lake, open, progress?.batch_id ?? null);
    // In Kafka, transaction markers and messages that compaction removed have offsets too.
    const noun = settings.kafkaBootstrap === null ? 'messages' : 'offsets';
    return `${place}: ${count(facts.held)} ${noun} in ${open.partitions} partitions, ${count(facts.unread)} of them not in the lake yet`;
  });
  const lake = await look('lake', 'see the message; "contrail table check" checks a table', () =>
    lakeNow(settings, data, home),
  );
  progress ??= await readProgress(home.store).catch(() => null);
  return [
    topic,
    lake,
    pipelineFinding(progress, facts, SYSTEM.clock()),
    clockFinding(progress),
    await diskFinding(home, SYSTEM.clock()),
    ...sourceFindings(progress, SYSTEM.clock()),
    ...noticeFindings(progress),
  ];
}

/** How large the lake is and what is deleted next. A budget that does not reach is unhealthy: the newest day never goes. */
async function diskFinding({ lake }: LakeHome, nowMs: number): Promise<Finding> {
  const advice = 'set a larger size in KEEP, or take in fewer aircraft';
  return look('disk', advice, async () => {
    const report = await keepNow(lake, nowMs);
    if (report.notice !== null) throw new ContrailError('lake-too-large', report.notice);
    return report.tables.length === 0 ? 'the lake has no tables yet' : diskWords(report);
  });
}

/** Says how many tables there are, and how many messages the accounts find in them. */
async function lakeNow(settings: Settings, data: string, home: LakeHome): Promise<string> {
  const { store, lake } = home;
  const versions = await Promise.all(
    BATCH_TABLES.map(async (definition) => (await (await lake.table(definition))?.snapshot())?.version),
  );
  const existing = versions.filter((version) => version !== undefined).length;
  if (existing === 0) return `${store.url}, empty so far`;
  using scratch = await scratchFolder('doctor');
  await using engine = await openEngine(settings, data, store, { share: 0.25, scratch });
  const { messages, bronze, refused, passed_over, unknown, deleted, archived } = await lakeAccounts(
    lake,
    engine,
  );
  const gone = deleted === 0 ? '' : `, ${count(deleted)} deleted as KEEP says`;
  const more = unknown === 0 ? '' : ` and ${count(unknown)} stretches of unknown length`;
  const gaps =
    passed_over + unknown === 0 ? '' : `, ${count(passed_over)} passed over${more} (see quarantine.gaps)`;
  const rows = archived === 0 ? '' : `; ${count(archived)} rows of archives besides`;
  return `${store.url}, ${existing} of ${BATCH_TABLES.length} tables, ${count(messages)} messages: ${count(bronze)} in Bronze, ${count(refused)} in the quarantine alone${gone}${gaps}${rows}`;
}

/**
 * Compares the pipeline's last report with the lake. A pipeline is healthy if it was stopped, or if it waits for a
 * service or for disk space, because it goes on by itself. It is unhealthy if it failed, or ended in the middle of a
 * micro-batch.
 */
export function pipelineFinding(progress: Progress | null, facts: LakeFacts | null, nowMs: number): Finding {
  const check = 'pipeline';
  const open = facts?.open ?? null;
  const finished = facts?.finished ?? progress?.batch_id ?? null;
  const done =
    finished === null
      ? 'no micro-batch is finished yet'
      : `micro-batch ${finished} is the newest that is finished`;
  const unfinished =
    open === null
      ? ''
      : `, micro-batch ${open.batch_id} of ${count(open.offsets)} messages was planned ${ago(nowMs - open.planned_at_ms)} and is not finished`;
  if (progress === null) {
    if (finished === null && open === null) return { check, ok: true, found: 'has not run on this lake yet' };
    return { check, ok: open === null, found: `${done}${unfinished}`, advice: RESTART };
  }
  const { at_ms, state, message, engine, trigger_ms } = progress;
  const said = message === null ? '' : `: ${oneLine(message)}`;
  const reported = ago(nowMs - at_ms);
  if (state === 'failed')
    return {
      check,
      ok: false,
      found: `failed ${reported}${said || ': it did not say why'} (${done}${unfinished})`,
      advice: 'do what the message says, then start it again',
    };
  const isSilent = state !== 'stopped' && nowMs - at_ms > Math.max(SILENT_MS, SILENT_TRIGGERS * trigger_ms);
  if (isSilent)
    return {
      check,
      ok: open === null,
      found: `ended without a report after "${state}" ${reported}, as if it was killed; ${done}${unfinished}`,
      advice: RESTART,
    };
  // A running pipeline has an open micro-batch most of the time.
  const left = state === 'stopped' ? unfinished : '';
  return { check, ok: true, found: `${state} with ${engine}, reported ${reported}; ${done}${left}${said}` };
}

const RESTART =
  'start it again: it repeats the open micro-batch and loses nothing; if it ends like this every time, its last line says why (for lack of memory, lower MEMORY_LIMIT or MAX_BATCH_ROWS)';

/** Compares the newest positions with the clock that stamped them. A late feed is not a fault of this machine. */
function clockFinding(progress: Progress | null): Finding {
  const check = 'clock';
  const newest = progress?.batches.at(-1);
  if (newest === undefined)
    return { check, ok: true, found: 'there are no positions yet to compare it with' };
  const behindSeconds = newest.clock_behind_s ?? null;
  if (behindSeconds === null) return { check, ok: true, found: 'agrees with the newest positions' };
  return { check, ok: behindSeconds < 0, found: clockNotice(behindSeconds), advice: 'set the clock' };
}

/**
 * The last report of each source, its next poll and its credits. A source that waits for credits or for a service is healthy; one that
 * was refused needs a person.
 */
export function sourceFindings(progress: Progress | null, nowMs: number): readonly Finding[] {
  return (progress?.sources ?? []).map(({ source, state, message, at_ms, next_poll_at_ms, credits_left }) => {
    const next =
      next_poll_at_ms === null || state === 'ended' || next_poll_at_ms < nowMs
        ? ''
        : `, next in ${Math.ceil((next_poll_at_ms - nowMs) / 1000)} s`;
    const credits = credits_left === null ? '' : `, ${count(credits_left)} credits left`;
    const said = message === null ? '' : `: ${oneLine(message)}`;
    return {
      check: 'source',
      ok: state !== 'unauthorized',
      found: `${source} is ${state}, said ${ago(nowMs - at_ms)}${next}${credits}${said}`,
      advice: 'do what the message says; the source goes on by itself',
    };
  });
}

/** Other messages of the pipeline about problems that a person should fix although it goes on; each says what to do. */
function noticeFindings(progress: Progress | null): readonly Finding[] {
  const clock = clockFinding(progress).found;
  const advice = 'do what the message says; it disappears with the next micro-batches';
  return (progress?.notices ?? [])
    .map(oneLine)
    .filter((found) => found !== clock && found !== progress?.keep?.notice)
    .map((found) => ({ check: 'notice', ok: false, found, advice }));
}

/** Messages of services may have many lines; a finding has one. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}
