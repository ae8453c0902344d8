import { describe, inject } from 'vitest';
import { describeTopicContract } from '../../app/test/topic/contract.ts';
import type { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';
import { freshName, HAS_JAVA, kafkaTopic } from './broker.ts';

describe.skipIf(!HAS_JAVA)('with a broker', { timeout: 120_000 }, () => {
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
