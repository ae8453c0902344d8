import type { FetchOptions } from './maven.ts';
import type { SparkDistribution } from './spark-distribution.ts';

/** Default Java heap of the processes that compute. */
export const DEFAULT_MEGABYTES = 1536;

/** Ports of 127.0.0.1; a free port for each one that is not given. */
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
  /**
   * Number of worker processes, each with one core. 0, the default: the Connect server computes itself, on two cores.
   */
  readonly workers?: number;
  /** Java heap of the Connect server. Default 1536; it takes about 400 MB more. */
  readonly driverMegabytes?: number;
  /** Java heap of each worker's executor. Default 1536; it takes about 400 MB more, and its worker 250 MB. */
  readonly executorMegabytes?: number;
  /** When given, the server accepts only callers that send it. */
  readonly token?: string;
  /** Folders with more jars, for driver and executors. */
  readonly jars?: readonly string[];
  /** Settings that are added to our own or replace them. */
  readonly conf?: Readonly<Record<string, string>>;
}

/** {@link SparkPorts} with every port chosen. */
export type ChosenPorts = Required<SparkPorts>;
