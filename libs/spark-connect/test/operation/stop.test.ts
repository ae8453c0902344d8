import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/session.ts';
import {
  type FakeCalls,
  numbers,
  responses,
  sparkCondition,
  startFakeServer,
  testClock,
  unavailable,
} from '../fake-server.ts';

/** A server with an operation that runs until it is interrupted, which it does not hear the first times. */
function endless(deafTimes: number): {
  readonly calls: Partial<FakeCalls>;
  readonly started: Promise<void>;
} {
  const started = Promise.withResolvers<void>();
  const interrupted = Promise.withResolvers<void>();
  let heard = 0;
  return {
    started: started.promise,
    calls: {
      async *executePlan() {
        yield* responses([numbers([1n])]);
        started.resolve();
        await interrupted.promise;
        throw sparkCondition('OPERATION_CANCELED', { sqlState: 'HY008' });
      },
      interrupt({ interrupt }) {
        heard += 1;
        if (heard <= deafTimes) return { interruptedIds: [] };
        interrupted.resolve();
        return { interruptedIds: [String(interrupt.value)] };
      },
    },
  };
}

describe('aborting the signal of an execution', () => {
  it('interrupts until the server says that the operation has ended, and rejects with the reason', async () => {
    const { calls, started } = endless(3);
    await using server = await startFakeServer(calls);
    await using session = await openSession(server.address, { clock: testClock() });
    const abort = new AbortController();
    const rows = session.sql('SELECT n').collect({ signal: abort.signal });
    await started;
    abort.abort(new Error('enough'));
    await expect(rows).rejects.toThrow('enough');
    const [plan] = server.requests('executePlan');
    const interrupts = server.requests('interrupt').map(({ interrupt }) => interrupt.value);
    expect(interrupts.length).toBeGreaterThanOrEqual(4);
    expect(new Set(interrupts)).toEqual(new Set([plan?.operationId]));
  });

  it('sends nothing when it was aborted before', async () => {
    await using server = await startFakeServer({});
    await using session = await openSession(server.address, { clock: testClock() });
    const rows = session.sql('SELECT n').collect({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(rows).rejects.toThrow('enough');
    expect(server.requests('executePlan')).toEqual([]);
  });

  it('ends a wait for a server that is away', async () => {
    const abort = new AbortController();
    await using server = await startFakeServer({
      executePlan: () => responses([], { failure: unavailable() }),
      reattachExecute: () => responses([], { failure: unavailable() }),
    });
    const clock = testClock();
    const sleep: typeof clock.sleep = async (ms, signal) => {
      if (ms === 800) abort.abort(new Error('enough'));
      await clock.sleep(ms, signal);
    };
    await using session = await openSession(server.address, { clock: { ...clock, sleep } });
    await expect(session.sql('SELECT n').collect({ signal: abort.signal })).rejects.toThrow('enough');
    expect(server.requests('interrupt').length).toBeGreaterThan(0);
  });

  it('watches the application page, and kills a job that slipped through', async () => {
    const { calls, started } = endless(0);
    await using server = await startFakeServer(calls);
    const looks: string[] = [];
    let job = true;
    const abort = new AbortController();
    await using session = await openSession(server.address, {
      clock: testClock(),
      applicationPage: {
        async runningJobs(part) {
          looks.push(part);
          return job ? [{ jobId: 7, description: 'slipped', tags: [part] }] : [];
        },
        async killJob(jobId) {
          expect(jobId).toBe(7);
          job = false;
        },
      },
    });
    const rows = session.sql('SELECT n').collect({ signal: abort.signal });
    await started;
    abort.abort(new Error('enough'));
    await expect(rows).rejects.toThrow('enough');
    const [plan] = server.requests('executePlan');
    expect(looks.length).toBeGreaterThan(2);
    expect(new Set(looks)).toEqual(new Set([plan?.operationId]));
    expect(job).toBe(false);
  });

  it('says so when a job cannot be ended', async () => {
    const { calls, started } = endless(0);
    await using server = await startFakeServer(calls);
    const abort = new AbortController();
    await using session = await openSession(server.address, {
      clock: testClock(),
      applicationPage: {
        runningJobs: async (part) => [{ jobId: 7, description: 'deaf', tags: [part] }],
        killJob: async () => undefined,
      },
    });
    const rows = session.sql('SELECT n').collect({ signal: abort.signal });
    await started;
    abort.abort(new Error('enough'));
    await expect(rows).rejects.toMatchObject({ kind: 'failed', facts: { jobs: [7] } });
  });
});

describe('interrupt', () => {
  it.each([
    ['all' as const, { interruptType: 1, interrupt: { case: undefined } }],
    [{ tag: 'nightly' }, { interruptType: 2, interrupt: { case: 'operationTag', value: 'nightly' } }],
    [{ operationId: 'x' }, { interruptType: 3, interrupt: { case: 'operationId', value: 'x' } }],
  ])('asks for %j', async (target, request) => {
    await using server = await startFakeServer({ interrupt: () => ({ interruptedIds: ['a', 'b'] }) });
    await using session = await openSession(server.address, { clock: testClock() });
    expect(await session.interrupt(target)).toEqual(['a', 'b']);
    expect(server.requests('interrupt')).toMatchObject([request]);
  });

  it('does not know running jobs without the application page', async () => {
    await using server = await startFakeServer({});
    await using session = await openSession(server.address, { clock: testClock() });
    await expect(session.runningJobs()).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
