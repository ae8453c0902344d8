/**
 * What a caller should do:
 * unavailable (wait, try again in the same session) · session-lost (the server forgot the session, by a restart or a
 * timeout: open a new one, make views and settings again, redo) · cancelled (somebody stopped it) · failed (Spark began
 * and could not finish, as when an executor died: redo, a limited number of times) · invalid (fix the query, the input or
 * the settings) · unsupported (the server, or this client, does not have it) · corrupt (answers that do not fit
 * together: stop, tell a person) · internal (a bug, of this client or of Spark).
 */
export type SparkConnectErrorKind =
  | 'unavailable'
  | 'session-lost'
  | 'cancelled'
  | 'failed'
  | 'invalid'
  | 'unsupported'
  | 'corrupt'
  | 'internal';

/** The closed list of codes; each belongs to exactly one {@link SparkConnectErrorKind}. */
export const SPARK_CONNECT_ERROR_CODES = [
  'server-unavailable',
  'session-changed',
  'session-not-found',
  'session-closed',
  'operation-cancelled',
  'operation-lost',
  'query-failed',
  'query-invalid',
  'access-denied',
  'invalid-argument',
  'message-too-large',
  'unsupported',
  'unexpected-answer',
  'spark-internal',
  'internal',
] as const;
export type SparkConnectErrorCode = (typeof SPARK_CONNECT_ERROR_CODES)[number];

const KIND_OF_CODE: Readonly<Record<SparkConnectErrorCode, SparkConnectErrorKind>> = {
  'server-unavailable': 'unavailable',
  'session-changed': 'session-lost',
  'session-not-found': 'session-lost',
  'session-closed': 'session-lost',
  'operation-cancelled': 'cancelled',
  'operation-lost': 'failed',
  'query-failed': 'failed',
  'query-invalid': 'invalid',
  'access-denied': 'invalid',
  'invalid-argument': 'invalid',
  'message-too-large': 'invalid',
  unsupported: 'unsupported',
  'unexpected-answer': 'corrupt',
  'spark-internal': 'internal',
  internal: 'internal',
};

/** What Spark says of one exception. Source: `FetchErrorDetailsResponse.Error`, else `google.rpc.ErrorInfo`. */
export interface SparkFailure {
  /** Names of the exception's class and those above it, the nearest first. */
  readonly classes: readonly string[];
  readonly message: string;
  /** Spark's error condition, such as `TABLE_OR_VIEW_NOT_FOUND` or `CAST_INVALID_INPUT`. */
  readonly errorClass?: string;
  /** Five characters; see Spark's documentation of SQLSTATE. */
  readonly sqlState?: string;
  readonly messageParameters: Readonly<Record<string, string>>;
}

/** What goes into a {@link SparkConnectError} beside code and message. */
export interface SparkConnectErrorOptions {
  readonly cause?: unknown;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Spark's exception and what caused it, the outermost first. */
  readonly chain?: readonly SparkFailure[];
}

/** A foreseen failure. The message says what was being done and what Spark answered; it never holds the token. */
export class SparkConnectError extends Error {
  readonly kind: SparkConnectErrorKind;
  /** Stable, for programs. */
  readonly code: SparkConnectErrorCode;
  /** Facts as fields, for logs: `method`, `operationId`, `grpcCode`, … */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Spark's exception and its causes, the outermost first; empty when Spark had no part in it. */
  readonly chain: readonly SparkFailure[];

  constructor(code: SparkConnectErrorCode, message: string, options: SparkConnectErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SparkConnectError';
    this.code = code;
    this.kind = KIND_OF_CODE[code];
    this.facts = options.facts ?? {};
    this.chain = options.chain ?? [];
  }

  /** Spark's error condition: the outermost of the chain that has one. */
  get errorClass(): string | undefined {
    return this.#condition()?.errorClass;
  }

  /** The SQLSTATE that goes with {@link errorClass}. */
  get sqlState(): string | undefined {
    return this.#condition()?.sqlState;
  }

  /** The parameters of {@link errorClass}; empty when Spark told none. */
  get messageParameters(): Readonly<Record<string, string>> {
    return this.#condition()?.messageParameters ?? {};
  }

  #condition(): SparkFailure | undefined {
    return this.chain.find(({ errorClass }) => errorClass !== undefined);
  }
}

/** Whether `error` is a {@link SparkConnectError} with this code. */
export function hasCode(error: unknown, code: SparkConnectErrorCode): error is SparkConnectError {
  return error instanceof SparkConnectError && error.code === code;
}

/** The error for an argument of the caller that is not valid. */
export function invalidArgument(
  message: string,
  facts: Readonly<Record<string, unknown>> = {},
): SparkConnectError {
  return new SparkConnectError('invalid-argument', message, { facts });
}
