import { endJobs } from '../application-page.ts';
import { METHODS, type SessionCalls } from '../calls/calls.ts';
import { InterruptRequest_InterruptType as InterruptType } from '../gen/spark/connect/connect_pb.ts';

const ATTEMPTS = 20;
const PAUSE_MS = 500;

/**
 * Interrupts an operation until its stream of responses has ended, which shows that the server's thread is done. One
 * request is not enough: it is lost if it arrives before the server has begun the operation. Gives up after about ten
 * seconds, or when the server cannot be reached; the server then ends the operation itself after some minutes. Without
 * a stream the end cannot be seen, so one accepted interrupt must do. If the application's page is known, it then
 * decides whether a job still runs.
 * @throws SparkConnectError when jobs still run, or the page cannot be reached.
 */
export async function stopOperation(
  calls: SessionCalls,
  operationId: string,
  responses: AsyncIterator<unknown> | undefined,
): Promise<void> {
  await interruptUntilEnded(calls, operationId, responses);
  if (calls.page !== undefined) await endJobs(calls.page, operationId, calls.clock);
}

async function interruptUntilEnded(
  calls: SessionCalls,
  operationId: string,
  responses: AsyncIterator<unknown> | undefined,
): Promise<void> {
  let hasEnded = false;
  const ended = responses === undefined ? undefined : drained(responses).then(() => void (hasEnded = true));
  for (let attempt = 0; attempt < ATTEMPTS && !hasEnded; attempt += 1) {
    let accepted: boolean;
    try {
      accepted = (await interruptOperation(calls, operationId)).includes(operationId);
    } catch {
      // Best effort: the caller learns that it was stopped, whatever the server says now.
      return;
    }
    if (ended === undefined && accepted) return;
    const pause = calls.clock.sleep(PAUSE_MS);
    await (ended === undefined ? pause : Promise.race([ended, pause]));
  }
}

/** Asks the server to interrupt one operation. Answers the ids of what it interrupted. */
export async function interruptOperation(
  calls: SessionCalls,
  operationId: string,
  signal: AbortSignal = AbortSignal.timeout(ATTEMPTS * PAUSE_MS),
): Promise<readonly string[]> {
  const answer = await calls.unary(
    METHODS.interrupt,
    {
      ...calls.head(),
      interruptType: InterruptType.OPERATION_ID,
      interrupt: { case: 'operationId', value: operationId },
    },
    signal,
  );
  return answer.interruptedIds;
}

async function drained(responses: AsyncIterator<unknown>): Promise<void> {
  try {
    while ((await responses.next()).done !== true);
  } catch {
    // This is the expected end, usually OPERATION_CANCELED.
  }
}
