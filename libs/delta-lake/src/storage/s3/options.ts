import type { OptionRules } from '../../arguments.ts';
import type { FileCacheOptions } from '../cache/file-cache.ts';

/** Credentials. Keep these out of logs; the library never puts them into a message. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For temporary credentials. */
  readonly sessionToken?: string;
}

/** One attempt of one request, reported after its answer. It holds no secret. */
export interface S3RequestEvent {
  /** Name of the S3 operation: `GetObject`, `PutObject`, `ListObjectsV2`, … */
  readonly operation: string;
  /** Key in the bucket; empty for a listing. */
  readonly key: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** HTTP status; null when no whole answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** How often and how long a request is tried; see `retry.ts`. */
export interface S3RetryOptions {
  /** Attempts in all; default 8. */
  readonly attempts?: number;
  /** Upper bound of the first pause, ms; doubles with each attempt. Default 100. */
  readonly baseMs?: number;
  /** Upper bound of every pause, ms; default 10,000. */
  readonly maxMs?: number;
  /** How long one attempt may go without data, ms; default 30,000. */
  readonly timeoutMs?: number;
}

/** Options of a writer that is declared to be the only one; see `writer-lock.ts`. */
export interface SingleWriterOptions {
  /** Name of this writer, for the message to a second writer; default: host name and process id. */
  readonly owner?: string;
  /** After this time without a renewal, ms, another writer may take over; default 15,000. */
  readonly leaseMs?: number;
  /** How long a claim must stand unchanged before it counts, ms: longer than a PUT takes. Default 1,000. */
  readonly settleMs?: number;
  /**
   * Key in the bucket of one lock for everything that this store writes. Default: one lock per folder of created
   * objects, so per `_delta_log`, which keeps two writers apart whatever address they opened.
   */
  readonly lockKey?: string;
}

/** Where and how to reach an S3 store. The library reads no environment: see {@link s3FromEnvironment}. */
export interface S3Options {
  /** `http://127.0.0.1:3900`; default: AWS S3 of the region. */
  readonly endpoint?: string;
  /** Default `us-east-1`. Garage calls its own `garage`, R2 `auto`. */
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; default: true with an endpoint, false on AWS. */
  readonly pathStyle?: boolean;
  /**
   * Fixed credentials, or a function that is called before every request and caches them itself. Default: anonymous.
   */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /**
   * Says that this store carries out `PUT` with `If-None-Match: *` atomically, so that any number of writers may use
   * it. Known for AWS S3 and Cloudflare R2 by their addresses. Without it (and without `singleWriter`) writes are
   * refused.
   */
  readonly conditionalPut?: boolean;
  /**
   * Says that only one program writes at a time, which works with any store. A lock object keeps a second writer out.
   * When the first ends (`await using`) or stops renewing the lock, the next one may write. Use one store object per
   * process.
   */
  readonly singleWriter?: boolean | SingleWriterOptions;
  readonly retry?: S3RetryOptions;
  /**
   * When it fires, retries and pauses end: each request has only its current or first attempt. For a program that is
   * stopping and must not wait for a store that it cannot reach.
   */
  readonly retryUntil?: AbortSignal;
  /** Requests in progress at the same time; further ones wait. Default 32. */
  readonly maxRequests?: number;
  /**
   * Bytes per request of a large object, default 8 MiB; up to twice as much is written in one request. S3 refuses parts
   * below 5 MiB, except the last. Four parts of an object are in memory at the same time.
   */
  readonly partBytes?: number;
  /** Keeps copies of immutable objects for `localCopy`. Without it, every copy is fetched and deleted after use. */
  readonly cache?: FileCacheOptions;
  /** Aborts all requests and refuses new ones. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every attempt, for metrics and for tests that count. Must not throw. */
  readonly onRequest?: (event: S3RequestEvent) => void;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch;
  /** Epoch ms; default the system's clock. */
  readonly clock?: () => number;
  /** In [0, 1), for the jitter; default `Math.random`. */
  readonly random?: () => number;
}

/** The rules of {@link S3Options}. */
export const S3_OPTIONS: OptionRules<S3Options> = {
  endpoint: 'text',
  region: 'text',
  pathStyle: 'flag',
  credentials: 'any',
  conditionalPut: 'flag',
  singleWriter: 'any',
  retry: { attempts: 'size', baseMs: 'number', maxMs: 'number', timeoutMs: 'number' },
  retryUntil: 'signal',
  maxRequests: 'size',
  partBytes: 'size',
  cache: { folder: 'text', maxBytes: 'number', clock: 'function' },
  signal: 'signal',
  onRequest: 'function',
  fetch: 'function',
  clock: 'function',
  random: 'function',
};

/**
 * Options from the usual environment variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
 * `AWS_REGION` or `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`. Pure: pass `process.env`.
 */
export function s3FromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<S3Options, 'endpoint' | 'region' | 'credentials'> {
  const value = (...names: readonly string[]): string | undefined =>
    names.map((name) => environment[name]).find((text) => text !== undefined && text !== '');
  const endpoint = value('AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  const region = value('AWS_REGION', 'AWS_DEFAULT_REGION');
  const accessKeyId = value('AWS_ACCESS_KEY_ID');
  const secretAccessKey = value('AWS_SECRET_ACCESS_KEY');
  const sessionToken = value('AWS_SESSION_TOKEN');
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  };
}
