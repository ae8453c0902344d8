import { expect, test } from 'vitest';
import { readAhead } from '../../src/scan/read-ahead.ts';
import { collect } from '../tables.ts';

test('work is done ahead, not further than asked, and answered in order', async () => {
  let underWay = 0;
  let most = 0;
  const results = await collect(
    readAhead([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return item * 10;
    }),
  );
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(3);
});

test('a failure comes at its turn, also when it came sooner', async () => {
  const seen: number[] = [];
  const reading = (async () => {
    const ahead = readAhead([1, 2, 3], 5, async (item) => {
      if (item === 2) throw new Error('torn');
      return item;
    });
    for await (const item of ahead) seen.push(item);
  })();
  await expect(reading).rejects.toThrow('torn');
  expect(seen).toEqual([1]);
});
