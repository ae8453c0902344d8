import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { SparkConnectError } from '../../src/errors.ts';
import { openSession, type SessionOptions, type SparkSession } from '../../src/session/session.ts';
import {
  COMPLETE,
  type FakeCalls,
  FakeFailure,
  type FakeServer,
  numbers,
  responses,
  sparkCondition,
  startFakeServer,
  testClock,
  unavailable,
} from '../fake-server.ts';

/** A server, a session at it, and the waits of the session's clock. */
async function opened(calls: Partial<FakeCalls>, options: SessionOptions = {}) {
  const server = await startFakeServer(calls);
  const clock = testClock();
  const session = await openSession(server.address, { clock, ...options });
  return {
    server,
    session,
    waits: clock.waits,
    async [Symbol.asyncDispose]() {
      await session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const select = (session: SparkSession): Promise<unknown> => session.sql('SELECT n').collect();
const failureOf = async (attempt: Promise<unknown>): Promise<SparkConnectError> =>
  attempt.then(
    () => expect.fail('it should have failed'),
    (error: SparkConnectError) => error,
  );
const methods = (server: FakeServer): string[] =>
  server.seen.map(({ method }) => method).filter((method) => /execute|reattach/i.test(method));
const plans = (server: FakeServer): string[] =>
  methods(server).filter((method) => method !== 'releaseExecute');

describe('an execution', () => {
  it('goes on after the last response when the server ends a stream', async () => {
    await using all = await opened({
      executePlan: () => responses([numbers([1n], 0), numbers([2n], 1)]),
      reattachExecute: ({ lastResponseId }) =>
        lastResponseId === 'r2'
          ? responses([numbers([3n], 2)], { from: 3 })
          : responses([numbers([4n], 3), COMPLETE], { from: 4 }),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }, { n: 2n }, { n: 3n }, { n: 4n }]);
    const [plan] = all.server.requests('executePlan');
    const reattached = all.server.requests('reattachExecute');
    expect(reattached.map(({ lastResponseId }) => lastResponseId)).toEqual(['r2', 'r3']);
    expect(reattached.every(({ operationId }) => operationId === plan?.operationId)).toBe(true);
    expect(all.waits).toEqual([]);
  });

  it('goes on after the last response when a stream breaks', async () => {
    await using all = await opened({
      executePlan: () => responses([numbers([1n])], { failure: unavailable() }),
      reattachExecute: () => responses([numbers([2n]), COMPLETE], { from: 2 }),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }, { n: 2n }]);
    expect(all.waits).toEqual([50]);
  });

  it('goes on when another call took the stream over', async () => {
    await using all = await opened({
      executePlan: () => responses([], { failure: sparkCondition('INVALID_CURSOR.DISCONNECTED') }),
      reattachExecute: () => responses([numbers([1n]), COMPLETE]),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }]);
  });

  it('sends the plan again when the server never got it', async () => {
    let attempts = 0;
    await using all = await opened({
      executePlan: () =>
        (attempts += 1) === 1
          ? responses([], { failure: unavailable() })
          : responses([numbers([1n]), COMPLETE]),
      reattachExecute: () => responses([], { failure: sparkCondition('INVALID_HANDLE.OPERATION_NOT_FOUND') }),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }]);
    expect(plans(all.server)).toEqual(['executePlan', 'reattachExecute', 'executePlan']);
    const [first, second] = all.server.requests('executePlan');
    expect(second?.operationId).toBe(first?.operationId);
  });

  it('attaches to the first request when a second one crossed it', async () => {
    let attempts = 0;
    await using all = await opened({
      executePlan: () =>
        responses([], {
          failure:
            (attempts += 1) === 1 ? unavailable() : sparkCondition('INVALID_HANDLE.OPERATION_ALREADY_EXISTS'),
        }),
      reattachExecute: () =>
        attempts === 1
          ? responses([], { failure: sparkCondition('INVALID_HANDLE.OPERATION_NOT_FOUND') })
          : responses([numbers([1n]), COMPLETE]),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }]);
  });

  it('never sends the plan again once something was received', async () => {
    await using all = await opened({
      executePlan: () => responses([numbers([1n])]),
      reattachExecute: () => responses([], { failure: sparkCondition('INVALID_HANDLE.OPERATION_NOT_FOUND') }),
    });
    expect(await failureOf(select(all.session))).toMatchObject({ kind: 'failed', code: 'operation-lost' });
    expect(plans(all.server)).toEqual(['executePlan', 'reattachExecute']);
  });

  it('gives up when the server stays away', async () => {
    await using all = await opened(
      {
        executePlan: () => responses([], { failure: unavailable() }),
        reattachExecute: () => responses([], { failure: unavailable() }),
      },
      { retry: { maxRetries: 3 } },
    );
    expect(await failureOf(select(all.session))).toMatchObject({
      kind: 'unavailable',
      code: 'server-unavailable',
      facts: { grpcCode: 'UNAVAILABLE' },
    });
    expect(all.waits).toEqual([50, 200, 800]);
    expect(plans(all.server)).toHaveLength(4);
  });

  it('has all its patience again after each response', async () => {
    let number = 0n;
    await using all = await opened(
      {
        executePlan: () => responses([], { failure: unavailable() }),
        reattachExecute: () => {
          number += 1n;
          if (number === 6n) return responses([COMPLETE]);
          return number % 2n === 1n
            ? responses([], { failure: unavailable() })
            : responses([numbers([number])], { failure: unavailable() });
        },
      },
      { retry: { maxRetries: 2 } },
    );
    expect(await select(all.session)).toEqual([{ n: 2n }, { n: 4n }]);
    expect(all.waits).toEqual([50, 200, 50, 200, 50, 200]);
  });

  it('waits as long as the server asks, and tries again whatever the status', async () => {
    await using all = await opened({
      executePlan: () =>
        responses([], {
          failure: new FakeFailure(status.RESOURCE_EXHAUSTED, 'full', { retryAfterMs: 1500 }),
        }),
      reattachExecute: () => responses([numbers([1n]), COMPLETE]),
    });
    expect(await select(all.session)).toEqual([{ n: 1n }]);
    expect(all.waits).toEqual([1500]);
  });

  it('backs off from a server that ends each stream at once, and gives up', async () => {
    await using all = await opened(
      { executePlan: () => responses([]), reattachExecute: () => responses([]) },
      { retry: { maxRetries: 2 } },
    );
    expect(await failureOf(select(all.session))).toMatchObject({ kind: 'unavailable' });
    expect(all.waits).toEqual([50, 200]);
  });

  it('releases what it received, and the operation when the loop is left', async () => {
    const left = Promise.withResolvers<void>();
    await using all = await opened({
      async *executePlan() {
        yield* responses([numbers([1n]), numbers([2n])]);
        await left.promise;
      },
    });
    for await (const batch of all.session.sql('SELECT n').batches()) {
      expect(batch.rowCount).toBe(1);
      break;
    }
    left.resolve();
    await all.session.close();
    const [plan] = all.server.requests('executePlan');
    expect(all.server.requests('releaseExecute')).toMatchObject([
      { operationId: plan?.operationId, release: { case: 'releaseAll' } },
    ]);
  });

  it('names only the newest of several responses to be released', async () => {
    await using all = await opened({
      executePlan: () => responses([numbers([1n]), numbers([2n]), numbers([3n]), COMPLETE]),
    });
    await select(all.session);
    await all.session.close();
    const released = all.server.requests('releaseExecute').map(({ release }) => release);
    expect(released.at(-1)).toMatchObject({ case: 'releaseAll' });
    const ids = released.slice(0, -1).map((one) => (one.case === 'releaseUntil' ? one.value.responseId : ''));
    // Which ones are passed over depends on how quick the server is; none comes twice or out of order.
    expect(ids).toEqual(['r1', 'r2', 'r3'].filter((id) => ids.includes(id)));
    expect(ids.length).toBeGreaterThan(0);
  });

  it('reports progress and metrics', async () => {
    const seen: unknown[] = [];
    await using all = await opened({
      executePlan: () =>
        responses([
          {
            responseType: {
              case: 'executionProgress',
              value: {
                stages: [
                  { stageId: 3n, numTasks: 8n, numCompletedTasks: 2n, inputBytesRead: 10n, done: false },
                ],
                numInflightTasks: 2n,
              },
            },
          },
          {
            metrics: {
              metrics: [
                {
                  name: 'Range',
                  planId: 1n,
                  parent: 0n,
                  executionMetrics: { numOutputRows: { name: 'rows', value: 9n, metricType: 'sum' } },
                },
              ],
            },
          },
          COMPLETE,
        ]),
    });
    const operationId = '550e8400-e29b-41d4-a716-446655440000';
    await all.session.sql('SELECT n').collect({
      operationId,
      onProgress: (progress) => seen.push(progress),
      onMetrics: (metrics) => seen.push(metrics),
    });
    expect(seen).toEqual([
      {
        operationId,
        stages: [{ stageId: 3, tasks: 8, completedTasks: 2, inputBytes: 10, isDone: false }],
        runningTasks: 2,
      },
      [{ name: 'Range', planId: 1n, parentId: 0n, values: { numOutputRows: { value: 9n, type: 'sum' } } }],
    ]);
  });

  it('refuses a result with a hole in it', async () => {
    await using all = await opened({
      executePlan: () => responses([numbers([1n, 2n], 0), numbers([4n], 3), COMPLETE]),
    });
    expect(await failureOf(select(all.session))).toMatchObject({
      kind: 'corrupt',
      code: 'unexpected-answer',
    });
  });

  it('refuses an operation id and a tag that the server would refuse', async () => {
    await using all = await opened({});
    const frame = all.session.sql('SELECT n');
    expect(await failureOf(frame.collect({ operationId: '7' }))).toMatchObject({ code: 'invalid-argument' });
    expect(await failureOf(frame.collect({ tags: ['a,b'] }))).toMatchObject({ code: 'invalid-argument' });
    expect(plans(all.server)).toEqual([]);
  });
});
