import type { MessageInitShape } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import type { AnalyzePlanRequestSchema, AnalyzePlanResponse } from '../gen/spark/connect/connect_pb.ts';
import { METHODS, type SessionCalls } from './calls.ts';

type Question = NonNullable<MessageInitShape<typeof AnalyzePlanRequestSchema>['analyze']>;
type Result = AnalyzePlanResponse['result'];
type Answer<Case extends NonNullable<Result['case']>> = Extract<Result, { case: Case }>['value'];

/** Asks the server about a plan, or about the server itself, without running anything. */
export async function analyze<Case extends NonNullable<Result['case']>>(
  calls: SessionCalls,
  question: Question,
  expected: Case,
  signal?: AbortSignal,
): Promise<Answer<Case>> {
  const { result } = await calls.unary(METHODS.analyzePlan, { ...calls.head(), analyze: question }, signal);
  if (result.case !== expected)
    throw new SparkConnectError(
      'unexpected-answer',
      `AnalyzePlan: asked for ${expected}, answered ${result.case}`,
    );
  return result.value as Answer<Case>;
}
