import { describe, inject } from 'vitest';
import { describeTopicContract } from '../../app/test/topic/contract.ts';
import type { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';
import { freshName, kafkaTopic } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

describe.skipIf(!HAS_KAFKA)('with a broker', { timeout: 120_000 }, () => {
  describeTopicContract('kafka', async () => {
    const name = freshName();
    const opened: KafkaTopic[] = [];
    return {
      async open() {
        const topic = kafkaTopic(inject('bootstrap'), name);
        opened.push(topic);
        return topic;
      },
      async [Symbol.asyncDispose]() {
        for (const topic of opened) await topic[Symbol.asyncDispose]();
      },
    };
  });
});
