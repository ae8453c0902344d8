import { status } from '@grpc/grpc-js';
import { SparkConnectError, type SparkFailure } from '../errors.ts';
import type { ErrorInfo } from '../gen/google/rpc/status_pb.ts';
import type { FetchErrorDetailsResponse } from '../gen/spark/connect/connect_pb.ts';
import type { RpcFailure } from '../transport/rpc-failure.ts';
import { classify } from './classify.ts';

/** Spark names at most this many causes; more would be a circle. */
const MAX_CHAIN = 20;
const FORMER_MESSAGE = /^\[([A-Z0-9_.]+)\] /;

/** The chain of exceptions from `FetchErrorDetails`, the outermost first. */
export function chainOf(details: FetchErrorDetailsResponse): readonly SparkFailure[] {
  const chain: SparkFailure[] = [];
  let index = details.rootErrorIdx;
  while (index !== undefined && chain.length < MAX_CHAIN) {
    const error = details.errors[index];
    if (error === undefined) break;
    const { errorClass, sqlState, messageParameters = {} } = error.sparkThrowable ?? {};
    chain.push({
      classes: error.errorTypeHierarchy,
      message: error.message,
      ...(errorClass === undefined ? {} : { errorClass }),
      ...(sqlState === undefined ? {} : { sqlState }),
      messageParameters: { ...messageParameters },
    });
    index = error.causeIdx;
  }
  return chain;
}

/**
 * The chain from the trailer alone, for when the details of an exception are not available. Source: Spark,
 * `ErrorUtils`.
 */
export function chainOfInfo(info: ErrorInfo, message: string): readonly SparkFailure[] {
  const { classes, errorClass, sqlState, messageParameters } = info.metadata;
  const condition = errorClass ?? FORMER_MESSAGE.exec(message)?.[1];
  return [
    {
      classes: parseJson(classes, isTexts) ?? [info.reason],
      message,
      ...(condition === undefined ? {} : { errorClass: condition }),
      ...(sqlState === undefined ? {} : { sqlState }),
      messageParameters: parseJson(messageParameters, isTextRecord) ?? {},
    },
  ];
}

/** Makes the library's error from gRPC's failure and Spark's details. */
export function sparkConnectError(
  failure: RpcFailure,
  chain: readonly SparkFailure[],
  facts: Readonly<Record<string, unknown>>,
): SparkConnectError {
  const code = classify(failure.grpcCode, chain);
  const said = (chain[0]?.message ?? failure.message).trim();
  return new SparkConnectError(code, `${failure.method}: ${said}`, {
    cause: failure,
    facts: { method: failure.method, grpcCode: status[failure.grpcCode], ...facts },
    chain,
  });
}

function parseJson<T>(text: string | undefined, is: (value: unknown) => value is T): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return is(value) ? value : undefined;
  } catch {
    // The server cuts long metadata; the message says the same.
    return undefined;
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isTextRecord = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
