/**
 * Runs `work` on every item, at most `limit` at a time, in the order of the items, and answers the results in that
 * order. After the first failure, or when the signal fires, it takes no further items, and rejects once the work that
 * has begun has ended.
 */
export async function inParallel<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const running = new Set<Promise<void>>();
  const results: R[] = [];
  const failures: unknown[] = [];
  let begun = 0;
  for await (const item of items) {
    signal?.throwIfAborted();
    const index = begun++;
    const task = work(item)
      .then((result) => void (results[index] = result))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= limit) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  signal?.throwIfAborted();
  return results;
}
