import { describe, expect, test } from 'vitest';
import { Picture } from '../src/live/picture.ts';
import { glyphOf, KINDS } from '../src/map/glyph.ts';
import { Placed } from '../src/map/placed.ts';
import { worldX, worldY } from '../src/map/projection.ts';
import { AIRLINER, frame, movedBlock, STRANGER } from './fixtures.ts';

function placedOf(...aircraft: NonNullable<Parameters<typeof frame>[0]['aircraft']>): Placed {
  const picture = new Picture();
  picture.apply(frame({ aircraft, tick: 5 }));
  return new Placed(picture);
}

describe('aircraft as the map has them', () => {
  test('are where the picture has them, in the class and glyph of their row', () => {
    const placed = placedOf([2, AIRLINER]);
    expect(placed.x[2]).toBeCloseTo(worldX(AIRLINER.longitude), 12);
    expect(placed.y[2]).toBeCloseTo(worldY(AIRLINER.latitude), 12);
    expect([placed.altitudeClass[2], KINDS[placed.kind[2] ?? 0]]).toEqual([5, 'jet']);
  });

  test('follow what moved, came and was replaced, also over frames that they did not follow one by one', () => {
    const placed = placedOf([1, AIRLINER], [2, AIRLINER]);
    const { picture } = placed;
    const delta = { kind: 'delta', eventTime: 1010 } as const;
    picture.apply(frame({ ...delta, baseTick: 5, tick: 6, moved: movedBlock(2, -2000, 500) }));
    picture.apply(frame({ ...delta, baseTick: 6, tick: 7, aircraft: [[40, STRANGER]] }));
    placed.follow();
    expect(placed.x[1]).toBeCloseTo(worldX(11.57), 12);
    expect(placed.x[2]).toBeCloseTo(worldX(11.55), 12);
    expect(placed.vx[2]).toBeGreaterThan(0);
    expect(placed.vy[2]).toBeCloseTo(0, 12);
    expect(placed.x[40]).toBeCloseTo(worldX(STRANGER.longitude), 12);
    picture.apply(frame({ picture: 8, tick: 1, aircraft: [[1, STRANGER]] }));
    placed.follow();
    expect([placed.x[1], placed.altitudeClass[1]]).toEqual([worldX(STRANGER.longitude), 0]);
  });

  test('do not sweep across the map when they say that they fly faster than anything does', () => {
    const speeds = [1000, 1000.1, 6553.5].map((velocity) => placedOf([2, { ...AIRLINER, velocity }]).vx[2]);
    expect(speeds.map((speed) => speed !== 0)).toEqual([true, false, false]);
  });

  test('stay where they are without track or speed', () => {
    const placed = placedOf([2, STRANGER]);
    expect([placed.vx[2], placed.vy[2]]).toEqual([0, -0]);
  });

  test('are drawn with the glyph of their category', () => {
    const words = (category: number, onGround = false): string | undefined =>
      KINDS[glyphOf(category, onGround)];
    expect([words(4), words(2), words(8), words(9), words(17), words(0), words(0, true)]).toEqual([
      'jet',
      'light',
      'rotor',
      'glider',
      'ground',
      'jet',
      'ground',
    ]);
  });
});
