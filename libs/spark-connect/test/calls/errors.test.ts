import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { SPARK_CONNECT_ERROR_CODES, SparkConnectError } from '../../src/errors.ts';
import { classify } from '../../src/calls/classify.ts';
import { openSession } from '../../src/session/session.ts';
import { FakeFailure, responses, sparkCondition, startFakeServer, testClock } from '../fake-server.ts';

const failureOf = async (attempt: Promise<unknown>): Promise<SparkConnectError> =>
  attempt.then(
    () => expect.fail('it should have failed'),
    (error: SparkConnectError) => error,
  );

describe('an error of Spark', () => {
  const failure = sparkCondition('TABLE_OR_VIEW_NOT_FOUND', {
    sqlState: '42P01',
    messageParameters: '{"relationName":"`x`"}',
    errorId: 'e-1',
  });

  it('has class, SQLSTATE, parameters and causes from FetchErrorDetails', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([], { failure }),
      fetchErrorDetails: ({ errorId }) => ({
        rootErrorIdx: 1,
        errors: [
          { errorTypeHierarchy: ['java.io.IOException'], message: `disk of ${errorId}` },
          {
            errorTypeHierarchy: ['org.apache.spark.sql.AnalysisException', 'java.lang.Exception'],
            message: '\n[TABLE_OR_VIEW_NOT_FOUND] The long message.',
            causeIdx: 0,
            sparkThrowable: {
              errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
              sqlState: '42P01',
              messageParameters: { relationName: '`x`' },
            },
          },
        ],
      }),
    });
    await using session = await openSession(server.address, { clock: testClock() });
    const error = await failureOf(session.sql('SELECT * FROM x').collect());
    expect(error).toBeInstanceOf(SparkConnectError);
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'query-invalid',
      message: 'ExecutePlan: [TABLE_OR_VIEW_NOT_FOUND] The long message.',
      errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
      sqlState: '42P01',
      messageParameters: { relationName: '`x`' },
      facts: { method: 'ExecutePlan', grpcCode: 'INTERNAL', sessionId: session.sessionId },
    });
    expect(error.chain.map(({ classes, message }) => [classes[0], message])).toEqual([
      ['org.apache.spark.sql.AnalysisException', '\n[TABLE_OR_VIEW_NOT_FOUND] The long message.'],
      ['java.io.IOException', 'disk of e-1'],
    ]);
    await session.close();
    expect(server.requests('releaseExecute').some(({ release }) => release.case === 'releaseAll')).toBe(true);
  });

  it('has what the trailer says when the details cannot be had', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([], { failure }),
      fetchErrorDetails: () => {
        throw new FakeFailure(status.INTERNAL, 'no details');
      },
    });
    await using session = await openSession(server.address, { clock: testClock() });
    expect(await failureOf(session.sql('SELECT * FROM x').collect())).toMatchObject({
      code: 'query-invalid',
      errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
      sqlState: '42P01',
      messageParameters: { relationName: '`x`' },
      chain: [{ classes: ['org.apache.spark.SparkException'] }],
    });
  });

  it('ends a circle of causes', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([], { failure }),
      fetchErrorDetails: () => ({
        rootErrorIdx: 0,
        errors: [{ errorTypeHierarchy: ['A'], message: 'a', causeIdx: 0 }],
      }),
    });
    await using session = await openSession(server.address, { clock: testClock() });
    expect((await failureOf(session.sql('x').collect())).chain.length).toBeLessThan(100);
  });

  it('never tells the token', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([], { failure: new FakeFailure(status.UNAUTHENTICATED, 'who?') }),
    });
    await using session = await openSession(`${server.address}/;token=s3cret`, { clock: testClock() });
    const error = await failureOf(session.sql('x').collect());
    expect(error).toMatchObject({ kind: 'invalid', code: 'access-denied' });
    expect(JSON.stringify([error, error.message, error.stack, error.facts])).not.toContain('s3cret');
  });
});

