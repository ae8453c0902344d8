import type { Cost } from './child.ts';

/** The result of the step `drain`. */
export interface DrainResult {
  readonly rows: number;
  readonly batches: readonly { readonly rows: number; readonly ms: number }[];
  readonly ms_by_table: Readonly<Record<string, number>>;
  /** Of the driving process, without Spark. */
  readonly cost: Cost;
}

/** The arguments of the steps. */
export interface ClusterStep {
  readonly folder: string;
  readonly topic: string;
  /** Name of the lake on a local disk; one topic may be drained more than once. */
  readonly lake: string;
  /** Contrail's settings: brokers, Spark, S3. */
  readonly settings: Readonly<Record<string, string>>;
  /** NDJSON to fill the topic from; null: simulated messages. */
  readonly input: string | null;
  readonly rows: number;
  readonly batchRows: number;
}
