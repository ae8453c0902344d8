import { describe, expect, test } from 'vitest';
import { FilterStore } from '../../src/filter/filter-store.ts';
import { Picture } from '../../src/live/picture.ts';
import { FakeAddress } from '../fake/address.ts';
import { AIRLINER, frame } from '../fixtures.ts';

function open(parameters: Record<string, string> = {}) {
  const address = new FakeAddress(parameters);
  const picture = new Picture();
  picture.apply(
    frame({
      aircraft: [
        [0, AIRLINER],
        [1, { ...AIRLINER, icao24: 'aaaaaa', altitude_m: 500 }],
      ],
    }),
  );
  return { address, picture, store: new FilterStore(address, picture) };
}

describe('the filter of the page', () => {
  test('is that of the address from the start, and knows at once how many it takes', () => {
    const { store } = open({ altitude: '1' });
    expect([store.value.altitude, store.taken]).toEqual([2, { matching: 1, keptBeside: 0 }]);
  });

  test('does not make a step back of each change: Back undoes all of them', () => {
    const { address, store } = open({ icao24: '3c6444' });
    store.change({ altitude: 2 });
    store.change({ altitude: 4 });
    store.change({ callsign: ['DLH'] });
    expect(address.parameters).toEqual({ icao24: '3c6444', altitude: '2', callsign: 'DLH' });
    expect(address.entries).toBe(2);
    address.back();
    expect([store.taken.matching, store.value.callsign]).toEqual([2, []]);
  });

  test('takes a step of its own again after something else was done', () => {
    const { address, store } = open();
    store.change({ altitude: 2 });
    address.set({ icao24: 'aaaaaa' }, 'selection');
    address.set({ at: '1,2,3' }, null);
    store.change({ altitude: 4 });
    expect(address.entries).toBe(4);
  });

  test('tells of changes when what it shows is up to date, and not of other changes of the address', () => {
    const { address, store } = open();
    const heard: number[] = [];
    const stop = store.subscribe(() => heard.push(store.taken.matching));
    store.change({ altitude: 2 });
    address.set({ at: '1,2,3' }, null);
    store.clear();
    stop();
    store.change({ altitude: 2 });
    expect(heard).toEqual([2, 1, 2]);
  });

  test('follows the picture', () => {
    const { store, picture } = open({ altitude: '1' });
    picture.apply(frame({ kind: 'delta', baseTick: 1, tick: 2, removed: Uint32Array.of(1) }));
    store.follow();
    expect(store.taken.matching).toBe(0);
  });
});
