import { decodeBatch, type ResultBatch } from '../arrow/decode.ts';
import type { SessionCalls } from '../calls/calls.ts';
import { isUuid } from '../clock.ts';
import { invalidArgument, SparkConnectError } from '../errors.ts';
import type { ExecutePlanResponse_ArrowBatch, Plan, Relation } from '../gen/spark/connect/connect_pb.ts';
import { executePlan } from './execution.ts';
import { metricsOf, type PlanMetrics, type Progress, progressOf } from './progress.ts';

/** Options for a run of a plan. */
export interface RunOptions {
  /**
   * Aborting interrupts the operation at the server; the call then rejects with the signal's reason, when the server
   * has confirmed the end or about ten seconds have passed.
   */
  readonly signal?: AbortSignal | undefined;
  /** Names by which `session.interrupt({ tag })` finds the operation; Spark shows them with its jobs. */
  readonly tags?: readonly string[];
  /** A UUID by which `session.interrupt({ operationId })` finds it; a new one when absent. */
  readonly operationId?: string;
  /** Called with each report of progress. It must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called with what the nodes of the executed plan counted. It must not throw. */
  readonly onMetrics?: (metrics: readonly PlanMetrics[]) => void;
}

/** What a run gives, in the server's order. */
export type RunResult =
  | { readonly kind: 'batch'; readonly batch: ResultBatch }
  | { readonly kind: 'relation'; readonly relation: Relation };

/** Runs a plan and gives what it answers. Leaving the loop ends the operation at the server. */
export async function* runPlan(
  calls: SessionCalls,
  plan: Plan,
  options: RunOptions,
): AsyncGenerator<RunResult, void, undefined> {
  const { signal, tags = [], operationId = calls.clock.newId(), onProgress, onMetrics } = options;
  const odd = tags.find((tag) => tag === '' || tag.includes(','));
  if (odd !== undefined) throw invalidArgument(`A tag must be text without commas, not "${odd}"`);
  if (!isUuid(operationId)) throw invalidArgument(`An operation id must be a UUID, not "${operationId}"`);

  let rows = 0;
  for await (const response of executePlan(calls, { plan, operationId, tags, signal })) {
    if (response.metrics !== undefined) onMetrics?.(metricsOf(response.metrics));
    const { responseType } = response;
    switch (responseType.case) {
      case 'arrowBatch': {
        const batch = checkedBatch(responseType.value, rows);
        rows += batch.rowCount;
        yield { kind: 'batch', batch };
        break;
      }
      case 'sqlCommandResult':
        if (responseType.value.relation !== undefined)
          yield { kind: 'relation', relation: responseType.value.relation };
        break;
      case 'executionProgress':
        onProgress?.(progressOf(operationId, responseType.value));
        break;
      case 'resultComplete':
      case undefined:
        break;
    }
  }
}

/** Runs a plan that answers no rows. */
export async function runCommand(calls: SessionCalls, plan: Plan, options: RunOptions): Promise<void> {
  const results = runPlan(calls, plan, options);
  while ((await results.next()).done !== true);
}

/** Decodes a batch, and makes sure that no row is missing or doubled. */
function checkedBatch(message: ExecutePlanResponse_ArrowBatch, rowsBefore: number): ResultBatch {
  if (message.startOffset !== undefined && message.startOffset !== BigInt(rowsBefore))
    throw new SparkConnectError(
      'unexpected-answer',
      `Reading a result: the server sent row ${message.startOffset} instead of row ${rowsBefore}`,
    );
  const batch = decodeBatch(message.data);
  if (BigInt(batch.rowCount) !== message.rowCount)
    throw new SparkConnectError(
      'unexpected-answer',
      `Reading a result: ${message.rowCount} rows were announced, but ${batch.rowCount} came`,
    );
  return batch;
}
