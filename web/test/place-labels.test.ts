import { describe, expect, test } from 'vitest';
import { placeLabels, type Kept, type PlacedLabel, type Wanting } from '../src/map/place-labels.ts';

const one = (slot: number, x: number, y: number): Wanting => ({
  slot,
  address: 1000 + slot,
  x,
  y,
  half: 8,
  width: 50,
  height: 13,
});
const place = (wanting: readonly Wanting[], kept: Kept = new Map(), forced = -1, most = 100): PlacedLabel[] =>
  placeLabels(wanting, kept, { most, forced, written: [], blocked: [] });
const keptOf = (placed: readonly PlacedLabel[]): Kept =>
  new Map(placed.map(({ wanting, side }) => [wanting.address, side]));
const slotsOf = (placed: readonly PlacedLabel[]): number[] => placed.map(({ wanting }) => wanting.slot);

/** Aircraft at places that repeat for the same seed. */
function crowd(number: number, seed: number): Wanting[] {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return Array.from({ length: number }, (_, slot) => one(slot, random() * 1400, random() * 800));
}

describe('labels of aircraft', () => {
  test('stand beside their icon, at the side that is free', () => {
    const [first, second] = place([one(0, 100, 100), one(1, 130, 100)]);
    expect([first?.side, first?.left]).toEqual(['left', 39]);
    expect(second?.side).toBe('right');
  });

  test('never overlap, nor cover an icon, however many there are', () => {
    const wanting = crowd(400, 7);
    const placed = place(wanting);
    expect(placed.length).toBeGreaterThan(80);
    const covered = placed.flatMap((a, i) => [
      ...placed
        .slice(i + 1)
        .filter((b) => Math.abs(a.left - b.left) < 50 && Math.abs(a.middle - b.middle) < 13),
      ...wanting.filter(
        ({ slot, x, y }) =>
          slot !== a.wanting.slot && x > a.left && x < a.left + 50 && Math.abs(a.middle - y) < 6.5,
      ),
    ]);
    expect(covered).toEqual([]);
  });

  test('never stand under what lies over the map, the chosen one only where nothing else is left', () => {
    const card = { left: 110, top: 80, right: 400, bottom: 300 };
    const limits = { most: 9, forced: -1, written: [], blocked: [card] };
    const under = one(1, 200, 150);
    const placed = placeLabels([one(0, 100, 100), under], new Map([[1000, 'right']]), limits);
    expect(placed.map(({ wanting: { slot }, side }) => [slot, side])).toEqual([[0, 'left']]);
    const [forced] = placeLabels([one(0, 100, 100)], new Map(), { ...limits, forced: 0 });
    expect(forced?.side).toBe('left');
  });

  test('stay where they are from one drawing to the next while aircraft creep past each other', () => {
    let kept: Kept = new Map();
    const crept = crowd(300, 11);
    let changes = 0;
    for (let frame = 0; frame < 60; frame++) {
      const placed = place(
        crept.map((wanting, i) => ({ ...wanting, x: wanting.x + (i % 3) * 0.02 * frame })),
        kept,
      );
      const now = keptOf(placed);
      if (frame > 0) for (const [address, side] of kept) if (now.get(address) !== side) changes += 1;
      kept = now;
    }
    expect(changes).toBeLessThan(4);
  });

  test('the chosen aircraft has its label whatever is in the way', () => {
    const wanting = crowd(400, 3);
    for (const forced of [5, 77, 399]) expect(slotsOf(place(wanting, new Map(), forced))).toContain(forced);
    expect(slotsOf(place(wanting, keptOf(place(wanting)), 5, 1))).toEqual([5]);
  });

  test('stand beside the names of places, and not on them', () => {
    const written = [{ left: 110, top: 90, right: 200, bottom: 110 }];
    const [only] = placeLabels([one(0, 100, 100)], new Map(), { most: 9, forced: -1, written, blocked: [] });
    expect(only?.side).toBe('left');
    // One that has drifted over a name goes to another side, and stays where there is none.
    const limits = { most: 9, forced: -1, written, blocked: [] };
    const drifted = placeLabels([one(0, 100, 100)], new Map([[1000, 'right']]), limits);
    expect(drifted.map(({ side }) => side)).toEqual(['left']);
    const everywhere = { ...limits, written: [{ left: 0, top: 0, right: 300, bottom: 300 }] };
    const stays = placeLabels([one(0, 100, 100)], new Map([[1000, 'right']]), everywhere);
    expect(stays.map(({ side }) => side)).toEqual(['right']);
    const [newcomer] = placeLabels([one(0, 100, 100)], new Map(), everywhere);
    expect([newcomer?.side, newcomer?.isOverName, only?.isOverName]).toEqual(['right', true, false]);
  });

  test('are no more than asked for', () => {
    expect(place(crowd(400, 3), new Map(), -1, 25)).toHaveLength(25);
  });
});
