import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';
import { describeTopicContract } from './contract.ts';

describeTopicContract('embedded', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-topic-'));
  const opened: EmbeddedTopic[] = [];
  return {
    async open() {
      const topic = await EmbeddedTopic.open({
        directory,
        name: 'opensky-data',
        partitions: 4,
        clock: () => 1_700_000_000_000,
        retention: { maxAgeMs: 7 * 86_400_000, maxBytes: 1024 ** 3 },
      });
      opened.push(topic);
      return topic;
    },
    async [Symbol.asyncDispose]() {
      for (const topic of opened) await topic[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
