import type { AddFile } from '../../actions/actions.ts';
import type { DataFile } from '../../transaction/draft.ts';

/** Operation metrics of an OPTIMIZE, by the names that Delta Spark gives them. Sizes are bytes. */
export interface OptimizeMetrics {
  readonly numRemovedFiles: number;
  readonly numRemovedBytes: number;
  readonly numAddedFiles: number;
  readonly numAddedBytes: number;
  readonly numDeletionVectorsRemoved: number;
  /** Of the files that were added; 0 when there are none. */
  readonly minFileSize: number;
  readonly p25FileSize: number;
  readonly p50FileSize: number;
  readonly p75FileSize: number;
  readonly maxFileSize: number;
}

export function optimizeMetrics(removed: readonly AddFile[], added: readonly DataFile[]): OptimizeMetrics {
  const sizes = added.map(({ bytes }) => bytes).sort((a, b) => a - b);
  const quantile = (share: number): number => sizes[Math.floor(share * (sizes.length - 1))] ?? 0;
  return {
    numRemovedFiles: removed.length,
    numRemovedBytes: removed.reduce((sum, { size }) => sum + size, 0),
    numAddedFiles: added.length,
    numAddedBytes: sizes.reduce((sum, size) => sum + size, 0),
    numDeletionVectorsRemoved: removed.filter(({ deletionVector }) => deletionVector !== undefined).length,
    minFileSize: quantile(0),
    p25FileSize: quantile(0.25),
    p50FileSize: quantile(0.5),
    p75FileSize: quantile(0.75),
    maxFileSize: quantile(1),
  };
}
