import { mkdtemp, open, type FileHandle, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Row } from '../../parquet/codec.ts';

/** Less than 0 when the left row comes first. */
export type RowOrder = (left: Row, right: Row) => number;

export interface SortOptions {
  /** Rows that are sorted in memory at once. Default 100,000. */
  readonly runRows?: number;
  /** Rows that are written to, and read from, a temporary file at once. Default 1,000. */
  readonly blockRows?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The rows in order; rows that compare equal keep theirs. Up to `runRows` rows are sorted in memory. More are written
 * as sorted runs to temporary files, which are then merged: memory holds first one run, then a block of each run, and
 * never all rows.
 */
export async function* sortRows(
  rows: AsyncIterable<readonly Row[]>,
  order: RowOrder,
  { runRows = 100_000, blockRows = 1000, signal }: SortOptions = {},
): AsyncGenerator<readonly Row[]> {
  await using runs = new Runs(blockRows);
  let waiting: Row[] = [];
  for await (const batch of rows) {
    signal?.throwIfAborted();
    for (const row of batch) {
      waiting.push(row);
      if (waiting.length === runRows) {
        await runs.write(waiting.sort(order));
        waiting = [];
      }
    }
  }
  waiting.sort(order);
  if (runs.count === 0) yield waiting;
  else {
    if (waiting.length > 0) await runs.write(waiting);
    waiting = [];
    yield* merge(runs, order, signal);
  }
}

/** A run and its next row. */
interface Head {
  block: readonly Row[];
  at: number;
  readonly number: number;
  readonly rest: AsyncIterator<readonly Row[]>;
}

async function* merge(
  runs: Runs,
  order: RowOrder,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Row[]> {
  const rowOf = ({ block, at }: Head): Row => block[at] as Row;
  const before = (a: Head, b: Head): boolean => (order(rowOf(a), rowOf(b)) || a.number - b.number) < 0;
  const heap: Head[] = [];
  for (const [number, rest] of runs.read().entries()) {
    const first = await rest.next();
    if (first.done !== true) push(heap, { block: first.value, at: 0, number, rest }, before);
  }
  let out: Row[] = [];
  for (let head = heap[0]; head; head = heap[0]) {
    out.push(rowOf(head));
    if (out.length === runs.blockRows) {
      signal?.throwIfAborted();
      yield out;
      out = [];
    }
    head.at += 1;
    if (head.at === head.block.length) {
      const next = await head.rest.next();
      if (next.done === true) {
        const last = heap.pop();
        if (!last || last === head) continue;
        heap[0] = last;
      } else [head.block, head.at] = [next.value, 0];
    }
    sink(heap, before);
  }
  if (out.length > 0) yield out;
}

function push<T>(heap: T[], item: T, before: (a: T, b: T) => boolean): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as T;
    if (!before(item, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

/** Moves the first item of a heap down to its place. */
function sink<T>(heap: T[], before: (a: T, b: T) => boolean): void {
  const [item] = heap as [T];
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as T, heap[child] as T)) child += 1;
    if (!before(heap[child] as T, item)) break;
    heap[at] = heap[child] as T;
    at = child;
  }
  heap[at] = item;
}

/** Sorted runs in a temporary folder. Each run is a file of blocks; a block follows its length (4 bytes). */
class Runs implements AsyncDisposable {
  readonly blockRows: number;
  #folder: string | null = null;
  readonly #files: FileHandle[] = [];

  constructor(blockRows: number) {
    this.blockRows = blockRows;
  }

  get count(): number {
    return this.#files.length;
  }

  async write(rows: readonly Row[]): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'delta-sort-'));
    const file = await open(join(this.#folder, String(this.#files.length)), 'wx+');
    this.#files.push(file);
    for (let start = 0; start < rows.length; start += this.blockRows) {
      const block = serialize(rows.slice(start, start + this.blockRows));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(block.byteLength);
      await file.writev([length, block]);
    }
  }

  read(): AsyncIterator<readonly Row[]>[] {
    return this.#files.map((file) => readBlocks(file));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files) await file.close();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }
}

async function* readBlocks(file: FileHandle): AsyncGenerator<readonly Row[]> {
  const length = Buffer.alloc(4);
  let at = 0;
  while ((await file.read(length, 0, 4, at)).bytesRead === 4) {
    const block = Buffer.alloc(length.readUInt32LE());
    await file.read(block, 0, block.byteLength, at + 4);
    at += 4 + block.byteLength;
    yield deserialize(block) as readonly Row[];
  }
}