describe('a server that was restarted', () => {
  it('is noticed by the id of its session, and the session is lost for good', async () => {
    await using server = await startFakeServer({});
    await using session = await openSession(server.address, { clock: testClock() });
    await session.config.set({ a: 'b' });
    server.serverSideSessionId = 'server-session-2';
    const lost = { kind: 'session-lost', code: 'session-changed' };
    expect(await failureOf(session.config.set({ a: 'c' }))).toMatchObject(lost);
    const calls = server.seen.length;
    expect(await failureOf(session.sql('SELECT 1').collect())).toMatchObject(lost);
    expect(await failureOf(session.config.get('a'))).toMatchObject(lost);
    expect(server.seen).toHaveLength(calls);
  });

  it.each([
    ['INVALID_HANDLE.SESSION_CHANGED', 'session-changed'],
    ['INVALID_HANDLE.SESSION_CLOSED', 'session-closed'],
    ['INVALID_HANDLE.SESSION_NOT_FOUND', 'session-not-found'],
  ])('is noticed by %s', async (condition, code) => {
    await using server = await startFakeServer({
      config: () => {
        throw sparkCondition(condition, { sqlState: 'HY000' });
      },
    });
    await using session = await openSession(server.address, { clock: testClock() });
    expect(await failureOf(session.config.get('a'))).toMatchObject({ kind: 'session-lost', code });
    expect(await failureOf(session.sql('SELECT 1').collect())).toMatchObject({ kind: 'session-lost', code });
    expect(server.requests('executePlan')).toEqual([]);
  });

  it('is noticed in the middle of a result', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([{}]),
      reattachExecute: () => responses([], { failure: sparkCondition('INVALID_HANDLE.SESSION_CHANGED') }),
    });
    await using session = await openSession(server.address, { clock: testClock() });
    expect(await failureOf(session.sql('SELECT 1').collect())).toMatchObject({ kind: 'session-lost' });
  });
});

describe('classify', () => {
  const one = (errorClass?: string, sqlState?: string, name = 'org.apache.spark.SparkException') => [
    {
      classes: [name, 'java.lang.Exception'],
      message: '',
      messageParameters: {},
      ...(errorClass === undefined ? {} : { errorClass }),
      ...(sqlState === undefined ? {} : { sqlState }),
    },
  ];

  it.each([
    [status.INTERNAL, one('DIVIDE_BY_ZERO', '22012'), 'query-invalid'],
    [status.INTERNAL, one('UNSUPPORTED_FEATURE.TABLE_OPERATION', '0A000'), 'unsupported'],
    [status.INTERNAL, one('INTERNAL_ERROR', 'XX000'), 'spark-internal'],
    [status.INTERNAL, one('USER_RAISED_EXCEPTION', 'P0001'), 'query-invalid'],
    [status.INTERNAL, one('FAILED_READ_FILE', 'KD001'), 'query-failed'],
    [status.INTERNAL, one('UNABLE_TO_ACQUIRE_MEMORY', '53200'), 'query-failed'],
    [status.INTERNAL, one('OPERATION_CANCELED', 'HY008'), 'operation-cancelled'],
    [status.INTERNAL, one('KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE', '22000'), 'query-invalid'],
    [status.INTERNAL, one(undefined, undefined, 'org.apache.spark.sql.AnalysisException'), 'query-invalid'],
    [status.INTERNAL, one(), 'query-failed'],
    [status.INTERNAL, [...one(), ...one('CAST_INVALID_INPUT', '22018')], 'query-invalid'],
    [status.INTERNAL, [], 'query-failed'],
    [status.UNAVAILABLE, [], 'server-unavailable'],
    [status.UNIMPLEMENTED, [], 'unsupported'],
    [status.RESOURCE_EXHAUSTED, [], 'message-too-large'],
    [status.PERMISSION_DENIED, [], 'access-denied'],
  ])('takes %i %j for %s', (grpcCode, chain, code) => {
    expect(classify(grpcCode, chain)).toBe(code);
  });

  it('gives each code a kind', () => {
    for (const code of SPARK_CONNECT_ERROR_CODES)
      expect(new SparkConnectError(code, 'x').kind).toMatch(/^[a-z-]+$/);
  });
});
