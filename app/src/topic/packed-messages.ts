import { isUtf8 } from 'node:buffer';
import type { MessageValue } from '../flight/decode-message.ts';
import { release } from './release.ts';
import type { Message, Messages } from './topic.ts';

type Bytes = Buffer<ArrayBuffer>;

/** The first piece of memory; each next one is twice as large, up to the last. */
const [FIRST_BYTES, LAST_BYTES] = [16_384, 262_144];
const HEAD_BYTES = 9;
const HAS_KEY = 1;
/** The most bytes of UTF-8 for a unit of a JavaScript text. */
const WIDEST = 3;
const EMPTY: Bytes = Buffer.from(new ArrayBuffer(0));

/**
 * Messages of one time of receipt, as bytes: ten thousand of them are sixteen pieces of memory and no objects, so a poll costs the
 * garbage collector nothing, however long it waits for the topic.
 *
 *     packed := *( head key value )            of a piece; no message is cut in two
 *     head   := flags (uint8; 1: has a key) length of key (uint32) length of value (uint32), little-endian
 *
 * A text that is not well-formed Unicode is repaired (U+FFFD), as every topic does. Bytes that are UTF-8 come out as text.
 */
export class PackedMessages implements Messages {
  /** Time of receipt of all of them, epoch milliseconds UTC. */
  timestamp_ms: number;
  #length = 0;
  readonly #pieces: Bytes[] = [];
  /** The last piece, and how much of it is used. */
  #open: Bytes = EMPTY;
  #used = 0;

  constructor(timestamp_ms = 0) {
    this.timestamp_ms = timestamp_ms;
  }

  /** Messages from the bytes of {@link pieces}, one after the other. @throws RangeError when they are cut off */
  static from(bytes: Bytes, timestamp_ms: number): PackedMessages {
    const packed = new PackedMessages(timestamp_ms);
    for (let at = 0; at < bytes.length; packed.#length += 1) at = endOf(bytes, at);
    packed.#pieces.push(bytes);
    return packed;
  }

  get length(): number {
    return this.#length;
  }

  add(key: string | null, value: MessageValue): void {
    const isText = typeof value === 'string';
    this.#reserve(HEAD_BYTES + WIDEST * (key?.length ?? 0) + (isText ? WIDEST : 1) * value.length);
    const [buffer, start] = [this.#open, this.#used];
    const keyStart = start + HEAD_BYTES;
    const valueStart = keyStart + (key === null ? 0 : buffer.write(key, keyStart));
    if (!isText) buffer.set(value, valueStart);
    const end = valueStart + (isText ? buffer.write(value, valueStart) : value.length);
    buffer[start] = key === null ? 0 : HAS_KEY;
    buffer.writeUInt32LE(valueStart - keyStart, start + 1);
    buffer.writeUInt32LE(end - valueStart, start + 5);
    this.#used = end;
    this.#length += 1;
  }

  /** Takes all messages of another, which has none then. */
  takeAll(other: PackedMessages): void {
    this.#seal();
    this.#pieces.push(...other.pieces());
    this.#length += other.length;
    other.#forget();
  }

  /** The bytes, without copying them. */
  pieces(): readonly Bytes[] {
    return this.#used === 0 ? this.#pieces : [...this.#pieces, this.#open.subarray(0, this.#used)];
  }

  *[Symbol.iterator](): Generator<Message, void, void> {
    const { timestamp_ms } = this;
    for (const piece of this.pieces()) {
      for (let start = 0; start < piece.length;) {
        const keyStart = start + HEAD_BYTES;
        const valueStart = keyStart + piece.readUInt32LE(start + 1);
        const end = endOf(piece, start);
        const key = piece[start] === HAS_KEY ? piece.toString('utf8', keyStart, valueStart) : null;
        yield { key, value: valueOf(piece.subarray(valueStart, end)), timestamp_ms };
        start = end;
      }
    }
  }

  /** Gives their memory back at once; none are left. */
  release(): void {
    for (const piece of [...this.#pieces, this.#open]) release(piece);
    this.#forget();
  }

  #forget(): void {
    this.#pieces.length = 0;
    [this.#open, this.#used, this.#length] = [EMPTY, 0, 0];
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#open.length) return;
    const next = Math.min(LAST_BYTES, Math.max(FIRST_BYTES, 2 * this.#open.length));
    this.#seal();
    this.#open = Buffer.from(new ArrayBuffer(Math.max(next, bytes)));
  }

  #seal(): void {
    if (this.#used > 0) this.#pieces.push(this.#open.subarray(0, this.#used));
    [this.#open, this.#used] = [EMPTY, 0];
  }
}

function endOf(bytes: Bytes, start: number): number {
  if (start + HEAD_BYTES > bytes.length) throw new RangeError('The last message is cut off.');
  const end = start + HEAD_BYTES + bytes.readUInt32LE(start + 1) + bytes.readUInt32LE(start + 5);
  if (end > bytes.length) throw new RangeError('The last message is cut off.');
  return end;
}

const valueOf = (bytes: Bytes): MessageValue =>
  isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.from(bytes);
