import { Admin, type ClusterTopicMetadata, type Consumer } from '@platformatic/kafka';
import { ContrailError } from '../../errors.ts';
import { REPAIR } from '../next-steps.ts';
import { partitionsDiffer } from '../refusals.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import { hasAnswer, isTopicMissing } from './kafka-errors.ts';

/** How a topic is created. An existing topic stays as it is. */
export interface TopicCreation {
  readonly partitions: number;
  /** Copies of each message; null: as the brokers are configured (`default.replication.factor`). */
  readonly replication: number | null;
  readonly retention: {
    readonly maxAgeMs: number;
    /** Of all partitions together. A broker drops whole segments, so a partition may keep up to 1 GB more. */
    readonly maxBytes: number;
  };
}

/**
 * The brokers' metadata of a topic, at most a few seconds old; null when it does not exist.
 * @throws ContrailError `invalid` / `topic-partitions-differ` when it has another number of partitions
 */
export async function lookUp(
  client: Consumer,
  name: string,
  partitions: number,
  label: string,
): Promise<ClusterTopicMetadata | null> {
  let topic: ClusterTopicMetadata | undefined;
  try {
    topic = (await client.metadata({ topics: [name] })).topics.get(name);
  } catch (error) {
    if (isTopicMissing(error)) return null;
    throw error;
  }
  if (topic === undefined) return null;
  if (topic.partitionsCount === partitions) return topic;
  throw partitionsDiffer(label, topic.partitionsCount, partitions, 'TOPIC_NAME');
}

/**
 * The id that brokers give a topic when it is created (KIP-516). Brokers before version 2.8 give none: the client
 * library then has the name instead, and the protocol 16 zero bytes.
 */
export const idOf = ({ id }: ClusterTopicMetadata, name: string): string | null =>
  id === name || /^[0-]*$/.test(id) ? null : id;

/**
 * Says that a topic is no longer the one that a handle has worked with. A missing topic may come back: a broker that
 * has just started does not know its topics yet.
 * @param label names the topic and its brokers
 */
export function checkTopicId(known: string, found: string | null, label: string): ContrailError | null {
  if (known === found) return null;
  if (found === null) {
    return new ContrailError(
      'topic-away',
      `${label} no longer exists: it was deleted, or the brokers have not found it again yet. ` + REPAIR,
    );
  }
  return new ContrailError(
    'topic-replaced',
    `${label} was deleted and created again while this program used it: its id was ${known} and is now ${found}. ` +
      `Nothing more is read from it or written to it by this program. Start it again. ${REPAIR}`,
    { facts: { known, found } },
  );
}

/** Creates a topic; does nothing if it exists already. */
export async function createTopic(
  connection: KafkaConnection,
  name: string,
  { partitions, replication, retention }: TopicCreation,
): Promise<void> {
  const admin = new Admin({ ...clientOptions(connection), retries: 0 });
  try {
    await admin.createTopics({
      topics: [name],
      partitions,
      // -1: the brokers' own default. Source: KIP-464.
      replicas: replication ?? -1,
      configs: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(retention.maxAgeMs) },
        { name: 'retention.bytes', value: String(Math.ceil(retention.maxBytes / partitions)) },
      ],
    });
  } catch (error) {
    if (!hasAnswer(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  } finally {
    await admin.close();
  }
}
