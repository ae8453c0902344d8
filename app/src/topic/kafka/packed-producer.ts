import {
  type API,
  type Callback,
  type Connection,
  crc32c,
  kGetApi,
  Producer,
  Writer,
} from '@platformatic/kafka';
import { type RecordBatch, sequenceAfter, signed } from './record-batch.ts';

/** Versions from which on texts and lists have compact lengths. Source: KIP-482, and the protocol guide, "Produce". */
const FLEXIBLE = 9;

/** The library's own arguments of a produce request; `value` is a batch, because nothing turns it into bytes. */
type Produce = readonly [
  acks: number,
  timeoutMs: number,
  messages: readonly { readonly value: RecordBatch }[],
  options: { readonly producerId?: bigint; readonly producerEpoch?: number },
  done: Callback<unknown>,
];

/**
 * The library's producer, with leaders, retries and connections, for batches that are packed already: each send is one "message", a
 * whole batch. It counts messages where the library would count sends: a batch keeps its sequence number in every try of one producer
 * id, and gets another one with another id.
 */
export class PackedProducer extends Producer<Buffer, RecordBatch> {
  /** By producer id and partition: the sequence number of the next message. */
  readonly #next = new Map<bigint, Map<number, number>>();
  readonly #sequences = new WeakMap<RecordBatch, { readonly id: bigint; readonly sequence: number }>();

  override [kGetApi]<A extends unknown[], R>(name: string, callback: Callback<API<A, R>>): void {
    super[kGetApi]<A, R>(name, (error, api) => {
      callback(error, api === undefined || name !== 'Produce' ? api : this.#packed(api));
    });
  }

  /** The same request of the same version, but for the records in it. */
  #packed<A extends unknown[], R>(api: API<A, R>): API<A, R> {
    const call = (connection: Connection, ...args: unknown[]): void => {
      const [acks, timeoutMs, [message], options] = args as unknown as Produce;
      const { producerId: id = -1n, producerEpoch: epoch = 0 } = options;
      const create = (): Writer => {
        if (message === undefined) throw new TypeError('A produce request has no batch.');
        const { value: batch } = message;
        const bytes = signed(batch, { id, epoch, sequence: this.#sequenceOf(batch, id) }, crc32c);
        return produceRequest(api.version, { acks, timeoutMs, batch, bytes });
      };
      const way = {
        send: (...[key, version, _create, ...rest]: Parameters<Connection['send']>) =>
          connection.send(key, version, create, ...rest),
      };
      (api as unknown as (to: object, ...rest: unknown[]) => void)(way, ...args);
    };
    return Object.assign(call, { key: api.key, version: api.version, async: api.async }) as API<A, R>;
  }

  #sequenceOf(batch: RecordBatch, id: bigint): number {
    const known = this.#sequences.get(batch);
    if (known?.id === id) return known.sequence;
    const next = this.#next.get(id) ?? new Map<number, number>();
    this.#next.set(id, next);
    const sequence = next.get(batch.partition) ?? 0;
    next.set(batch.partition, sequenceAfter(sequence, batch.count));
    this.#sequences.set(batch, { id, sequence });
    return sequence;
  }
}

/**
 *     request := transactional_id (null) acks (int16) timeout_ms (int32) [ topic [ partition (int32) records ] ]
 *
 * Source: Kafka protocol guide, Produce API, versions 3 to 12.
 */
function produceRequest(
  version: number,
  {
    acks,
    timeoutMs,
    batch,
    bytes,
  }: {
    readonly acks: number;
    readonly timeoutMs: number;
    readonly batch: RecordBatch;
    readonly bytes: Buffer;
  },
): Writer {
  const isFlexible = version >= FLEXIBLE;
  const writer = Writer.create()
    .appendString(null, isFlexible)
    .appendInt16(acks)
    .appendInt32(timeoutMs)
    .appendArray(
      [batch],
      (topics, { topic, partition }) => {
        topics
          .appendString(topic, isFlexible)
          .appendArray(
            [partition],
            (partitions, index) => void partitions.appendInt32(index).appendBytes(bytes, isFlexible),
            isFlexible,
            isFlexible,
          );
      },
      isFlexible,
      isFlexible,
    );
  return isFlexible ? writer.appendTaggedFields() : writer;
}
