import { DeltaError } from '../errors.ts';
import { type Container, CONTAINER_SPAN, RowIndexes } from './row-indexes.ts';

/**
 * Deletion vectors are RoaringBitmaps of 64 bits in their portable form, all numbers little-endian:
 *
 *     vector    = magic:u32 count:u64 { high:u32 bitmap }*
 *     bitmap    = ( 12346:u32 containers:u32 | 12347:u16 (containers-1):u16 isRun:bit* ) { key:u16 (cardinality-1):u16 }*
 *                 [ offset:u32 ]* container*        offsets: unless there are runs and less than 4 containers
 *     container = values:u16*  (cardinality <= 4096)  |  bits:8192 bytes  |  runs:u16 { start:u16 (length-1):u16 }*
 *
 * Source: Delta protocol, "Deletion Vector Format"; RoaringBitmap/RoaringFormatSpec.
 */
const MAGIC = 1_681_511_377;
const WITHOUT_RUNS = 12_346;
const WITH_RUNS = 12_347;
const OFFSETS_FROM = 4;
const ARRAY_LIMIT = 4096;
const BITMAP_BYTES = CONTAINER_SPAN / 8;
/** Indexes stay safe integers. */
const MAX_HIGH = 2 ** 21 - 1;

/**
 * Decodes the bytes of a deletion vector, the magic number included.
 * @throws DeltaError corrupt-file when they are something else, or end too early or too late.
 */
export function decodeRoaring(bytes: Uint8Array): RowIndexes {
  const cursor = new Cursor(bytes);
  const magic = cursor.u32();
  if (magic !== MAGIC) throw corrupt(`its magic number is ${magic}, not ${MAGIC}`);
  const count = cursor.u64();
  const containers = new Map<number, Container>();
  let previous = -1;
  for (let i = 0n; i < count; i++) {
    const high = cursor.u32();
    if (high <= previous || high > MAX_HIGH) throw corrupt(`its bitmaps are out of order at ${high}`);
    previous = high;
    readBitmap(cursor, high * CONTAINER_SPAN, containers);
  }
  if (cursor.left > 0) throw corrupt(`${cursor.left} bytes follow its end`);
  return new RowIndexes(containers);
}

/** Reads one bitmap of 32 bits; its containers are numbered from `base` on. */
function readBitmap(cursor: Cursor, base: number, into: Map<number, Container>): void {
  const cookie = cursor.u32();
  const hasRuns = (cookie & 0xffff) === WITH_RUNS;
  if (!hasRuns && cookie !== WITHOUT_RUNS) throw corrupt(`${cookie} does not begin a bitmap`);
  const count = hasRuns ? (cookie >>> 16) + 1 : cursor.u32();
  if (count > CONTAINER_SPAN) throw corrupt(`a bitmap of ${count} containers`);
  const runFlags = hasRuns ? cursor.bytes(Math.ceil(count / 8)) : new Uint8Array(0);
  const heads = Array.from({ length: count }, () => ({ key: cursor.u16(), cardinality: cursor.u16() + 1 }));
  if (!hasRuns || count >= OFFSETS_FROM) cursor.bytes(count * 4);
  let previous = -1;
  for (const [i, { key, cardinality }] of heads.entries()) {
    if (key <= previous) throw corrupt(`its containers are out of order at ${key}`);
    previous = key;
    const isRun = ((runFlags[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
    into.set(base + key, isRun ? readRuns(cursor) : readPlain(cursor, cardinality));
  }
}

function readPlain(cursor: Cursor, cardinality: number): Container {
  if (cardinality > ARRAY_LIMIT) return cursor.bytes(BITMAP_BYTES).slice();
  const values = Uint16Array.from({ length: cardinality }, () => cursor.u16());
  for (let i = 1; i < cardinality; i++) {
    if ((values[i] ?? 0) <= (values[i - 1] ?? 0)) throw corrupt('a container is not sorted');
  }
  return values;
}

function readRuns(cursor: Cursor): Container {
  const bits = new Uint8Array(BITMAP_BYTES);
  for (let runs = cursor.u16(); runs > 0; runs--) {
    const start = cursor.u16();
    const end = start + cursor.u16();
    if (end >= CONTAINER_SPAN) throw corrupt(`a run ends at ${end}`);
    for (let low = start; low <= end; low++) bits[low >> 3] = (bits[low >> 3] ?? 0) | (1 << (low & 7));
  }
  return bits;
}

class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#take(length), length);
  }

  #take(length: number): number {
    if (length > this.left) throw corrupt('it ends too early');
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

function corrupt(what: string): DeltaError {
  return new DeltaError('corrupt-file', `${what}.`);
}
