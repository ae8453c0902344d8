import type { Settings } from '../config/settings.ts';
import { examine, type RepairParts } from '../pipeline/repair/examine.ts';
import { owedRange } from '../pipeline/repair/lost-messages.ts';
import { finishRepair, repair as goOn } from '../pipeline/repair/repair.ts';
import { existingData } from './data-folder.ts';
import { openEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { owedWords, problemWords, stepWords } from './repair-words.ts';
import { scratchFolder } from './scratch.ts';
import { SYSTEM } from './system.ts';
import { openTopic } from './topic.ts';
import { untilRoom } from './until-room.ts';

const NOTHING = 'Nothing is wrong with lake and topic that keeps the pipeline from going on.';
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
  const diagnosis = await examine(parts);
  const { record, problems, isOwing } = diagnosis;
  for (const line of problemWords(diagnosis)) tell(line);
  if (problems.length === 0) {
    tell(NOTHING);
    return true;
  }
  if (record === null) {
    if (problems.some(({ code }) => code === 'topic-gone')) tell(noTopic(settings));
    return false;
  }
  for (const line of stepWords(diagnosis)) tell(`${go ? 'repair' : 'repair --go would'}: ${line}`);
  if (!go) return false;
  await goOn(parts, { ...diagnosis, record });
  const owed = isOwing ? await owedRange(home.lake, engine) : null;
  if (owed !== null) tell(`Tables lack rows that Bronze has. Now run: ${owedWords(owed)}`);
  tell('Repaired: start the pipeline again. quarantine.gaps says what it goes on without.');
  return true;
}
