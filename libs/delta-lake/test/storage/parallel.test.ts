import { expect, test } from 'vitest';
import { inParallel } from '../../src/index.ts';

test('work in parallel answers in the order of the items, and is never on more than its limit', async () => {
  let underWay = 0;
  let most = 0;
  const answers = await inParallel([3, 1, 2, 0], 2, async (turns) => {
    most = Math.max(most, (underWay += 1));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    underWay -= 1;
    return turns * 10;
  });
  expect(answers).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
  expect(await inParallel([], 2, () => Promise.reject(new Error('never')))).toEqual([]);
});

test('work in parallel that fails begins no more, and waits for what has begun', async () => {
  const slow = Promise.withResolvers<void>();
  const begun: number[] = [];
  let isDone = false;
  const all = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    await slow.promise;
    isDone = true;
  });
  setImmediate(slow.resolve);
  await expect(all).rejects.toThrow('two');
  expect([begun, isDone]).toEqual([[1, 2], true]);
});

test('work in parallel stops for its signal before the next item', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const all = inParallel(
    [1, 2, 3],
    1,
    async (item) => {
      begun.push(item);
      if (item === 2) stop.abort(new Error('enough'));
    },
    stop.signal,
  );
  await expect(all).rejects.toThrow('enough');
  expect(begun).toEqual([1, 2]);
});
