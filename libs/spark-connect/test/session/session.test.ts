import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/session.ts';
import { COMPLETE, FakeFailure, numbers, responses, startFakeServer, testClock } from '../fake-server.ts';

describe('openSession', () => {
  it('answers the rows of a SELECT, and ends the session when it is disposed of', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([numbers([1n]), COMPLETE]),
    });
    {
      await using session = await openSession(server.address, { clock: testClock() });
      expect(session.sparkVersion).toBe('4.2.0');
      expect(await session.sql('SELECT 1 AS n').collect()).toEqual([{ n: 1n }]);
    }
    const [request] = server.requests('executePlan');
    expect(request?.plan?.opType).toMatchObject({
      case: 'root',
      value: { relType: { case: 'sql', value: { query: 'SELECT 1 AS n' } } },
    });
    expect(request?.requestOptions).toMatchObject([
      { requestOption: { case: 'reattachOptions', value: { reattachable: true } } },
    ]);
    expect(request?.clientObservedServerSideSessionId).toBe('server-session-1');
    expect(server.requests('releaseExecute').map(({ release }) => release.case)).toContain('releaseAll');
    expect(server.requests('releaseSession')).toHaveLength(1);
  });

  it('says who calls: token, user, tool and headers', async () => {
    await using server = await startFakeServer({});
    const sessionId = '550e8400-e29b-41d4-a716-446655440000';
    const address = `${server.address}/;token=s3cret;user_id=ada;user_agent=app;session_id=${sessionId};x-tenant=7`;
    await using session = await openSession(address, { clock: testClock() });
    expect(session.sessionId).toBe(sessionId);
    const [call] = server.seen;
    expect(call?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-tenant': '7' });
    expect(call?.request).toMatchObject({
      sessionId,
      userContext: { userId: 'ada' },
      clientType: expect.stringMatching(/^app contrail-spark-connect\//),
    });
  });
});

describe('a clone of a session', () => {
  it('has an id of its own, and goes on when the first one is closed', async () => {
    await using server = await startFakeServer({
      executePlan: () => responses([numbers([1n]), COMPLETE]),
    });
    const session = await openSession(server.address, { clock: testClock() });
    await using clone = await session.clone();
    await session.close();
    expect(clone.sessionId).not.toBe(session.sessionId);
    server.serverSideSessionId = 'server-session-2';
    expect(await clone.sql('SELECT 1 AS n').collect()).toEqual([{ n: 1n }]);
    expect(server.requests('executePlan')[0]).toMatchObject({
      sessionId: clone.sessionId,
      clientObservedServerSideSessionId: 'server-session-2',
    });
    expect(server.requests('releaseSession').map(({ sessionId }) => sessionId)).toEqual([session.sessionId]);
  });

  it('is lost when the server was restarted before its first call', async () => {
    await using server = await startFakeServer({});
    await using session = await openSession(server.address, { clock: testClock() });
    const clone = await session.clone();
    server.serverSideSessionId = 'server-session-3';
    await expect(clone.config.get('a')).rejects.toMatchObject({ code: 'session-changed' });
    server.serverSideSessionId = 'server-session-1';
  });

  it('is refused by a server that cannot', async () => {
    await using server = await startFakeServer({
      cloneSession: () => {
        throw new FakeFailure(status.UNIMPLEMENTED, 'Method not found');
      },
    });
    await using session = await openSession(server.address, { clock: testClock() });
    await expect(session.clone()).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
