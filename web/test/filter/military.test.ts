import { expect, test } from 'vitest';
import { MILITARY_BLOCKS } from '../../src/filter/military-blocks.ts';
import { isMilitaryAddress } from '../../src/filter/military.ts';

test('an address is military where its state has set its block aside, and only there', () => {
  const military = [0xadf800, 0xae0000, 0xafffff, 0x43c000, 0x3f4000, 0x3b0000, 0x7cf000, 0x43eb00];
  const others = [0x000000, 0xadf7ff, 0xb00000, 0x3c6444, 0x400000, 0x43bfff, 0x43e800, 0x440000, 0xffffff];
  expect(military.filter((address) => !isMilitaryAddress(address))).toEqual([]);
  expect(others.filter((address) => isMilitaryAddress(address))).toEqual([]);
});

test('an address that is not of ICAO is of no state, whatever its digits', () => {
  expect(isMilitaryAddress((1 << 24) | 0xae0000)).toBe(false);
});

test('the ranges are in order and apart, so that they can be searched', () => {
  for (const [i, [first, last]] of MILITARY_BLOCKS.entries()) {
    expect(last).toBeGreaterThan(first);
    expect(first).toBeGreaterThan((MILITARY_BLOCKS[i - 1]?.[1] ?? -2) + 1);
  }
});
