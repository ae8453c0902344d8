import type { Settings } from '../config/settings.ts';
import { messageOf } from '../errors.ts';
import { SpooledTopic } from '../topic/spool/spooled-topic.ts';
import type { Topic } from '../topic/topic.ts';
import { spoolFile } from './data-folder.ts';
import { say } from './terminal/say.ts';
import { SYSTEM } from './system.ts';

/**
 * The topic with a spool before it, for sources that do not wait. Null, with a sentence, where there can be none: the sources then
 * wait while the topic is away.
 * @param ready must have happened before anything is sent
 */
export function openSpool(
  settings: Settings,
  data: string,
  topic: Topic,
  ready: Promise<unknown>,
): SpooledTopic | null {
  if (settings.spoolBytes === 0) return null;
  const file = spoolFile(data, topic.name);
  const { clock, sleep } = SYSTEM;
  try {
    const spool = SpooledTopic.open(topic, {
      file,
      maxBytes: settings.spoolBytes,
      ready,
      clock,
      sleep,
      tell: say,
    });
    if (spool !== 'held') return spool;
    say(`Another program uses the spool ${file}: this one takes no polls while the topic is away.`);
  } catch (error) {
    say(
      `The spool ${file} cannot be opened (${messageOf(error)}): no polls are taken while the topic is away.`,
    );
  }
  return null;
}
