import type { Settings } from '../config/settings.ts';
import { examine, type RepairParts } from '../pipeline/repair/examine.ts';
import { finishRepair, readLost, repair as goOn } from '../pipeline/repair/repair.ts';
import { settle } from '../pipeline/repair/settle.ts';
import { loadAirports } from './airports.ts';
import { existingData } from './data-folder.ts';
import { openEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { problemWords, stepWords } from './repair-words.ts';
import { scratchFolder } from './scratch.ts';
import { SYSTEM } from './system.ts';
import { MergeLines } from './terminal/merge-progress.ts';
import { openTopic } from './topic.ts';
import { untilRoom } from './until-room.ts';

const NOTHING = 'Nothing is wrong with lake and topic that keeps the pipeline from going on.';
const COMPUTE = 'compute what tables lack from the rows of Bronze';
const DONE = 'Repaired: start the pipeline again. quarantine.gaps says what it goes on without, if anything.';
const STOPPED = 'Stopped before all tables were computed: "contrail repair --go" goes on.';

/** What a person can do about a topic that is gone. */
const noTopic = ({ kafkaBootstrap }: Settings): string =>
  kafkaBootstrap === null
    ? 'repair --go would: make a new topic, and go on with it.'
    : 'Start "contrail produce" or "contrail up", which makes a new topic, then repair.';

/**
 * `contrail repair`: says what keeps the pipeline from going on, and what a repair would do; with `go` does it. Without
 * it writes nothing. Answers whether the pipeline can go on now.
 * @param tell prints a line
 */
export async function repair(
  settings: Settings,
  { go }: { readonly go: boolean },
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const data = existingData(settings, ['lake', 'topic']);
  await using home = openLake(settings, data, signal, 'repair');
  if (go) await untilRoom(() => home.claim(), signal);
  // An embedded topic that is gone is made here.
  await using topic = await openTopic(settings, data, !go);
  using scratch = await scratchFolder('repair');
  await using engine = await openEngine(settings, data, home.store, { scratch });
  const parts: RepairParts = { lake: home.lake, topic, engine, clock: SYSTEM.clock };
  if (go) await finishRepair(parts);
  const found = await examine(parts);
  const diagnosis = go ? await readLost(parts, found) : found;
  const { record, problems, isOwing } = diagnosis;
  for (const line of problemWords(diagnosis)) tell(line);
  if (problems.length === 0) {
    tell(NOTHING);
    return true;
  }
  if (record === null && !isOwing) {
    if (problems.some(({ code }) => code === 'topic-gone')) tell(noTopic(settings));
    return false;
  }
  const steps = [...stepWords(diagnosis), ...(isOwing ? [COMPUTE] : [])];
  for (const line of steps) tell(`${go ? 'repair' : 'repair --go would'}: ${line}`);
  if (!go) return false;
  if (record !== null) await goOn(parts, { ...diagnosis, record });
  const lines = new MergeLines('Computing', SYSTEM.monotonic);
  const isSettled =
    !isOwing ||
    (await settle({
      ...parts,
      airports: loadAirports(),
      signal,
      holdLake: () => home.hold(),
      onProgress: (progress) => lines.show(progress),
    }));
  tell(isSettled ? DONE : STOPPED);
  return isSettled;
}
