import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IDLE_MS, LazyEngine } from '../../../src/dashboard/replay/lazy-engine.ts';
import type { QueryEngine } from '../../../src/engine/engine.ts';

describe('an engine that is opened when it is needed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Counts how many engines are open, and how many there were. */
  function counted() {
    const count = { open: 0, opened: 0 };
    const open = (): Promise<QueryEngine> => {
      count.open += 1;
      count.opened += 1;
      return Promise.resolve({
        [Symbol.asyncDispose]: () => {
          count.open -= 1;
          return Promise.resolve();
        },
      } as unknown as QueryEngine);
    };
    return { count, open };
  }

  it('is shared, stays open for a minute, and is opened again after that', async () => {
    const { count, open } = counted();
    await using engine = new LazyEngine(open);
    expect(count.opened).toBe(0);
    await Promise.all([engine.use(() => Promise.resolve(1)), engine.use(() => Promise.resolve(2))]);
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    await engine.use(() => Promise.resolve(3));
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(count).toEqual({ open: 1, opened: 1 });
    await vi.advanceTimersByTimeAsync(1);
    expect(count).toEqual({ open: 0, opened: 1 });
    await engine.use(() => Promise.resolve(4));
    expect(count).toEqual({ open: 1, opened: 2 });
  });

  it('is not closed under a long question', async () => {
    const { count, open } = counted();
    await using engine = new LazyEngine(open);
    const long = Promise.withResolvers<void>();
    const asked = engine.use(() => long.promise);
    await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
    expect(count.open).toBe(1);
    long.resolve();
    await asked;
  });

  it('that could not be opened is tried again', async () => {
    const { open } = counted();
    let failures = 1;
    await using engine = new LazyEngine(() =>
      failures-- > 0 ? Promise.reject(new Error('no memory')) : open(),
    );
    await expect(engine.use(() => Promise.resolve(1))).rejects.toThrow('no memory');
    expect(await engine.use(() => Promise.resolve(1))).toBe(1);
  });
});
