import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { KafkaBroker, type KafkaOptions, startKafka } from '../../app/src/cluster/kafka.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { KafkaTopic, type KafkaTopicOptions } from '../../app/src/topic/kafka/kafka-topic.ts';

/** A broker in a temporary folder; `restart` starts it again in the same folder and on the same ports. */
export interface TestBroker extends AsyncDisposable {
  readonly broker: KafkaBroker;
  restart(): Promise<KafkaBroker>;
}

export async function startBroker(options: Partial<KafkaOptions> = {}): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-'));
  const all: KafkaOptions = {
    folder,
    cacheFolder: CACHE_FOLDER,
    port: 0,
    heapMegabytes: 256,
    say: (line) => process.stderr.write(`${line}\n`),
    ...options,
    // A broker that was killed may come back when its former life has timed out.
    properties: {
      'broker.heartbeat.interval.ms': '500',
      'broker.session.timeout.ms': '3000',
      ...options.properties,
    },
  };
  let broker = await startKafka(all);
  return {
    get broker() {
      return broker;
    },
    async restart() {
      broker = await startKafka({ ...all, port: broker.port, controllerPort: broker.controllerPort });
      return broker;
    },
    async [Symbol.asyncDispose]() {
      await broker.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let names = 0;
/** A topic name that no test has used. */
export const freshName = (): string => `topic-${process.pid}-${++names}`;

/** A topic of 4 partitions that keeps everything. */
export function kafkaTopic(
  bootstrap: string,
  name: string,
  options: Partial<KafkaTopicOptions> = {},
): KafkaTopic {
  return new KafkaTopic({
    connection: { bootstrap: [bootstrap], tls: null, sasl: null },
    name,
    partitions: 4,
    creation: { replication: 1, retention: { maxAgeMs: 1e13, maxBytes: 1e12 } },
    random: () => 0.5,
    ...options,
  });
}

/** Messages `first` to `first + count - 1`, keys in turn. */
export function numbered(count: number, first = 0, keys = 16): Message[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `key-${(first + i) % keys}`,
    value: String(first + i),
    timestamp_ms: 1_700_000_000_000 + i,
  }));
}
