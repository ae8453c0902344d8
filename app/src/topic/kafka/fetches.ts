import { type ClusterTopicMetadata, type Consumer, FetchIsolationLevels } from '@platformatic/kafka';
import type { OffsetRange } from '../topic.ts';
import type { Fetched } from './read.ts';

/** Compressed bytes of one fetch. Decoded, this is a few ten MB at most. */
const FETCH_BYTES = 1024 * 1024;
/** How long a broker may wait for messages. */
const FETCH_WAIT_MS = 500;

const NOTHING: Fetched = { records: null, abortedTransactions: null };

/** Fetches from the leaders of a topic's partitions, one at a time: a fetch session serves one request (KIP-227). */
export class Fetches {
  readonly #reader: Consumer;
  readonly #lookUp: () => Promise<ClusterTopicMetadata | null>;
  /** The last fetch in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param lookUp says which topic it is now, and who leads its partitions; null if there is none */
  constructor(reader: Consumer, lookUp: () => Promise<ClusterTopicMetadata | null>) {
    this.#reader = reader;
    this.#lookUp = lookUp;
  }

  /** One fetch from the start of a range. Its answer may end before the end of the range, or after it. */
  from(range: OffsetRange): Promise<Fetched> {
    const fetch = this.#last.then(() => this.#fetch(range));
    this.#last = fetch.catch(() => undefined);
    return fetch;
  }

  async #fetch({ partition, start }: OffsetRange): Promise<Fetched> {
    const topic = await this.#lookUp();
    const leader = topic?.partitions[partition]?.leader;
    if (topic === null || leader === undefined) return NOTHING;
    try {
      const { responses } = await this.#reader.fetch({
        node: leader,
        topics: [
          {
            topicId: topic.id,
            partitions: [
              {
                partition,
                fetchOffset: start,
                partitionMaxBytes: FETCH_BYTES,
                // -1: no claim about leader epochs, which only replicas need.
                currentLeaderEpoch: -1,
                lastFetchedEpoch: -1,
              },
            ],
          },
        ],
        maxBytes: FETCH_BYTES,
        minBytes: 1,
        maxWaitTime: FETCH_WAIT_MS,
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      // A session answers nothing for a partition that has nothing new.
      return responses[0]?.partitions[0] ?? NOTHING;
    } catch (error) {
      // The next attempt asks the partition's new leader.
      this.#reader.clearMetadata();
      throw error;
    }
  }
}
