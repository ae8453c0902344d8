import { existsSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { Spool } from '../../topic/spool/spool.ts';
import { readWords, wordsBeside } from '../../topic/spool/word-file.ts';
import { spoolFile } from '../data-folder.ts';
import { count } from '../terminal/say.ts';
import { type Finding, look } from './finding.ts';

/** What waits for the topic on the disk; nothing where no poll does. */
export async function spoolFinding(
  { topicName }: Pick<Settings, 'topicName'>,
  data: string,
): Promise<readonly Finding[]> {
  const file = spoolFile(data, topicName);
  if (!existsSync(file)) return [];
  let isEmpty = false;
  const finding = await look('spool', 'see the message; move the file away to go on without it', () => {
    const found = Spool.look(file);
    if (found === 'held') {
      const said = readWords(wordsBeside(file)).map(
        ({ source, message, notices }) => `; ${source}: ${message ?? notices.at(-1) ?? 'it waits'}`,
      );
      return `${file} is in use: a source sends what waits in it as soon as the topic takes it${said.join('')}`;
    }
    isEmpty = found.polls === 0;
    return `${count(found.polls)} polls (${(found.bytes / 1e6).toFixed(2)} MB) wait in ${file}: "contrail produce" or "up" sends them first`;
  });
  return isEmpty ? [] : [finding];
}
