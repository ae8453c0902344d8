/**
 * Record batches as brokers keep them, written into one piece of memory: the client library makes some fifteen objects a message, which
 * took most of the memory and of the CPU time of a producer.
 *
 *     batch  := base_offset (int64: 0) length (int32) leader_epoch (int32: 0) magic (int8: 2) crc (uint32) attributes (int16)
 *               last_offset_delta (int32) base_timestamp (int64) max_timestamp (int64) producer_id (int64) producer_epoch (int16)
 *               base_sequence (int32) count (int32) records                    big-endian; crc: CRC-32C from attributes on
 *     records:= zstd frame of *record
 *     record := length (varint) attributes (int8: 0) timestamp_delta (varint) offset_delta (varint)
 *               key_length (varint; -1: none) key value_length (varint) value headers (varint: 0)          varint: zigzag
 *
 * Source: Kafka protocol guide, "Record Batch" and "Record"; KIP-98 (producer id, epoch and sequence), KIP-110 (zstd).
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { release } from '../release.ts';
import { requireTimestamp } from '../refusals.ts';
import type { Message } from '../topic.ts';

/** Bytes before the records, those that no crc covers, and where some fields are. */
const HEADER_BYTES = 61;
const [LENGTH_AT, MAGIC_AT, CRC_AT, ATTRIBUTES_AT] = [8, 16, 17, 21];
const [LAST_DELTA_AT, BASE_TIME_AT, MAX_TIME_AT, PRODUCER_AT, COUNT_AT] = [23, 27, 35, 43, 57];
const [MAGIC, ZSTD] = [2, 4];
/** The most bytes that a record takes beyond key and value: six varints, of which one has 10 bytes and the others 5, and a byte. */
const RECORD_OVERHEAD = 36;
const FIRST_BYTES = 65_536;
/** As in the embedded topic: level 1 costs less time than it saves. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Messages of one partition, packed. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  /** The batch but for what {@link signed} fills in. */
  readonly bytes: Buffer;
}

/** Who sends a batch, and which of its messages this is, for brokers to tell a repeated batch. */
export interface Producer {
  readonly id: bigint;
  readonly epoch: number;
  readonly sequence: number;
}

/**
 * The sequence number after a batch of `count` messages: 0 follows the largest int32. A busy partition is there after weeks.
 * Source: KIP-98, and `incrementSequence` of Kafka's own client.
 */
export const sequenceAfter = (sequence: number, count: number): number => (sequence + count) % 2 ** 31;

/** A batch that is being filled. */
export class PendingRecords {
  readonly #topic: string;
  readonly #partition: number;
  #buffer: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(FIRST_BYTES));
  #used = 0;
  #count = 0;
  #baseMs = 0;
  #maxMs = 0;

  constructor(topic: string, partition: number) {
    this.#topic = topic;
    this.#partition = partition;
  }

  /** The most bytes that a message takes here. */
  static sizeOf({ key, value }: Message): number {
    return (key === null ? 0 : Buffer.byteLength(key)) + Buffer.byteLength(value) + RECORD_OVERHEAD;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#used;
  }

  /** @throws ContrailError `invalid` when the timestamp is not a whole number of milliseconds */
  add({ key, value, timestamp_ms }: Message): void {
    requireTimestamp(timestamp_ms);
    if (this.#count === 0) [this.#baseMs, this.#maxMs] = [timestamp_ms, timestamp_ms];
    this.#maxMs = Math.max(this.#maxMs, timestamp_ms);
    const [keyBytes, valueBytes] = [key === null ? -1 : Buffer.byteLength(key), Buffer.byteLength(value)];
    const [delta, offset] = [timestamp_ms - this.#baseMs, this.#count];
    const length =
      2 +
      varintBytes(delta) +
      varintBytes(offset) +
      varintBytes(keyBytes) +
      Math.max(0, keyBytes) +
      varintBytes(valueBytes) +
      valueBytes;
    this.#reserve(length + RECORD_OVERHEAD);
    this.#varint(length);
    this.#byte(0);
    this.#varint(delta);
    this.#varint(offset);
    this.#varint(keyBytes);
    if (key !== null) this.#used += this.#buffer.write(key, this.#used);
    this.#varint(valueBytes);
    if (typeof value === 'string') this.#used += this.#buffer.write(value, this.#used);
    else {
      this.#buffer.set(value, this.#used);
      this.#used += valueBytes;
    }
    this.#byte(0);
    this.#count += 1;
  }

  /** Packs the messages, and gives their memory back. */
  seal(): RecordBatch {
    const packed = zstdCompressSync(this.#buffer.subarray(0, this.#used), COMPRESSION);
    release(this.#buffer);
    const bytes = Buffer.alloc(HEADER_BYTES + packed.byteLength);
    packed.copy(bytes, HEADER_BYTES);
    bytes.writeInt32BE(bytes.byteLength - LENGTH_AT - 4, LENGTH_AT);
    bytes.writeInt8(MAGIC, MAGIC_AT);
    bytes.writeInt16BE(ZSTD, ATTRIBUTES_AT);
    bytes.writeInt32BE(this.#count - 1, LAST_DELTA_AT);
    bytes.writeBigInt64BE(BigInt(this.#baseMs), BASE_TIME_AT);
    bytes.writeBigInt64BE(BigInt(this.#maxMs), MAX_TIME_AT);
    bytes.writeInt32BE(this.#count, COUNT_AT);
    return { topic: this.#topic, partition: this.#partition, count: this.#count, bytes };
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    // Moves the bytes, and leaves nothing behind for the garbage collector.
    this.#buffer = Buffer.from(this.#buffer.buffer.transfer(Math.max(needed, 2 * this.#buffer.length)));
  }

  #byte(value: number): void {
    this.#buffer[this.#used] = value;
    this.#used += 1;
  }

  /** Safe integers: a timestamp's delta has more than 32 bits. */
  #varint(value: number): void {
    let rest = Math.abs(value) < EXACT ? zigzag(value) : this.#lowBits(value);
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#byte((rest % 128) + 128);
    this.#byte(rest);
  }

  /** The first byte of a number whose double is not exact, then what is left of it. */
  #lowBits(value: number): number {
    const bits = value >= 0 ? 2n * BigInt(value) : -2n * BigInt(value) - 1n;
    this.#byte(Number(bits % 128n) + 128);
    return Number(bits / 128n);
  }
}

/** Fills in who sends it, in place, and the checksum. */
export function signed(
  { bytes }: RecordBatch,
  { id, epoch, sequence }: Producer,
  crc32c: (bytes: Uint8Array) => number,
): Buffer {
  bytes.writeBigInt64BE(id, PRODUCER_AT);
  bytes.writeInt16BE(epoch, PRODUCER_AT + 8);
  bytes.writeInt32BE(sequence, PRODUCER_AT + 10);
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CRC_AT);
  return bytes;
}

/** Its double and one more bit are exact. */
const EXACT = 2 ** 51;
const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);

function varintBytes(value: number): number {
  let bytes = 1;
  // Rounding of the largest numbers does not change how many bytes they have.
  for (let rest = zigzag(value); rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
