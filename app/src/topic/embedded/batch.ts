/**
 * How messages are stored. The unit is the *stored batch*: neighbouring messages of one partition, at most {@link
 * MAX_BATCH_MESSAGES} of them and about {@link MAX_BATCH_BYTES} of text, so that a reader that holds one batch holds a
 * bounded amount of memory.
 *
 *     payload   := zstd frame with content checksum( text )
 *     text      := value *( LF value )          encoding 'lines', when no value holds a LF
 *                | JSON array of strings        encoding 'json': read, and no longer written
 *     payload   := zstd frame with content checksum( *( length value ) )   encoding 'bytes', when a value holds a LF or is
 *                                                                          not UTF-8; length: little-endian uint32
 *     timestamps:= absent when all are equal | little-endian float64 per message
 */
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { ContrailError } from '../../errors.ts';
import type { MessageValue } from '../../flight/decode-message.ts';
import { requireTimestamp } from '../refusals.ts';
import type { Message } from '../topic.ts';
import { partitionOf } from '../murmur2.ts';
import { release } from '../release.ts';

/** The most messages in a stored batch, and in a chunk that a reader gets. */
export const MAX_BATCH_MESSAGES = 5_000;
/** Room that a batch begins with, and by which it grows: twice as much each time would be touched, and mostly not used. */
const MORE_BYTES = 131_072;
const LF = 0x0a;
/** The most UTF-8 bytes of text in a stored batch, unless a single message is larger. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Messages of one partition that will be one stored batch: as they are added, their bytes lie beside each other. */
export class PendingBatch {
  readonly partition: number;
  readonly timestamps_ms: number[] = [];
  /** UTF-8 bytes of the values, each with a LF after it. */
  text_bytes = 0;
  /** Whether no value holds a LF and all are text. */
  #isLines = true;
  readonly #lengths: number[] = [];
  #content: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(MORE_BYTES));

  constructor(partition: number) {
    this.partition = partition;
  }

  add({ value, timestamp_ms }: Message, bytes: number): void {
    const start = this.text_bytes;
    this.text_bytes += bytes + 1;
    if (this.text_bytes > this.#content.length) {
      // Moves the bytes, and leaves nothing behind for the garbage collector.
      const bytes = this.#content.buffer.transfer(this.text_bytes + MORE_BYTES);
      this.#content = Buffer.from(bytes);
    }
    if (typeof value === 'string') {
      this.#content.write(value, start);
      this.#isLines &&= !value.includes('\n');
    } else {
      this.#content.set(value, start);
      this.#isLines = false;
    }
    this.#content[start + bytes] = LF;
    this.#lengths.push(bytes);
    this.timestamps_ms.push(timestamp_ms);
  }

