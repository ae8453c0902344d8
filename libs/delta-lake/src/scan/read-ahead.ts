/**
 * Does the work for each item and answers in the order of the items, with up to `count` pieces of work under way
 * before their turn: on an object store, waiting for one file at a time would be most of a scan.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // Its turn brings a failure to light; until then, or when nobody asks any more, it is not an unhandled one.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length > count) yield await (begun.shift() as Promise<R>);
  }
  for (const result of begun) yield await result;
}
