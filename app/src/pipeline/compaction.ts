import type { AddFile } from '@contrail/delta-lake';

const HOUR_MS = 3_600_000;
/** Small files that a partition may have before some are put together, and how many of the newest then are, at least. */
const OPEN_FILES = 40;
const TAKEN_FILES = 32;
/** The same where no file has come for an hour: a day that is over, which gets but a few late rows. */
const CLOSED_FILES = 4;
/** And where none has come for a day. */
const SETTLED_FILES = 2;
/** A partition that has so many cannot wait for a calmer moment. */
const TOO_MANY_FILES = 3 * OPEN_FILES;

/** How the files of a table lie in it. */
export interface FileOrder {
  /** What can be put together lies in one partition. Partitions of a later time sort later. */
  readonly partitionOf: (file: AddFile) => string;
  /** Where a file lies in its partition: files that are put together are neighbours. */
  readonly positionOf: (file: AddFile) => number;
  /** Files from this position on are left alone: they are about to be replaced. */
  readonly openFrom?: number;
}

export interface CompactionRules {
  /** Size that files should have. Bytes. */
  readonly targetBytes: number;
  /** What may be rewritten now. Bytes. */
  readonly maxBytes: number;
  readonly nowMs: number;
  /** The pipeline is about to end: a partition that is not the newest gets nothing more for now. */
  readonly isLast: boolean;
}

/**
 * Files to be put together next; null when nothing is due. Of an open partition they are the newest ones, and with them each
 * older neighbour that weighs no more than they do: so sizes double towards the past, a byte is rewritten a
 * logarithmic number of times, and a file holds one stretch of time. A partition that is closed is put together from its
 * beginning on, up to files of the target size.
 */
export function dueGroup(
  files: readonly AddFile[],
  { partitionOf, positionOf, openFrom = Infinity }: FileOrder,
  rules: CompactionRules,
): readonly AddFile[] | null {
  const { targetBytes, nowMs, isLast } = rules;
  const partitions = Map.groupBy(files, partitionOf);
  const newest = [...partitions.keys()].reduce((one, other) => (one > other ? one : other), '');
  const due = [...partitions].flatMap(([partition, all]) => {
    const small = all.filter((file) => file.size < targetBytes / 2 && positionOf(file) < openFrom);
    const quietMs = nowMs - Math.max(...all.map(({ modificationTime }) => modificationTime));
    const isClosed = partition !== newest && (isLast || quietMs >= HOUR_MS);
    const closedFiles = quietMs >= 24 * HOUR_MS ? SETTLED_FILES : CLOSED_FILES;
    return small.length >= (isClosed ? closedFiles : OPEN_FILES) ? [{ small, isClosed }] : [];
  });
  // Where there are most of them, they are felt most.
  for (const { small, isClosed } of due.sort((a, b) => b.small.length - a.small.length)) {
    const sorted = small.sort((a, b) => positionOf(a) - positionOf(b) || (a.path < b.path ? -1 : 1));
    const isUrgent = isLast || small.length >= TOO_MANY_FILES;
    const limit = isUrgent ? targetBytes : Math.min(rules.maxBytes, targetBytes);
    const group = isClosed ? oldestOf(sorted, limit) : newestOf(sorted, limit);
    if (group.length > 1) return group;
  }
  return null;
}

/** The first files that weigh no more than `limit` together. */
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
