import { status } from '@grpc/grpc-js';
import type { SparkConnectErrorCode, SparkFailure } from '../errors.ts';

/** Conditions whose SQLSTATE does not say what they mean for the caller. */
const CODE_OF_CONDITION: Readonly<Record<string, SparkConnectErrorCode>> = {
  'INVALID_HANDLE.SESSION_CHANGED': 'session-changed',
  'INVALID_HANDLE.SESSION_NOT_FOUND': 'session-not-found',
  'INVALID_HANDLE.SESSION_CLOSED': 'session-closed',
  'INVALID_HANDLE.OPERATION_NOT_FOUND': 'operation-lost',
  'INVALID_HANDLE.OPERATION_ABANDONED': 'operation-lost',
  'INVALID_CURSOR.POSITION_NOT_AVAILABLE': 'operation-lost',
  OPERATION_CANCELED: 'operation-cancelled',
  INTERNAL_ERROR: 'spark-internal',
};

/**
 * By the class of the SQLSTATE, its first two characters. The other classes (external routines, memory, limits, the
 * system, data sources) are failures that may pass. Source: Spark, `error-classes.json`.
 */
const CODE_OF_STATE_CLASS: Readonly<Record<string, SparkConnectErrorCode>> = {
  '07': 'query-invalid',
  '0A': 'unsupported',
  '21': 'query-invalid',
  '22': 'query-invalid',
  '23': 'query-invalid',
  '2B': 'query-invalid',
  '3F': 'query-invalid',
  '42': 'query-invalid',
  '46': 'query-invalid',
  '51': 'query-invalid',
  F0: 'query-invalid',
  P0: 'query-invalid',
  XX: 'spark-internal',
};

/** By gRPC status, when the failure is not an exception of Spark. */
const CODE_OF_STATUS: Readonly<Partial<Record<status, SparkConnectErrorCode>>> = {
  [status.UNAVAILABLE]: 'server-unavailable',
  [status.DEADLINE_EXCEEDED]: 'server-unavailable',
  [status.ABORTED]: 'server-unavailable',
  [status.CANCELLED]: 'operation-cancelled',
  [status.UNAUTHENTICATED]: 'access-denied',
  [status.PERMISSION_DENIED]: 'access-denied',
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.RESOURCE_EXHAUSTED]: 'message-too-large',
  [status.INVALID_ARGUMENT]: 'query-invalid',
};

/** Exceptions that some servers send without an error class. */
const INVALID_CLASSES = /\.(AnalysisException|ParseException|IllegalArgumentException)$/;

/** What a failure means for the caller, from the gRPC status and Spark's exceptions, the outermost first. */
export function classify(grpcCode: status, chain: readonly SparkFailure[]): SparkConnectErrorCode {
  const conditions = chain.flatMap(({ errorClass }) => (errorClass === undefined ? [] : [errorClass]));
  for (const condition of conditions) {
    const code = CODE_OF_CONDITION[condition];
    if (code !== undefined) return code;
  }
  const state = chain.find(({ sqlState }) => sqlState !== undefined)?.sqlState;
  const byState = state === undefined ? undefined : CODE_OF_STATE_CLASS[state.slice(0, 2)];
  if (byState !== undefined) return byState;
  if (chain.some(({ classes }) => classes.some((name) => INVALID_CLASSES.test(name)))) return 'query-invalid';
  if (chain.length > 0) return 'query-failed';
  return CODE_OF_STATUS[grpcCode] ?? 'query-failed';
}
