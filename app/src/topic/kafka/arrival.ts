import { type ClusterTopicMetadata, Consumer, FetchIsolationLevels } from '@platformatic/kafka';
import type { OffsetRange } from '../topic.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import { abortable } from './patience.ts';

/** How long a broker holds a fetch that finds nothing; so soon after a change of leaders the new one is asked. */
const HOLD_MS = 2_000;

/**
 * Waits for messages by fetches that brokers hold until they have something (KIP-74: with the smallest limit they answer one
 * batch). It has a connection of its own: a fetch that is held would keep reads waiting.
 */
export class KafkaArrival {
  readonly #connection: KafkaConnection;
  #consumer: Consumer | null = null;
  /** Fetches that brokers still hold; a fetch session serves one request at a time (KIP-227). */
  #held: Promise<unknown> = Promise.resolve();

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  /** Resolves when a broker has something at the end of one of the ranges, or after `ms`. @throws what Kafka throws */
  async wait(
    topic: ClusterTopicMetadata,
    ranges: readonly OffsetRange[],
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await abortable(this.#held, signal);
    const byLeader = Map.groupBy(ranges, ({ partition }) => topic.partitions[partition]?.leader ?? -1);
    byLeader.delete(-1);
    const consumer = (this.#consumer ??= new Consumer({
      ...clientOptions(this.#connection),
      groupId: 'contrail',
      retries: 0,
    }));
    const fetches = [...byLeader].map(async ([node, led]) => {
      const { responses } = await consumer.fetch({
        node,
        topics: [
          {
            topicId: topic.id,
            partitions: led.map(({ partition, end }) => ({
              partition,
              fetchOffset: end,
              partitionMaxBytes: 1,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            })),
          },
        ],
        maxBytes: 1,
        minBytes: 1,
        maxWaitTime: Math.max(1, Math.min(ms, HOLD_MS)),
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      const found = responses.some(({ partitions }) => partitions.some(({ records }) => records?.length));
      // The first to find something ends the wait; when none does, the last to answer.
      if (!found) throw new NothingYet();
    });
    this.#held = Promise.allSettled(fetches);
    await abortable(
      Promise.any(fetches).catch((error: AggregateError) => {
        if (error.errors.some((one) => !(one instanceof NothingYet))) throw error;
      }),
      signal,
    );
  }

  async close(): Promise<void> {
    await this.#consumer?.close(true);
  }
}

class NothingYet extends Error {}
