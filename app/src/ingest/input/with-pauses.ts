import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a stream gives, in order, and null each time that nothing has come for `ms`: so that a reader who gathers what comes can
 * pass it on. It ends and fails as the stream does. A reader who leaves is not kept waiting for what has not come yet.
 */
export async function* withPauses<T>(items: AsyncIterable<T>, ms: number): AsyncGenerator<T | null> {
  const iterator = items[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T, unknown>> => {
    const asked = iterator.next();
    // A failure is met in its turn; until then it is no unhandled one.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask();
  try {
    for (;;) {
      const timer = new AbortController();
      const pause = sleep(ms, null, { signal: timer.signal }).catch(() => null);
      const came = await Promise.race([next, pause]).finally(() => timer.abort());
      if (came === null) {
        yield null;
        continue;
      }
      if (came.done === true) return;
      yield came.value;
      next = ask();
    }
  } finally {
    iterator.return?.().catch(() => undefined);
  }
}
