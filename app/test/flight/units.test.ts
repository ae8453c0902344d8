import { expect, test } from 'vitest';
import { feetPerMinuteToMps, feetToMetres, knotsToMps } from '../../src/flight/units.ts';

test('units of receivers become those of a state vector, without a tail of binary fractions', () => {
  expect(feetToMetres(35_000)).toBe(10_668);
  expect(feetToMetres(-125)).toBe(-38.1);
  expect(knotsToMps(161.1)).toBe(82.8769284);
  expect(feetPerMinuteToMps(-1920)).toBe(-9.7536);
  expect(Object.is(feetPerMinuteToMps(-0), 0)).toBe(true);
});
