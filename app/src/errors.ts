/**
 * The one error class of the app. `kind` tells the caller what to do, and loops decide by it alone:
 * unavailable (wait, try again) · conflict (reload, redo) · invalid (fix input or settings) ·
 * corrupt (stop, tell a person) · unsupported (a feature that is refused) · internal (our bug).
 */
export const ERROR_KINDS = [
  'unavailable',
  'conflict',
  'invalid',
  'corrupt',
  'unsupported',
  'internal',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** The closed list of codes, by subject. Each code has exactly one {@link ErrorKind}. */
const KIND_OF_CODE = {
  // Settings and commands.
  'settings-invalid': 'invalid',
  'ca-file-unreadable': 'invalid',
  'data-ambiguous': 'invalid',
  'disk-floor': 'unavailable',
  'lake-in-use': 'conflict',
  'request-unreadable': 'invalid',
  'where-unreadable': 'invalid',
  'no-such-column': 'invalid',
  'not-a-partition': 'invalid',
  'retention-refused': 'invalid',
  'restore-conflict': 'conflict',
  'table-missing': 'invalid',
  'table-unhealthy': 'corrupt',
  'query-refused': 'invalid',
  'query-failed': 'invalid',

  // The dashboard.
  'port-in-use': 'invalid',
  'cannot-listen': 'invalid',
  'basemap-unreadable': 'invalid',
  'no-such-window': 'invalid',
  'invalid-icao24': 'invalid',
  'invalid-parameter': 'invalid',
  'nothing-to-replay': 'invalid',
  'replay-busy': 'unavailable',

  // Sources and airports.
  'source-unknown': 'invalid',
  'source-unavailable': 'unavailable',
  'ndjson-unreadable': 'invalid',
  'replay-unreadable': 'invalid',
  'record-source': 'invalid',
  'mock-recordings-unreadable': 'invalid',
  'area-unknown': 'invalid',
  'opensky-box': 'invalid',
  'opensky-credentials-unreadable': 'invalid',
  'sbs-address': 'invalid',
  'archive-unreadable': 'invalid',
  'archive-record-unreadable': 'corrupt',
  'archive-changed': 'conflict',
  'backfill-accounts-differ': 'internal',
  'feed-area': 'invalid',
  'opensky-credentials-refused': 'invalid',
  'simulator-airports': 'invalid',
  'simulator-arguments': 'invalid',
  'airports-unreadable': 'corrupt',

  // Every topic.
  'topic-name-invalid': 'invalid',
  'topic-partitions-invalid': 'invalid',
  'topic-partitions-differ': 'invalid',
  'topic-message-invalid': 'invalid',
  'topic-message-too-large': 'invalid',
  'topic-range-invalid': 'invalid',
  'topic-offsets-expired': 'corrupt',
  'topic-offsets-unknown': 'corrupt',
  'topic-read-only': 'invalid',
  'topic-closed': 'internal',
  'topic-gone': 'corrupt',
  'topic-replaced': 'corrupt',
  'topic-went-back': 'corrupt',

  'spool-unreadable': 'corrupt',

  // The embedded topic.
  'topic-not-openable': 'invalid',
  'topic-not-writable': 'invalid',
  'topic-file-foreign': 'invalid',
  'topic-layout-unknown': 'unsupported',
  'topic-damaged': 'corrupt',
  'topic-busy': 'unavailable',
  'topic-disk-full': 'unavailable',
  'topic-io-failed': 'unavailable',
  'topic-out-of-memory': 'unavailable',
  'topic-store-failed': 'internal',

  // Kafka.
  'topic-missing': 'unavailable',
  'topic-away': 'unavailable',
  'topic-range-missing': 'unavailable',
  'topic-range-moved': 'unavailable',
  'kafka-unreachable': 'unavailable',
  'kafka-closed': 'unavailable',
  'kafka-replicas-missing': 'unavailable',
  'kafka-token-unavailable': 'unavailable',
  'kafka-token-refused': 'invalid',
  'kafka-authentication-failed': 'invalid',
  'kafka-not-authorized': 'invalid',
  'kafka-not-allowed': 'invalid',
  'kafka-replication-invalid': 'invalid',
  'kafka-tls-failed': 'invalid',
  'kafka-version-unsupported': 'unsupported',

  // The lake and its micro-batches.
  'lake-kind-differs': 'invalid',
  'lake-topic-differs': 'invalid',
  'second-pipeline': 'conflict',
  'commit-conflict': 'conflict',
  'merge-conflict': 'conflict',
  'batch-open': 'invalid',
  'lake-too-large': 'invalid',
  'merge-incomplete': 'invalid',
  'range-unreadable': 'invalid',
  'differences-exist': 'invalid',
  'merge-open': 'invalid',
  'merge-record-unreadable': 'corrupt',
  'merge-accounts-differ': 'internal',
  'table-feature': 'unsupported',
  'table-gone': 'corrupt',
  'table-ahead-of-batches': 'corrupt',
  'table-behind-batches': 'corrupt',
  'batch-record-differs': 'corrupt',
  'batch-record-unreadable': 'corrupt',
  'batch-messages-gone': 'corrupt',
  'repair-unfinished': 'corrupt',
  'requeue-from-bronze': 'invalid',
  'batch-accounts-differ': 'internal',
  'batch-rows-differ': 'internal',

  // Every engine.
  'sql-failed': 'internal',
  'sql-parameter-missing': 'internal',
  'relation-ambiguous': 'internal',

  // DuckDB.
  'duckdb-options': 'invalid',
  'engine-disk-failed': 'unavailable',

  // Spark.
  'spark-unavailable': 'unavailable',
  'spark-session-lost': 'unavailable',
  'spark-cancelled': 'unavailable',
  'spark-disk-full': 'unavailable',
  'spark-master-unavailable': 'unavailable',
  'spark-workers-missing': 'unavailable',
  'spark-access-denied': 'invalid',
  'spark-folder-elsewhere': 'invalid',
  'spark-needs-kafka': 'invalid',
  'spark-oauthbearer': 'unsupported',
  'partition-type': 'unsupported',
  'spark-query-failed': 'internal',
  'kept-select': 'internal',
  'outside-lake': 'internal',

  // The local cluster.
  'cluster-busy': 'conflict',
  'cluster-folder-taken': 'invalid',
  'cluster-s3-differs': 'invalid',
  'cluster-plan-unreadable': 'corrupt',
  'pid-file-unreadable': 'corrupt',
  'service-unhealthy': 'unavailable',
  'kafka-start-failed': 'unavailable',
  's3-start-failed': 'unavailable',
  'spark-start-failed': 'unavailable',
  'java-missing': 'invalid',
  'maven-missing': 'invalid',
  'pip-missing': 'invalid',
  'go-missing': 'invalid',
  'garage-missing': 'invalid',
  'go-build-failed': 'unavailable',
  'go-module-differs': 'corrupt',
  'jars-unavailable': 'unavailable',
  'jars-differ': 'corrupt',
  'spark-differs': 'corrupt',
} as const satisfies Readonly<Record<string, ErrorKind>>;
export type ErrorCode = keyof typeof KIND_OF_CODE;
export const ERROR_CODES = Object.keys(KIND_OF_CODE) as readonly ErrorCode[];

/** A foreseen failure: what was being done, to what, what was found, what to do next. Never holds a secret. */
export class ContrailError extends Error {
  readonly kind: ErrorKind;
  /** Stable, for programs. */
  readonly code: ErrorCode;
  /** Facts as fields, for logs. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ContrailError';
    this.kind = KIND_OF_CODE[code];
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** Error codes of the file system that may pass: the disk is full or fails, or the process has too many files open. */
const PASSING: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/**
 * The kind of any error: its own if it has one; `unavailable` for a failure of the file system that may pass; else
 * `internal`, because nothing in the code expects it.
 */
export function kindOf(error: unknown): ErrorKind {
  if (typeof error !== 'object' || error === null) return 'internal';
  const { kind, code } = error as { readonly kind?: unknown; readonly code?: unknown };
  const known = ERROR_KINDS.find((one) => one === kind);
  return known ?? (PASSING.has(code) ? 'unavailable' : 'internal');
}

/** The same failures as SQLite and DuckDB report them. */
const PASSING_IN_OTHER_WORDS: ReadonlySet<unknown> = new Set<ErrorCode>([
  'topic-disk-full',
  'topic-io-failed',
  'engine-disk-failed',
]);

/**
 * Whether a full or failing disk caused an error, however it is wrapped. A missing permission or an unreachable service
 * does not count.
 */
export function isDiskTrouble(error: unknown): boolean {
  for (let one = error; typeof one === 'object' && one !== null;) {
    const { code, cause } = one as { readonly code?: unknown; readonly cause?: unknown };
    if (PASSING.has(code) || PASSING_IN_OTHER_WORDS.has(code)) return true;
    one = cause;
  }
  return false;
}
