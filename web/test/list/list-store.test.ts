import { describe, expect, test } from 'vitest';
import type { Aircraft } from '../../../app/src/wire/units.ts';
import { ListStore } from '../../src/list/list-store.ts';
import { Picture } from '../../src/live/picture.ts';
import { Selection } from '../../src/state/selection.ts';
import { FakeAddress } from '../fake/address.ts';
import { AIRLINER, frame } from '../fixtures.ts';

const A = { ...AIRLINER, icao24: '00000a', callsign: 'A', altitude_m: 100 };
const B = { ...AIRLINER, icao24: '00000b', callsign: 'B', altitude_m: 200 };
const C = { ...AIRLINER, icao24: '00000c', callsign: 'C', altitude_m: 300 };
const D = { ...AIRLINER, icao24: '00000d', callsign: 'D', altitude_m: 50 };

/** A list over these aircraft, by slot; all are shown and in view. */
function open(parameters: Record<string, string>, ...aircraft: readonly Aircraft[]) {
  const address = new FakeAddress(parameters);
  const picture = new Picture();
  const selection = new Selection(address, picture);
  const visible = new Uint8Array(64).fill(1);
  const inView = new Set([0, 1, 2, 3]);
  const list = new ListStore({
    address,
    picture,
    selection,
    visible,
    now: () => 1000,
    who: () => null,
    airlineOf: () => null,
  });
  list.look({ isInView: (slot) => inView.has(slot), middle: () => AIRLINER });
  const show = (...next: readonly Aircraft[]): void => {
    picture.apply(frame({ aircraft: next.map((one, slot) => [slot, one] as const) }));
    selection.follow();
    list.follow();
  };
  show(...aircraft);
  const names = (): string[] => list.rows.slots.map((slot) => picture.callsignOf(slot) ?? '');
  return { address, picture, selection, visible, inView, list, show, names };
}

describe('the list', () => {
  test('has every aircraft that the filter shows, in order', () => {
    const { list, names, visible } = open({ list: 'all', sort: '-altitude' }, B, A, C);
    expect(names()).toEqual(['C', 'B', 'A']);
    visible[1] = 0;
    list.filtered();
    expect(names()).toEqual(['C', 'B']);
  });

  test('has those in view alone where that was chosen, and the chosen aircraft although the filter hides it', () => {
    const { list, names, visible, inView, selection } = open({ list: 'view', sort: 'altitude' }, A, B, C);
    inView.delete(1);
    list.follow();
    expect(names()).toEqual(['A', 'C']);
    visible[0] = 0;
    selection.choose('00000a');
    list.follow();
    expect(names()).toEqual(['A', 'C']);
    list.open('all');
    expect(names()).toEqual(['A', 'B', 'C']);
  });

  test('does not jump while the pointer or the keyboard is in it, and sorts again when both have left', () => {
    const { list, names, show } = open({ list: 'all', sort: 'altitude' }, A, B);
    list.hold('pointer');
    list.hold('keyboard');
    show({ ...A, altitude_m: 900 }, B, D);
    expect(names()).toEqual(['A', 'B', 'D']);
    expect(list.value).toMatchObject({ isHeld: true, added: 1 });
    list.release('pointer');
    expect(names()).toEqual(['A', 'B', 'D']);
    list.release('keyboard');
    expect(names()).toEqual(['D', 'B', 'A']);
    expect(list.value).toMatchObject({ isHeld: false, added: 0 });
  });

  test('tells how many aircraft belong into it, also while rows of others are held', () => {
    const { list, inView } = open({ list: 'view' }, A, B, C);
    list.hold('keyboard');
    inView.delete(0);
    list.follow();
    expect([list.value.number, list.rows.count]).toEqual([2, 3]);
    list.resized();
    expect([list.value.number, list.rows.count, list.value.isHeld]).toEqual([2, 2, true]);
  });

  test('sorts at once when somebody asks for another order, also while they are in it', () => {
    const { list, names, address } = open({ list: 'all' }, A, B, C);
    list.hold('keyboard');
    list.sortBy('altitude');
    list.sortBy('altitude');
    expect([names(), address.get('sort'), address.entries]).toEqual([
      ['C', 'B', 'A'],
      '-altitude,callsign',
      1,
    ]);
  });

  test('is gone through by keys while it is closed, in its order, over those that have left, as one step of Back', () => {
    const { list, selection, address, show } = open({ sort: '-altitude' }, A, B, C);
    const chosen: (string | null)[] = [];
    const step = (by: 1 | -1): void => {
      list.step(by);
      chosen.push(selection.value.icao24);
    };
    step(1);
    step(1);
    // Where it stands in a new order does not matter: the walk goes on as it began.
    show({ ...A, altitude_m: 5000 }, B);
    step(1);
    step(1);
    step(-1);
    expect(chosen).toEqual(['00000c', '00000b', '00000a', '00000a', '00000b']);
    expect(address.entries).toBe(2);
    address.back();
    expect(selection.value.icao24).toBeNull();
    list.step(-1);
    expect(selection.value.icao24).toBe('00000b');
  });

  test('takes a new order when an aircraft is chosen elsewhere', () => {
    const { list, selection, names, show } = open({ list: 'all', sort: 'altitude' }, A, B, C);
    list.step(1);
    show({ ...A, altitude_m: 5000 }, B, C);
    expect([names(), list.value.isHeld]).toEqual([['A', 'B', 'C'], true]);
    selection.choose('00000c');
    expect([names(), list.value.isHeld]).toEqual([['B', 'C', 'A'], false]);
  });

  test('answers nothing to a step where nobody is', () => {
    const { list } = open({});
    expect([list.step(1), list.step(-1)]).toEqual([null, null]);
  });

  test('costs nothing while it is closed, or on a page without a map', () => {
    const other = open({ list: 'all' }, A);
    other.list.look(null);
    other.show(A, B);
    expect(other.list.rows.count).toBe(1);
    const { list, show } = open({}, A, B);
    show(A, B, C);
    expect([list.value.scope, list.rows.count]).toEqual([null, 0]);
  });
});
