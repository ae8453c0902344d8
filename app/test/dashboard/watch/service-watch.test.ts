import { describe, expect, it } from 'vitest';
import { askService, ServiceWatch, type WatchedService } from '../../../src/dashboard/watch/service-watch.ts';

const never = new AbortController().signal;

function service(name: string, look: WatchedService['look']): WatchedService {
  return { name, title: name.toUpperCase(), address: `${name}:1`, page: null, look };
}

describe('the watch over services', () => {
  it('says how each is, since when, and what is wrong', async () => {
    let now = 1_000_000;
    const kafka = service('kafka', async () => '12 messages');
    const spark = service('spark', async () => Promise.reject(new Error('Spark is away.')));
    const watch = new ServiceWatch(
      [kafka, spark],
      () => now,
      () => {},
    );
    expect(watch.statuses().map(({ state, found, age_s }) => [state, found, age_s])).toEqual([
      ['waiting', null, null],
      ['waiting', null, null],
    ]);
    await watch.look(never);
    now += 4000;
    expect(watch.statuses()).toEqual([
      {
        name: 'kafka',
        title: 'KAFKA',
        address: 'kafka:1',
        page: null,
        state: 'ok',
        found: '12 messages',
        age_s: 4,
      },
      {
        name: 'spark',
        title: 'SPARK',
        address: 'spark:1',
        page: null,
        state: 'failed',
        found: 'Spark is away.',
        age_s: 4,
      },
    ]);
  });

  it('tells of a change of state, and of nothing else', async () => {
    let isAway = false;
    let messages = 0;
    let changes = 0;
    const look = async (): Promise<string> => {
      if (isAway) throw new Error('away');
      return `${++messages} messages`;
    };
    const watch = new ServiceWatch(
      [service('kafka', look)],
      () => 0,
      () => void changes++,
    );
    await watch.look(never);
    await watch.look(never);
    expect(changes).toBe(1);
    expect(watch.statuses()[0]?.found).toBe('2 messages');
    isAway = true;
    await watch.look(never);
    expect(changes).toBe(2);
  });

  it('does not wait for one that stays silent', async () => {
    const silent = service('s3', () => new Promise<never>(() => {}));
    await expect(askService(silent, { patienceMs: 10 })).rejects.toThrow(
      's3:1 did not answer within 0.01 s.',
    );
  });

  it('keeps what it saw when it is stopped in the middle of a look', async () => {
    const stop = new AbortController();
    const look = async (signal: AbortSignal): Promise<string> => {
      stop.abort(new Error('stopped'));
      signal.throwIfAborted();
      return 'not reached';
    };
    const watch = new ServiceWatch(
      [service('kafka', look)],
      () => 0,
      () => {},
    );
    await watch.look(stop.signal);
    expect(watch.statuses()[0]?.state).toBe('waiting');
  });
});
