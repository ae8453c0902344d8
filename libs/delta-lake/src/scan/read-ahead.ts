/**
 * Does the work for each item and yields the results in order, with up to `count` items in progress ahead. On an object
 * store most of a scan would otherwise be waiting for one file at a time.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // A failure is reported when its turn comes. Until then, or if the caller stops, it must not count as unhandled.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length > count) yield await (begun.shift() as Promise<R>);
  }
  for (const result of begun) yield await result;
}
