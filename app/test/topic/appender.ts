/**
 * A process of its own that appends to an embedded topic, for `embedded-processes.test.ts`:
 * `appender.ts DIRECTORY LABEL APPENDS SIZE`. Values are `LABEL:n`, counting up; after each append that was
 * acknowledged it writes the number of messages acknowledged so far as a line on stdout.
 */
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';

const [directory = '', label = '', appends = '0', size = '0'] = process.argv.slice(2);

await using topic = await EmbeddedTopic.open({
  directory,
  name: 'opensky-data',
  partitions: 4,
  clock: () => 1_700_000_000_000,
  retention: { maxAgeMs: 86_400_000, maxBytes: 1024 ** 3 },
});
let next = 0;
for (let append = 0; append < Number(appends); append++) {
  const messages = Array.from({ length: Number(size) }, () => {
    const n = next++;
    return { key: `key-${n % 16}`, value: `${label}:${n}`, timestamp_ms: 1_700_000_000_000 };
  });
  await topic.append(messages);
  process.stdout.write(`${next}\n`);
}
