import { describe, expect, test } from 'vitest';
import { View, WORLD } from '../src/map/view.ts';
import { FakeAddress } from './fake/address.ts';

function open(parameters: Record<string, string> = {}) {
  const address = new FakeAddress(parameters);
  let waiting: (() => void) | null = null;
  const view = new View(address, (run) => {
    waiting = run;
    return () => (waiting = null);
  });
  return { address, view, rest: () => waiting?.() };
}

describe('where the map looks', () => {
  test('is what the address says, also when aircraft come', () => {
    const { view } = open({ at: '48,11,6' });
    expect([view.opened().zoom, view.isToBeFitted(100)]).toEqual([6, false]);
  });

  test('is fitted to the aircraft once they are there, when nobody has said where to look', () => {
    const { view } = open();
    expect(view.opened()).toBe(WORLD);
    expect([0, 0, 3, 4].map((aircraft) => view.isToBeFitted(aircraft))).toEqual([false, false, true, false]);
  });

  test('is not remembered while it waits for aircraft: after a reload it still is fitted to them', () => {
    const { address, view, rest } = open();
    view.opened();
    view.moved(WORLD);
    rest();
    expect(address.get('at')).toBeNull();
    view.isToBeFitted(3);
    view.moved({ x: 0.5, y: 0.5, zoom: 5 });
    rest();
    expect(address.get('at')).toBe('0.00,0.00,5.00');
  });

  test('goes into the address when the map rests, once and without a step back', () => {
    const { address, view, rest } = open();
    view.moved({ x: 0.5, y: 0.5, zoom: 3 });
    view.moved({ x: 0.5, y: 0.5, zoom: 4 });
    expect(address.get('at')).toBeNull();
    rest();
    expect([address.get('at'), address.entries]).toEqual(['0.0,0.0,4.00', 1]);
  });

  test('is kept while another page is open, and not put into the address of that page', () => {
    const { address, view, rest } = open();
    view.moved({ x: 0.5, y: 0.5, zoom: 4 });
    view.closed();
    rest();
    expect([address.get('at'), view.opened().zoom, view.isToBeFitted(3)]).toEqual([null, 4, false]);
  });
});
