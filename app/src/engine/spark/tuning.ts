/** What fits a size of batch: settings of the session, and bodies of macros. */
export interface Tuning {
  readonly name: 'small' | 'large';
  readonly isSmall: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Rises from batch to batch. */
  readonly batch: number;
}

/** Up to so many rows, planning a query takes longer than running it. */
const SMALL_ROWS = 30_000;

/** Spark's own default, bytes. */
const SPARK_BROADCAST = '10485760';

/** Whether one task and one file are enough for so many rows. */
export const isSmallBatch = (rows: number): boolean => rows <= SMALL_ROWS;

/**
 * Few rows are not spread out, nor is a small relation handed to every task: that takes a job of its own, and a megabyte of
 * memory that only a full collection gives back. `npm run bench -- cluster` measures both sizes.
 */
export function tuningFor(rows: number, shufflePartitions: number, batch: number): Tuning {
  const isSmall = isSmallBatch(rows);
  return {
    name: isSmall ? 'small' : 'large',
    isSmall,
    batch,
    settings: {
      'spark.sql.shuffle.partitions': isSmall ? '1' : String(shufflePartitions),
      'spark.sql.autoBroadcastJoinThreshold': isSmall ? '-1' : SPARK_BROADCAST,
    },
  };
}
