/** Settings of the session and bodies of macros for a size of batch. */
export interface Tuning {
  readonly name: 'small' | 'large';
  readonly isSmall: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Number of the batch; it rises. */
  readonly batch: number;
}

/** Up to this many rows, planning a query takes longer than running it. */
const SMALL_ROWS = 30_000;

/** Spark's own default, bytes. */
const SPARK_BROADCAST = '10485760';

/** Whether one task and one file are enough for so many rows. */
export const isSmallBatch = (rows: number): boolean => rows <= SMALL_ROWS;

/**
 * For few rows there is one partition, and no broadcast of small relations: a broadcast takes a job of its own, and a
 * megabyte of memory that only a full garbage collection frees. `npm run bench -- cluster` measures both sizes.
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
