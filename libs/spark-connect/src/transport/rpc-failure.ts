import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import {
  type ErrorInfo,
  ErrorInfoSchema,
  RetryInfoSchema,
  StatusSchema,
} from '../gen/google/rpc/status_pb.ts';

/** A call that gRPC ended with a status other than OK. Stays inside the library. */
export class RpcFailure extends Error {
  readonly method: string;
  /** The gRPC status code. Spark's own exceptions are INTERNAL. */
  readonly grpcCode: status;
  /** What the server said about its exception. */
  readonly info: ErrorInfo | undefined;
  /** Milliseconds after which the server says that the same request may be sent again; undefined if it does not. */
  readonly retryAfterMs: number | undefined;

  constructor(method: string, cause: ServiceError) {
    const details = decodeDetails(cause.metadata);
    // gRPC appends what it knows of a failed name resolution, which mostly is nothing.
    super(details.message ?? cause.details.replace(/\.? Resolution note:\s*$/, ''), { cause });
    this.name = 'RpcFailure';
    this.method = method;
    this.grpcCode = cause.code;
    this.info = details.info;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether Spark's error condition is this one; servers without an error class have it in the text. */
  isCondition(errorClass: string): boolean {
    return (
      (this.info?.metadata['errorClass'] ?? '') === errorClass || this.message.includes(`[${errorClass}]`)
    );
  }
}

interface Details {
  readonly message?: string;
  readonly info?: ErrorInfo;
  readonly retryAfterMs?: number;
}

/** Reads the trailer `grpc-status-details-bin`, a `google.rpc.Status`; an unreadable trailer gives no details. */
function decodeDetails(metadata: Metadata | undefined): Details {
  const [trailer] = metadata?.get('grpc-status-details-bin') ?? [];
  if (trailer === undefined || typeof trailer === 'string') return {};
  try {
    const { message, details } = fromBinary(StatusSchema, trailer);
    const info = details.map((one) => anyUnpack(one, ErrorInfoSchema)).find((one) => one !== undefined);
    const retry = details.map((one) => anyUnpack(one, RetryInfoSchema)).find((one) => one !== undefined);
    return {
      ...(message === '' ? {} : { message }),
      ...(info === undefined ? {} : { info }),
      ...(retry === undefined ? {} : { retryAfterMs: durationMs(retry.retryDelay) }),
    };
  } catch {
    return {};
  }
}

const durationMs = (duration: { readonly seconds: bigint; readonly nanos: number } | undefined): number =>
  duration === undefined ? 0 : Number(duration.seconds) * 1000 + Math.ceil(duration.nanos / 1_000_000);

/**
 * Whether the same call may be sent again, by the rules of Spark's own clients: the server could not be reached
 * (UNAVAILABLE), another call took the stream over (INVALID_CURSOR.DISCONNECTED), or the server says so (RetryInfo).
 * Source: Spark, `pyspark/sql/connect/client/retries.py`, `DefaultPolicy.can_retry`.
 */
export function isRetryable(error: unknown): error is RpcFailure {
  if (!(error instanceof RpcFailure)) return false;
  if (error.grpcCode === status.UNAVAILABLE || error.retryAfterMs !== undefined) return true;
  return error.grpcCode === status.INTERNAL && error.message.includes('INVALID_CURSOR.DISCONNECTED');
}
