import { once } from 'node:events';
import { expect, it } from 'vitest';
import { SYSTEM } from '../../src/program/system.ts';

it.each([2.4, 0, -3.5])('a time limit of %d ms, as what is left of one may be, fires', async (ms) => {
  const signal = SYSTEM.timeout(ms);
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});
