import type { AddFile } from '@contrail/delta-lake';

const HOUR_MS = 3_600_000;
/**
 * How many small files a partition may have before some are compacted, and the least number that are compacted then.
 */
const OPEN_FILES = 40;
const TAKEN_FILES = 32;
/** The same for a partition without a new file for an hour: a day that is over, which gets only a few late rows. */
const CLOSED_FILES = 4;
/** The same without a new file for a day. */
const SETTLED_FILES = 2;
/** A partition with this many files is compacted at once. */
const TOO_MANY_FILES = 3 * OPEN_FILES;

/** How the files of a table are ordered. */
export interface FileOrder {
  /** Only files of one partition are compacted together. Later partitions sort later. */
  readonly partitionOf: (file: AddFile) => string;
  /** Position of a file in its partition: files that are compacted together are neighbours. */
  readonly positionOf: (file: AddFile) => number;
  /** Files from this position on stay as they are, because they are about to be replaced. */
  readonly openFrom?: number;
}

export interface CompactionRules {
  /** Size that files should have. Bytes. */
  readonly targetBytes: number;
  /** The most that may be rewritten now. Bytes. */
  readonly maxBytes: number;
  /** The most that may be rewritten unless there are too many files, because the lake may not become larger. Bytes; Infinity when absent. */
  readonly roomBytes?: number;
  readonly nowMs: number;
  /** Whether the pipeline is about to end: partitions other than the newest then get no more files for now. */
  readonly isLast: boolean;
}

/**
 * The files to compact next; null when nothing is due. In an open partition these are the newest files, and each older
 * neighbour that is not larger than they are together. So sizes double towards the past, a byte is rewritten a
 * logarithmic number of times, and a file holds one stretch of time. A closed partition is compacted from its beginning
 * on, into files of the target size.
 */
export function dueGroup(
  files: readonly AddFile[],
  { partitionOf, positionOf, openFrom = Infinity }: FileOrder,
  rules: CompactionRules,
): readonly AddFile[] | null {
  const { targetBytes, nowMs, isLast, roomBytes = Infinity } = rules;
  const partitions = Map.groupBy(files, partitionOf);
  const newest = [...partitions.keys()].reduce((one, other) => (one > other ? one : other), '');
  const due = [...partitions].flatMap(([partition, all]) => {
    const small = all.filter((file) => file.size < targetBytes / 2 && positionOf(file) < openFrom);
    const quietMs = nowMs - Math.max(...all.map(({ modificationTime }) => modificationTime));
    const isClosed = partition !== newest && (isLast || quietMs >= HOUR_MS);
    const closedFiles = quietMs >= 24 * HOUR_MS ? SETTLED_FILES : CLOSED_FILES;
    return small.length >= (isClosed ? closedFiles : OPEN_FILES) ? [{ small, isClosed }] : [];
  });
  // The partition with the most files comes first.
  for (const { small, isClosed } of due.sort((a, b) => b.small.length - a.small.length)) {
    const sorted = small.sort((a, b) => positionOf(a) - positionOf(b) || (a.path < b.path ? -1 : 1));
    const isCrowded = small.length >= TOO_MANY_FILES;
    const wanted = isLast || isCrowded ? targetBytes : Math.min(rules.maxBytes, targetBytes);
    // Without room, files are put together only where there are too many of them: their number is bounded in any case.
    const limit = isCrowded ? wanted : Math.min(wanted, roomBytes);
    const group = isClosed ? oldestOf(sorted, limit) : newestOf(sorted, limit);
    if (group.length > 1) return group;
  }
  return null;
}

/** The first files with at most `limit` bytes together. */
function oldestOf(files: readonly AddFile[], limit: number): readonly AddFile[] {
  let bytes = 0;
  const end = files.findIndex(({ size }) => (bytes += size) > limit);
  return end === -1 ? files : files.slice(0, end);
}

function newestOf(files: readonly AddFile[], limit: number): readonly AddFile[] {
  let bytes = 0;
  const end = files.toReversed().findIndex(({ size }, index) => {
    if (bytes + size > limit || (index >= TAKEN_FILES && size > bytes)) return true;
    bytes += size;
    return false;
  });
  return end === -1 ? files : files.slice(files.length - end);
}
