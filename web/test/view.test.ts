import { describe, expect, test } from 'vitest';
import { View } from '../src/map/view.ts';
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
  test('is what the address says, or not decided yet', () => {
    expect(open().view.camera).toBeNull();
    expect(open({ at: '48,11,6' }).view.camera?.zoom).toBe(6);
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
    expect([address.get('at'), view.camera?.zoom]).toEqual([null, 4]);
  });
});
