/**
 * Finds the stretches of a topic file that cannot be read. A stored batch is either whole or damaged, because its
 * messages are one compressed frame with a checksum. The batches before and after a damaged one are not affected.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { OffsetRange } from '../topic.ts';
import { readStored } from './read.ts';

/** Stored batches that are checked between two pauses. */
const STEP = 16;

/**
 * The stretches of a range whose messages cannot be read, in order. Reads every stored batch of the range, and yields
 * null now and then, so that the caller can let other work of the process run.
 * @param range inside what the topic keeps
 */
export function* damagedStretches(
  connection: DatabaseSync,
  range: OffsetRange,
): Generator<OffsetRange | null, void, undefined> {
  const { partition } = range;
  let next = range.start;
  let looked = 0;
  for (const first of firstOffsets(connection, range)) {
    if (++looked % STEP === 0) yield null;
    const count = readableMessages(connection, partition, first);
    if (count === 0n) continue;
    if (first > next) yield { partition, start: next, end: first };
    if (first + count > next) next = first + count;
  }
  if (next < range.end) yield { partition, start: next, end: range.end };
}

/** How many messages a stored batch gives: 0 when it is damaged. */
function readableMessages(connection: DatabaseSync, partition: number, first: bigint): bigint {
  try {
    return BigInt(readStored(connection, partition, first).values.length);
  } catch {
    // Whatever the fault is, it makes these messages unreadable, and the caller reports that.
    return 0n;
  }
}

/** Where the stored batches of a range begin. If the index is damaged, only those before and after the damage. */
function firstOffsets(connection: DatabaseSync, { partition, start, end }: OffsetRange): readonly bigint[] {
  const found = new Set<bigint>();
  for (const order of ['asc', 'desc']) {
    try {
      const statement = connection.prepare(
        `select first_offset from batch indexed by batch_by_offset
         where partition = ?1 and first_offset < ?3 and first_offset >= coalesce(
           (select max(first_offset) from batch where partition = ?1 and first_offset <= ?2), ?2)
         order by first_offset ${order}`,
      );
      statement.setReadBigInts(true);
      const rows = statement.iterate(partition, start, end) as unknown as Iterable<{
        readonly first_offset: bigint;
      }>;
      for (const row of rows) found.add(row.first_offset);
      break;
    } catch {
      // Keep what was found before the damage, then search from the other end: everything in between is damaged.
    }
  }
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
}