  /** What is compressed, and how its values are told apart. */
  content(): { readonly encoding: BatchEncoding; readonly content: Buffer<ArrayBuffer> } {
    if (this.#isLines) return { encoding: 'lines', content: this.#content.subarray(0, this.text_bytes - 1) };
    const content = Buffer.from(new ArrayBuffer(this.text_bytes + 3 * this.#lengths.length));
    let [from, to] = [0, 0];
    for (const bytes of this.#lengths) {
      content.writeUInt32LE(bytes, to);
      this.#content.copy(content, to + 4, from, from + bytes);
      from += bytes + 1;
      to += bytes + 4;
    }
    return { encoding: 'bytes', content };
  }
}

/** A batch as the columns of its row. The transaction that stores it assigns the offsets. */
export interface EncodedBatch {
  readonly partition: number;
  readonly count: number;
  /** Newest timestamp in the batch, epoch ms. Retention by age uses it. */
  readonly timestamp_ms: number;
  readonly timestamps: Uint8Array | null;
  readonly encoding: BatchEncoding;
  readonly text_bytes: number;
  readonly payload: Uint8Array;
}

/** `json` is of earlier versions. */
export type BatchEncoding = 'lines' | 'json' | 'bytes';

const compress = promisify(zstdCompress);
/** Level 1 costs less time than it saves in writing, and shrinks state vectors about eightfold (decision 0002). */
const ZSTD_PARAMETERS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};

/**
 * Sorts messages into batches by partition, keeping their order within each. Batches of one partition follow
 * each other in the result in the order of their messages.
 * @throws ContrailError `invalid` when a timestamp is not a whole number of milliseconds.
 */
export function toBatches(messages: Iterable<Message>, partitions: number): PendingBatch[] {
  const batches: PendingBatch[] = [];
  const open = new Map<number, PendingBatch>();
  for (const message of messages) {
    requireTimestamp(message.timestamp_ms);
    const partition = partitionOf(message, partitions);
    const bytes = Buffer.byteLength(message.value);
    let batch = open.get(partition);
    if (
      batch === undefined ||
      batch.timestamps_ms.length >= MAX_BATCH_MESSAGES ||
      batch.text_bytes + bytes + 1 > MAX_BATCH_BYTES
    ) {
      batch = new PendingBatch(partition);
      open.set(partition, batch);
      batches.push(batch);
    }
    batch.add(message, bytes);
  }
  return batches;
}

/**
 * Encodes batches, and gives up their bytes; the compression runs on a thread of libuv's pool, of one after the other, because each
 * takes 2 MB. Text that is not well-formed Unicode is repaired (U+FFFD).
 */
export async function encodeBatches(batches: readonly PendingBatch[]): Promise<readonly EncodedBatch[]> {
  const encoded: EncodedBatch[] = [];
  for (const batch of batches) encoded.push(await encodeBatch(batch));
  return encoded;
}

async function encodeBatch(batch: PendingBatch): Promise<EncodedBatch> {
  const { encoding, content } = batch.content();
  const payload = await compress(content, ZSTD_PARAMETERS);
  release(content);
  const first = batch.timestamps_ms[0] ?? 0;
  return {
    partition: batch.partition,
    count: batch.timestamps_ms.length,
    timestamp_ms: batch.timestamps_ms.reduce((newest, timestamp) => Math.max(newest, timestamp), first),
    timestamps: batch.timestamps_ms.every((timestamp) => timestamp === first)
      ? null
      : packTimestamps(batch.timestamps_ms),
    encoding,
    text_bytes: batch.text_bytes,
    payload,
  };
}

/**
 * The values of a stored payload. Synchronous: a payload is small enough ({@link MAX_BATCH_BYTES}) for a few ms.
 * @throws ContrailError `corrupt` when the checksum, the encoding or the number of values is wrong.
 */
export function decodeValues(payload: Uint8Array, encoding: string, count: number): readonly MessageValue[] {
  let values: readonly MessageValue[];
  try {
    const content = zstdDecompressSync(payload);
    if (encoding === 'bytes') values = [...valuesIn(content)];
    else {
      const text = content.toString('utf8');
      values = encoding === 'json' ? listOfTexts(JSON.parse(text)) : text.split('\n');
    }
  } catch (cause) {
    throw new ContrailError('topic-damaged', `A stored batch cannot be decoded: ${String(cause)}.`, {
      cause,
    });
  }
  if (values.length !== count) {
    throw new ContrailError(
      'topic-damaged',
      `A stored batch holds ${values.length} messages, but its row says ${count}.`,
    );
  }
  return values;
}

/** Reads values that follow each other, each after its length. @throws RangeError when one is cut off */
function* valuesIn(content: Buffer): Generator<MessageValue> {
  for (let start = 0; start < content.byteLength;) {
    const end = start + 4 + content.readUInt32LE(start);
    if (end > content.byteLength) throw new RangeError('the last value is cut off');
    const bytes = content.subarray(start + 4, end);
    yield isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.from(bytes);
    start = end;
  }
}

function listOfTexts(json: unknown): readonly string[] {
  if (Array.isArray(json) && json.every((value) => typeof value === 'string')) return json;
  throw new TypeError('it is not a list of texts');
}

/**
 * One timestamp for all messages, or one each, epoch ms.
 * @throws ContrailError `corrupt` when their number does not match
 */
export function decodeTimestamps(
  timestamps: Uint8Array | null,
  timestamp_ms: number,
  count: number,
): number | readonly number[] {
  if (timestamps === null) return timestamp_ms;
  if (timestamps.byteLength !== 8 * count) {
    throw new ContrailError(
      'topic-damaged',
      `A stored batch holds ${timestamps.byteLength / 8} timestamps, but its row says ${count}.`,
    );
  }
  const view = new DataView(timestamps.buffer, timestamps.byteOffset, timestamps.byteLength);
  return Array.from({ length: timestamps.byteLength / 8 }, (_, i) => view.getFloat64(i * 8, true));
}

function packTimestamps(timestamps_ms: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(timestamps_ms.length * 8));
  timestamps_ms.forEach((timestamp, i) => view.setFloat64(i * 8, timestamp, true));
  return new Uint8Array(view.buffer);
}
