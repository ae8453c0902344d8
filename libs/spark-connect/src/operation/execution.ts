import { METHODS, type SessionCalls } from '../calls/calls.ts';
import { SparkConnectError } from '../errors.ts';
import type { ExecutePlanResponse, Plan } from '../gen/spark/connect/connect_pb.ts';
import { isRetryable, RpcFailure } from '../transport/rpc-failure.ts';
import { Releases } from './releases.ts';
import { stopOperation } from './stop.ts';

/** One run of a plan. */
export interface ExecutionRequest {
  readonly plan: Plan;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a plan and gives the server's responses, in order and each once, over as many streams as it takes.
 *
 *               ExecutePlan                    ResultComplete
 *     (start) ──────────────▶ streaming ──────────────────────▶ (end) ── ReleaseExecute(all)
 *                  ▲             │ the stream ends without ResultComplete (every two minutes), or breaks
 *        not found │             ▼
 *      and nothing └── ReattachExecute(last response) ──▶ streaming
 *         received
 *
 * - Each response is given on once: a new stream begins after the last response id that was seen.
 * - The plan is sent a second time only when the server does not know the operation and nothing was received: then the
 *   first request never arrived, or a server without our session lost it.
 * - The waits between attempts start from the beginning with each response.
 * - Leaving the loop early ends the operation at the server: ReleaseExecute(all) interrupts it. When the signal is
 *   aborted, the server has confirmed the end before the reason is thrown (stop.ts).
 *
 * Source: Spark, `pyspark/sql/connect/client/reattach.py`.
 */
export async function* executePlan(
  calls: SessionCalls,
  request: ExecutionRequest,
): AsyncGenerator<ExecutePlanResponse, void, undefined> {
  const { plan, operationId, tags, signal } = request;
  signal?.throwIfAborted();
  const releases = new Releases(calls, operationId);
  const first = {
    ...calls.head(),
    plan,
    operationId,
    tags: [...tags],
    requestOptions: [{ requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } }],
  };
  let lastResponseId: string | undefined;
  let next: 'execute' | 'reattach' = 'execute';
  let backoff = calls.newBackoff();
  let stream: ResponseStream | undefined;

  const open = (): ResponseStream => {
    const cancel = new AbortController();
    const responses =
      next === 'execute'
        ? calls.stream(METHODS.executePlan, first, cancel.signal)
        : calls.stream(
            METHODS.reattachExecute,
            { ...calls.head(), operationId, ...(lastResponseId === undefined ? {} : { lastResponseId }) },
            cancel.signal,
          );
    return { responses, cancel };
  };

  try {
    for (;;) {
      stream = open();
      let failure: RpcFailure | undefined;
      let received = 0;
      try {
        for (;;) {
          const response = await nextResponse(stream, signal);
          if (response === undefined) break;
          received += 1;
          backoff = calls.newBackoff();
          lastResponseId = response.responseId;
          if (response.responseType.case === 'resultComplete') return;
          yield response;
          releases.until(lastResponseId);
        }
        next = 'reattach';
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        const step = nextStep(error, next, lastResponseId !== undefined);
        if (step === undefined) throw error;
        next = step;
        failure = error;
      }
      stream = undefined;
      const isProgress = failure === undefined && received > 0;
      if (!isProgress && !(await backoff.wait(failure, signal)))
        throw (
          failure ??
          new SparkConnectError(
            'server-unavailable',
            'ReattachExecute: the server ends each stream at once, without a response',
          )
        );
    }
  } catch (error) {
    if (signal?.aborted === true) await stopOperation(calls, operationId, stream?.responses);
    throw await calls.explained(error, { operationId });
  } finally {
    stream?.cancel.abort();
    releases.all();
  }
}

interface ResponseStream {
  readonly responses: AsyncGenerator<ExecutePlanResponse, void, undefined>;
  readonly cancel: AbortController;
}

/** What to send after a failure; undefined when no request could help. */
function nextStep(
  failure: RpcFailure,
  last: 'execute' | 'reattach',
  hasResponse: boolean,
): 'execute' | 'reattach' | undefined {
  const isUnknown =
    failure.isCondition('INVALID_HANDLE.OPERATION_NOT_FOUND') ||
    failure.isCondition('INVALID_HANDLE.SESSION_NOT_FOUND');
  if (isUnknown && last === 'reattach' && !hasResponse) return 'execute';
  // Two requests crossed: the plan arrived after the server was asked for it, and then a second time.
  if (failure.isCondition('INVALID_HANDLE.OPERATION_ALREADY_EXISTS') && !hasResponse) return 'reattach';
  return isRetryable(failure) ? 'reattach' : undefined;
}

/**
 * The next response; undefined at the end of the stream. An aborted signal ends the waiting, not the stream, which
 * still shows when the operation ends.
 */
async function nextResponse(
  { responses }: ResponseStream,
  signal: AbortSignal | undefined,
): Promise<ExecutePlanResponse | undefined> {
  signal?.throwIfAborted();
  const next = responses.next().then(({ value }) => value ?? undefined);
  if (signal === undefined) return next;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([next, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
