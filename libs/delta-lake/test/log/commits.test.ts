import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { readCommit, readCommitBatches } from '../../src/log/commits.ts';
import { commitKey } from '../../src/log/names.ts';
import { collect } from '../tables.ts';

const add = (i: number, filler = ''): string =>
  JSON.stringify({
    add: { path: `f${i}-ö🛩`, partitionValues: { p: filler }, size: i, modificationTime: 1, dataChange: true },
  });

describe('a commit that is larger than what is read at once', () => {
  // Lines from a few bytes to megabytes, so that pieces end within lines and within characters.
  const lines = Array.from({ length: 400 }, (_, i) => add(i, 'ö'.repeat((i * i * 37) % 30_000)));
  lines[200] = add(200, '🛩'.repeat(1_500_000));
  const body = new TextEncoder().encode(lines.join('\n'));

  test.each([
    ['with', new TextEncoder().encode('\n')],
    ['without', new Uint8Array(0)],
  ])('is read in pieces, %s a newline at its end', async (_how, end) => {
    const store = memoryStore();
    await store.put(commitKey(3), Buffer.concat([body, end]));
    const whole = await readCommit(store, 3);
    const bytesOf = new Map([[3, body.length + end.length]]);
    expect(body.length).toBeGreaterThan(10_000_000);
    const pieces = await readCommit(store, 3, { bytesOf });
    expect(pieces?.adds.map(({ path, size }) => [path, size])).toEqual(
      Array.from({ length: 400 }, (_unused, i) => [`f${i}-ö🛩`, i]),
    );
    expect(pieces?.adds.map(({ partitionValues }) => partitionValues)).toEqual(
      whole?.adds.map(({ partitionValues }) => partitionValues),
    );
  });

  test('says which line is wrong', async () => {
    const store = memoryStore();
    const broken = [...lines.slice(0, 300), '{"add":', ...lines.slice(301)].join('\n');
    await store.put(commitKey(3), broken);
    const bytesOf = new Map([[3, new TextEncoder().encode(broken).length]]);
    await expect(readCommit(store, 3, { bytesOf })).rejects.toMatchObject({
      code: 'corrupt-log',
      facts: { version: 3, line: 301 },
    });
  });
});

describe('reading ahead', () => {
  test('takes many small commits at a time, and large ones one by one', async () => {
    const store = memoryStore();
    const bytesOf = new Map<number, number>();
    for (let version = 0; version < 50; version++) {
      const body = `${add(version, version >= 40 ? 'x'.repeat(3_000_000) : '')}\n`;
      bytesOf.set(version, body.length);
      await store.put(commitKey(version), body);
    }
    const batches = await collect(readCommitBatches(store, 0, 49, { bytesOf }));
    expect(batches.flat().map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(batches.slice(0, 2).map((commits) => commits.length)).toEqual([32, 9]);
    expect(batches.slice(2).every((commits) => commits.length === 1)).toBe(true);
  });

  test('names the commit that is missing', async () => {
    const store = memoryStore();
    for (const version of [0, 1, 3]) await store.put(commitKey(version), '{}\n');
    await expect(collect(readCommitBatches(store, 0, 3))).rejects.toMatchObject({
      code: 'corrupt-log',
      facts: { version: 2 },
    });
  });
});
