import { describe, expect, test } from 'vitest';
import { Picture } from '../../src/live/picture.ts';
import { Selection } from '../../src/state/selection.ts';
import { FakeAddress } from '../fake/address.ts';
import { AIRLINER, frame } from '../fixtures.ts';

function open(parameters: Record<string, string> = {}) {
  const address = new FakeAddress(parameters);
  const picture = new Picture();
  return { address, picture, selection: new Selection(address, picture) };
}

describe('the chosen aircraft', () => {
  test('is that of the address, and gets its slot when the picture has it', () => {
    const { picture, selection } = open({ icao24: '3c6444' });
    expect(selection.value).toEqual({ icao24: '3c6444', slot: -1 });
    picture.apply(frame({ aircraft: [[5, AIRLINER]] }));
    selection.follow();
    expect(selection.value.slot).toBe(5);
  });

  test('stays chosen when it leaves and comes back to another slot, which another aircraft does not take from it', () => {
    const { picture, selection } = open({ icao24: '3c6444' });
    const slots: number[] = [];
    selection.subscribe(({ slot }) => slots.push(slot));
    for (const aircraft of [
      [[5, AIRLINER]],
      [[5, { ...AIRLINER, icao24: 'aaaaaa' }]],
      [[9, AIRLINER]],
    ] as const) {
      picture.apply(frame({ aircraft }));
      selection.follow();
      selection.follow();
    }
    expect(slots).toEqual([-1, 5, -1, 9]);
  });

  test('is a step each: Back chooses the one before', () => {
    const { address, selection } = open();
    selection.choose('3c6444');
    selection.choose('aaaaaa', 'show');
    selection.choose(null);
    expect([address.entries, selection.wanted]).toEqual([4, null]);
    address.back();
    expect(selection.value.icao24).toBe('aaaaaa');
  });

  test('can be asked for again, to bring it to sight, without another step', () => {
    const { address, selection } = open({ icao24: '3c6444' });
    let heard = 0;
    selection.subscribe(() => (heard += 1));
    selection.choose('3c6444', 'show');
    expect([heard, selection.wanted, address.entries]).toEqual([2, 'show', 1]);
  });
});
