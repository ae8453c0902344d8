/**
 * A process of its own that produces through a spool and kills itself, for `spool-kill.test.ts`:
 * `spool-child.ts FOLDER FIRST POLLS AWAY POINT TIMES` appends the polls FIRST, FIRST + 1, … to the embedded topic of FOLDER, which
 * refuses the first AWAY appends, and dies by SIGKILL when it reaches POINT for the TIMES-th time.
 */
import { join } from 'node:path';
import { ContrailError } from '../../app/src/errors.ts';
import { EmbeddedTopic } from '../../app/src/topic/embedded/embedded-topic.ts';
import { PackedMessages } from '../../app/src/topic/packed-messages.ts';
import { SpooledTopic } from '../../app/src/topic/spool/spooled-topic.ts';
import type { Messages } from '../../app/src/topic/topic.ts';

const [folder = '', first = '0', polls = '0', away = '0', deadly = '', times = '1'] = process.argv.slice(2);
let [refusals, left] = [Number(away), Number(times)];

await using topic = await EmbeddedTopic.open({
  directory: join(folder, 'topic'),
  name: 'test',
  partitions: 1,
  clock: () => Date.now(),
  retention: { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
});
const door = {
  say: async () => undefined,
  append: async (messages: Messages) => {
    refusals -= 1;
    if (refusals >= 0) throw new ContrailError('topic-busy', 'The topic is busy.');
    await topic.append(messages);
  },
};
const spooled = SpooledTopic.open(door, {
  file: join(folder, 'spool', 'test.db'),
  maxBytes: 1_000_000,
  clock: () => Date.now(),
  sleep: () => new Promise((resolve) => void setImmediate(resolve)),
  tell: () => undefined,
  onPoint: (point) => {
    if (point !== deadly) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
if (spooled === 'held') throw new Error('The spool is held.');
await using _spooled = spooled;
for (let poll = Number(first); poll < Number(first) + Number(polls); poll += 1) {
  const messages = new PackedMessages(1_780_000_000_000 + poll);
  for (const part of ['a', 'b']) messages.add('4b1812', `${poll} ${part}`);
  await spooled.append(messages);
  // Told once the poll is durable.
  process.stdout.write(`${poll}\n`);
}
await spooled.drained(new AbortController().signal);
