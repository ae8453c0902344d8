import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { kindDiffers, kindName } from '../flight/kind.ts';
import { ingest, type IngestCounts } from '../ingest/ingest.ts';
import type { Topic } from '../topic/topic.ts';
import type { Source } from '../ingest/source.ts';
import { lakeFolder, newData, spoolFolder } from './data-folder.ts';
import { topicFloor } from './disk-floor.ts';
import { hopelessness, notDue, sourceWords } from './source-words.ts';
import { chooseSources, isLive } from './source.ts';
import { ingestAll, sumOf } from './ingest-all.ts';
import { openSpool } from './spool.ts';
import { Heard, startProducerStatus } from './status/heard.ts';
import { SYSTEM } from './system.ts';
import { count, say } from './terminal/say.ts';
import { SendProgress } from './terminal/send-progress.ts';
import { lineLog } from './terminal/line-log.ts';
import { openTopic, topicPlace } from './topic.ts';
import { untilRoom } from './until-room.ts';

/**
 * `contrail produce`: sends what a source gives into the topic. Live sources run until the signal; `once` ends after one
 * poll. Answers how much is in the topic.
 */
export async function produce(settings: Settings, once: boolean, signal: AbortSignal): Promise<IngestCounts> {
  const log = lineLog(settings.logLevel);
  // For less memory: docs/decisions/0018.
  setFlagsFromString('--heap-growing-percent=20');
  const { sources, simulated } = await chooseSources(settings, signal);
  const data = newData(settings, simulated ?? false);
  await using topic = await untilRoom(() => openTopic(settings, data, false), signal);
  const held = kindHeld(settings, data, topic, signal);
  // A live source does not wait for a topic that is away: its polls wait on the disk.
  const ready = held.then((kind) => checkKind(kind, simulated));
  // Met where something is appended, or below.
  ready.catch(() => undefined);
  await using spool = sources.some(isLive) ? openSpool(settings, data, topic, ready) : null;
  const told = new Heard();
  await using _status = await startProducerStatus(settings, data, told, spool);
  const kind = await (spool === null
    ? held
    : Promise.race([held, SYSTEM.sleep(PATIENCE_MS, signal).then(() => null)]));
  // Declared once, by the first poll that shows the kind: the topic then refuses the other kind for good.
  let declared: Promise<void> | null = null;
  const declare = ({ firstSimulated }: IngestCounts): void => {
    if (declared !== null || firstSimulated === null) return;
    declared = topic.declareSimulated(kind ?? firstSimulated, { signal });
    // A failure is thrown at the end, below; until then it must not count as unhandled.
    declared.catch(() => undefined);
  };
  const run = async (source: Source, label: string | undefined): Promise<IngestCounts> => {
    const isOnePoll = once && isLive(source);
    const giveUp = new AbortController();
    let hopeless: string | null = null;
    let tooEarly: string | null = null;
    const judge = hopelessness(SYSTEM.clock);
    const judgeTurn = notDue(SYSTEM.clock);
    const tell = label === undefined ? say : (text: string): void => say(`${label}: ${text}`);
    const speak = sourceWords(tell);
    const progress = new SendProgress(SYSTEM.monotonic, { speak: tell, isShared: label !== undefined });
    const counts = await ingest(source, told.before(isLive(source) ? (spool ?? topic) : topic), {
      clock: SYSTEM.clock,
      sleep: SYSTEM.sleep,
      shortage: topicFloor(settings, data),
      signal: AbortSignal.any([signal, giveUp.signal]),
      label,
      onPoll: (sums) => {
        declare(sums);
        told.sent.set(source.name, sums);
        progress.show(sums);
        log({ source: source.name, polls: sums.polls, messages: sums.messages, msg: 'polled' });
      },
      onState: (state) => {
        speak(state);
        hopeless ??= isOnePoll ? judge(state) : null;
        tooEarly ??= isOnePoll ? judgeTurn(state) : null;
        if (hopeless !== null || tooEarly !== null) giveUp.abort();
      },
      expectSimulated: kind ?? simulated ?? undefined,
      maxPolls: isOnePoll ? 1 : undefined,
      // End its line before anything else is printed.
    }).finally(() => progress[Symbol.dispose]());
    if (hopeless !== null) throw noPoll(source.name, hopeless);
    if (spool !== null && isOnePoll) await spool.drained(AbortSignal.any([signal, SYSTEM.timeout(DRAIN_MS)]));
    const waiting = spool?.waiting ?? 0;
    // A topic that is away is told with the first poll of the next run.
    if (waiting === 0) await declared;
    // For a timer that starts this more often than the credits allow polls.
    if (tooEarly !== null) {
      say(`${source.name}: nothing was asked, and nothing was sent.`);
      return counts;
    }
    const isSimulated = (kind ?? counts.firstSimulated) === true;
    const others = isSimulated ? counts.real : counts.simulated;
    if (others > 0)
      say(
        `${count(others)} positions of ${source.name} are ${kindName(!isSimulated)} ones among ${kindName(isSimulated)} ones: the pipeline puts them into quarantine, with the reason other_kind.`,
      );
    say(
      `${source.name}: ${count(counts.messages)} messages in ${count(counts.polls)} polls are in topic ${topic.name} of ${topicPlace(settings, data)}${waiting === 0 ? '' : `, or among the ${count(waiting)} polls that wait in ${spoolFolder(data)} until it is back`}.`,
    );
    return counts;
  };
  const counts = await ingestAll(sources, run);
  return counts.length === 1 ? (counts[0] as IngestCounts) : sumOf(counts);
}

/** How long a live source waits for a topic before it begins; with `once`, how long the spool may take to be sent. */
const [PATIENCE_MS, DRAIN_MS] = [3_000, 10_000];

/** What topic or lake hold already: simulated positions, real ones, or nothing (null). */
async function kindHeld(
  settings: Settings,
  data: string,
  topic: Topic,
  signal: AbortSignal,
): Promise<boolean | null> {
  const held = (await topic.describe({ signal })).simulated;
  return held ?? (await kindOfLake(settings, data, signal));
}

/** @throws ContrailError `invalid` / `lake-kind-differs` */
function checkKind(held: boolean | null, simulated: boolean | null): void {
  if (held === null || simulated === null || held === simulated) return;
  throw kindDiffers('The topic', held, (came) => `Choose another TOPIC_NAME for ${came} positions.`);
}

/** Whether the lake holds simulated positions; the library that reads it is loaded only where there may be one. */
async function kindOfLake(settings: Settings, data: string, signal: AbortSignal): Promise<boolean | null> {
  if (settings.garageEndpoint === null && !existsSync(lakeFolder(data))) return null;
  const { openLake } = await import('./lake/open-lake.ts');
  await using home = openLake(settings, data, signal);
  return await home.lake.simulated();
}

const noPoll = (source: string, message: string): ContrailError =>
  new ContrailError(
    'source-unavailable',
    `${source} did not answer, so nothing was sent: ${message}. Try again later, or leave out --once to wait for it.`,
    { facts: { source } },
  );
