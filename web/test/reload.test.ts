import { expect, test } from 'vitest';
import { reloadOnce } from '../src/live/reload.ts';

test('a page that is older than its server loads itself again once, not for ever', () => {
  const kept = new Map<string, string>();
  let reloads = 0;
  const window = {
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    },
    location: { reload: () => void (reloads += 1) },
  };
  expect([reloadOnce(window), reloadOnce(window), reloads]).toEqual([true, false, 1]);
});

test('where nothing can be remembered, no page loads itself again', () => {
  const denied = (): never => {
    throw new DOMException('denied', 'SecurityError');
  };
  const window = {
    sessionStorage: { getItem: denied, setItem: denied },
    location: { reload: () => expect.unreachable() },
  };
  expect(reloadOnce(window)).toBe(false);
});
