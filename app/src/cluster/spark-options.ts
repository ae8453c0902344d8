import type { FetchOptions } from './maven.ts';
import type { SparkDistribution } from './spark-distribution.ts';

/** Java heap of what computes, where nothing else is said. */
export const DEFAULT_MEGABYTES = 1536;

/** Ports of 127.0.0.1; a free one where none is given. */
export interface SparkPorts {
  /** Spark Connect; usually 15002. */
  readonly connect?: number;
  /** The application's page; usually 4040. */
  readonly application?: number;
  /** Of the master, for workers and drivers; usually 7077. */
  readonly master?: number;
  /** The master's page; usually 8080. */
  readonly masterPage?: number;
  /** The page of each worker; usually 8081 and on. */
  readonly workerPages?: readonly number[];
}

/** What Spark is started with. */
export interface SparkOptions extends FetchOptions {
  readonly distribution?: SparkDistribution;
  /** Settings, logs, scratch files and the warehouse. */
  readonly folder: string;
  readonly ports?: SparkPorts;
  /** Processes that compute, of one core each. 0, the default: the Connect server computes by itself, on two cores. */
  readonly workers?: number;
  /** Java heap of the Connect server. Default 1536; it takes about 400 MB more. */
  readonly driverMegabytes?: number;
  /** Java heap of each worker's executor. Default 1536; it takes about 400 MB more, and its worker 250 MB. */
  readonly executorMegabytes?: number;
  /** When given, only callers that know it are served. */
  readonly token?: string;
  /** Folders with more jars, for driver and executors. */
  readonly jars?: readonly string[];
  /** Settings beside, or instead of, our own. */
  readonly conf?: Readonly<Record<string, string>>;
}

/** {@link SparkPorts}, chosen. */
export type ChosenPorts = Required<SparkPorts>;
