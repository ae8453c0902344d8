import { describe, expect, test } from 'vitest';
import { GONE, Rows } from '../../src/list/rows.ts';
import { Picture } from '../../src/live/picture.ts';
import { AIRLINER, frame } from '../fixtures.ts';

/** A picture with these addresses in its slots, and rows over it. */
function open(bySlot: Readonly<Record<number, string>>) {
  const picture = new Picture();
  const show = (next: Readonly<Record<number, string>>): void => {
    const aircraft = Object.entries(next).map(
      ([slot, icao24]) => [Number(slot), { ...AIRLINER, icao24 }] as const,
    );
    picture.apply(frame({ aircraft }));
  };
  show(bySlot);
  const rows = new Rows(picture);
  return { rows, show };
}

describe('the rows of the list', () => {
  test('stand as they were arranged', () => {
    const { rows } = open({ 0: '00000a', 1: '00000b', 2: '00000c' });
    rows.arrange([2, 0]);
    expect([rows.slots, rows.addresses, rows.count]).toEqual([[2, 0], [0xc, 0xa], 2]);
    expect([rows.find(0xa), rows.find(0xb), rows.find(null)]).toEqual([1, -1, -1]);
  });

  test('do not move while they are kept: who leaves leaves a gap, who comes is added below', () => {
    const { rows, show } = open({ 0: '00000a', 1: '00000b', 2: '00000c' });
    rows.arrange([2, 1, 0]);
    show({ 0: '00000a', 2: '00000c', 5: '00000d' });
    rows.keep([5, 0, 2]);
    expect(rows.slots).toEqual([2, GONE, 0, 5]);
    expect(rows.addresses).toEqual([0xc, 0xb, 0xa, 0xd]);
    rows.arrange([5, 0, 2]);
    expect(rows.slots).toEqual([5, 0, 2]);
  });

  test('keep an aircraft that only left the view, and follow one that comes back to another slot', () => {
    const { rows, show } = open({ 0: '00000a', 1: '00000b' });
    rows.arrange([1, 0]);
    rows.keep([0]);
    expect(rows.slots).toEqual([1, 0]);
    // Its slot belongs to another now.
    show({ 0: '00000a', 1: '00000e' });
    rows.keep([0, 1]);
    expect(rows.slots).toEqual([GONE, 0, 1]);
    show({ 0: '00000a', 1: '00000e', 7: '00000b' });
    rows.keep([0, 1, 7]);
    expect(rows.slots).toEqual([7, 0, 1]);
  });
});
