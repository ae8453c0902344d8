/**
 * Turns the record batches of a fetch into messages. Source: Kafka protocol guide, "Record Batch"; KIP-98 for
 * transactions.
 */
import type { RecordsBatch } from '@platformatic/kafka';
import { isUtf8 } from 'node:buffer';
import type { MessageValue } from '../../flight/decode-message.ts';
import type { MessageChunk, OffsetRange } from '../topic.ts';

/** The most messages in a chunk. */
export const MAX_CHUNK_MESSAGES = 5_000;
/** The most bytes of text in a chunk, unless a single message is larger. */
export const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/** Bits of a batch's attributes. */
const LOG_APPEND_TIME = 1 << 3;
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
/** Type of a control record that ends a transaction without effect: the second int16 of its key. */
const ABORT = 0;

/** What a broker answers for one partition. */
export interface Fetched {
  readonly records?: readonly RecordsBatch[] | null;
  /** Aborted transactions: their messages do not count, from the first offset to the marker. */
  readonly abortedTransactions:
    | readonly { readonly producerId: bigint; readonly firstOffset: bigint }[]
    | null;
}

/**
 * The messages of a range in a fetch, and the offset to continue from (the end of the range if there are no more). Left
 * out are the markers of transactions, the messages of aborted ones, and tombstones (records without a value): none of
 * them is a message, so offsets have gaps there.
 * @param onSeen is called with the number of messages and their bytes
 */
export function toChunks(
  fetched: Fetched,
  range: OffsetRange,
  onSeen?: (messages: number, bytes: number) => void,
): { readonly chunks: readonly MessageChunk[]; readonly next: bigint } {
  const collector = new Collector(range.partition);
  const isAborted = abortedFilter(fetched);
  let next = range.start;
  for (const batch of fetched.records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    const isSkipped = isAborted(batch, last) || (batch.attributes & CONTROL) !== 0;
    for (const record of isSkipped ? [] : batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < range.start || offset >= range.end || record.value === null) continue;
      const isStamped = (batch.attributes & LOG_APPEND_TIME) !== 0;
      const timestamp = isStamped ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta;
      collector.add(offset, Number(timestamp), record.value);
    }
    // A batch keeps its offsets even when compaction has emptied it.
    if (last >= next) next = last + 1n;
    if (next >= range.end) break;
  }
  onSeen?.(collector.messages, collector.bytes);
  return { chunks: collector.finish(), next: next < range.end ? next : range.end };
}

/**
 * A function that tells whether a batch belongs to an aborted transaction. Call it for every batch, in order: a
 * producer's aborted transaction begins at its first offset and ends at its abort marker.
 * Source: `org.apache.kafka.clients.consumer.internals.CompletedFetch`.
 */
function abortedFilter(fetched: Fetched): (batch: RecordsBatch, lastOffset: bigint) => boolean {
  const waiting = [...(fetched.abortedTransactions ?? [])].sort((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : 1,
  );
  const open = new Set<bigint>();
  return (batch, lastOffset) => {
    for (let first = waiting[0]; first !== undefined && first.firstOffset <= lastOffset; first = waiting[0]) {
      open.add(first.producerId);
      waiting.shift();
    }
    if ((batch.attributes & TRANSACTIONAL) === 0) return false;
    const isAborted = open.has(batch.producerId);
    const isMarker = (batch.attributes & CONTROL) !== 0;
    if (isMarker && batch.records[0]?.key?.readInt16BE(2) === ABORT) open.delete(batch.producerId);
    return isAborted;
  };
}

/** Gathers messages of one partition into chunks. */
class Collector {
  readonly #partition: number;
  readonly #chunks: MessageChunk[] = [];
  #offsets: bigint[] = [];
  #timestamps: number[] = [];
  #values: MessageValue[] = [];
  #bytes = 0;
  /** Number of messages that were added. */
  messages = 0;
  bytes = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  add(offset: bigint, timestamp_ms: number, value: Buffer): void {
    const isFull =
      this.#values.length === MAX_CHUNK_MESSAGES || this.#bytes + value.byteLength > MAX_CHUNK_BYTES;
    if (isFull && this.#values.length > 0) this.#seal();
    this.#offsets.push(offset);
    this.#timestamps.push(timestamp_ms);
    this.#values.push(isUtf8(value) ? value.toString('utf8') : Uint8Array.from(value));
    this.#bytes += value.byteLength;
    this.messages += 1;
    this.bytes += value.byteLength;
  }

  finish(): readonly MessageChunk[] {
    if (this.#values.length > 0) this.#seal();
    return this.#chunks;
  }

  #seal(): void {
    const [first] = this.#offsets as [bigint];
    const [timestamp] = this.#timestamps as [number];
    const isDense = this.#offsets.at(-1) === first + BigInt(this.#offsets.length - 1);
    this.#chunks.push({
      partition: this.#partition,
      offsets: isDense ? { first } : this.#offsets,
      timestamps_ms: this.#timestamps.every((other) => other === timestamp) ? timestamp : this.#timestamps,
      values: this.#values,
    });
    this.#offsets = [];
    this.#timestamps = [];
    this.#values = [];
    this.#bytes = 0;
  }
}
