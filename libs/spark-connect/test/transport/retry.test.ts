import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/transport/retry.ts';
import { testClock } from '../fake-server.ts';

/** All waits until patience ends. */
function waits(backoff: Backoff, serverDelayMs?: number): number[] {
  const all: number[] = [];
  for (let ms = backoff.nextWaitMs(serverDelayMs); ms !== undefined; ms = backoff.nextWaitMs(serverDelayMs))
    all.push(ms);
  return all;
}

describe('Backoff', () => {
  it('waits as Spark’s own clients do, at least ten minutes in all', () => {
    // The clock's chance is always a half, so half of the 500 ms of jitter is added to waits of two seconds and more.
    const all = waits(new Backoff({}, testClock()));
    expect(all).toEqual([50, 200, 800, 3450, 13_050, 51_450, ...Array.from({ length: 9 }, () => 60_250)]);
    expect(all.reduce((sum, ms) => sum + ms)).toBeGreaterThan(600_000);
  });

  it('waits at least as long as the server asks, but not forever', () => {
    expect(waits(new Backoff({ maxRetries: 3 }, testClock()), 1000)).toEqual([1000, 1000, 1000]);
    expect(waits(new Backoff({ maxRetries: 1 }, testClock()), 10 ** 9)).toEqual([600_250]);
  });

  it('does not wait at all without retries', () => {
    expect(waits(new Backoff({ maxRetries: 0 }, testClock()))).toEqual([]);
  });
});
