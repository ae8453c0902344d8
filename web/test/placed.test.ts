import { describe, expect, test } from 'vitest';
import { Picture } from '../src/live/picture.ts';
import { glyphOf, KINDS } from '../src/map/glyph.ts';
import { Placed } from '../src/map/placed.ts';
import { EQUATOR_M, worldPerMetre, worldX, worldY } from '../src/map/projection.ts';
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
    placed.follow(1010, true);
    expect(placed.x[1]).toBeCloseTo(worldX(11.57), 12);
    expect(placed.x[2]).toBeCloseTo(worldX(11.55), 12);
    expect(placed.vx[2]).toBeGreaterThan(0);
    expect(placed.vy[2]).toBeCloseTo(0, 12);
    expect(placed.x[40]).toBeCloseTo(worldX(STRANGER.longitude), 12);
    picture.apply(frame({ picture: 8, tick: 1, aircraft: [[1, STRANGER]] }));
    placed.follow(1010, true);
    expect([placed.x[1], placed.altitudeClass[1]]).toEqual([worldX(STRANGER.longitude), 7]);
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

describe('between two positions', () => {
  const LEVEL = { ...AIRLINER, longitude: 10, latitude: 50, velocity: 200, true_track: 90, vertical_rate: 0 };
  const DEGREE_M = (EQUATOR_M / 360) * Math.cos((50 * Math.PI) / 180);
  /** Metres east of where it was at first. */
  const eastOf = (placed: Placed, now: number): number =>
    (placed.locate(2, now, true).x - worldX(10)) / worldPerMetre(50);
  const next = (metres: number, part: object = {}) =>
    frame({
      kind: 'delta',
      baseTick: 5,
      tick: 6,
      eventTime: 1086,
      aircraft: [[2, { ...LEVEL, longitude: 10 + metres / DEGREE_M, ...part }]],
    });

  function flying(): Placed {
    const placed = placedOf([2, LEVEL]);
    placed.pace_s = 86;
    return placed;
  }

  test('it flies on, and glides to the next position instead of jumping there', () => {
    const placed = flying();
    const before = eastOf(placed, 1086);
    expect(before).toBeCloseTo(17_200, -2);
    // It had been faster than it said: 1 km ahead.
    placed.picture.apply(next(18_200));
    placed.follow(1086, true);
    const { speed } = placed.locate(2, 1086, true);
    expect(speed / worldPerMetre(50)).toBeGreaterThan(600);
    expect(eastOf(placed, 1086)).toBeCloseTo(before, -1);
    const steps = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5].map((s) => eastOf(placed, 1086 + s));
    for (let i = 1; i < steps.length; i++) {
      const step = (steps[i] ?? 0) - (steps[i - 1] ?? 0);
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan((0.25 * speed) / worldPerMetre(50) + 1);
    }
    expect(eastOf(placed, 1088)).toBeCloseTo(18_200 + 400, -1);
    expect(placed.locate(2, 1088, true).speed / worldPerMetre(50)).toBeCloseTo(200, 0);
  });

  test('a glide too small to be seen asks for no drawing', () => {
    const placed = flying();
    placed.smallest = 2000 * worldPerMetre(50);
    placed.picture.apply(next(18_200));
    placed.follow(1086, true);
    expect(placed.locate(2, 1086.5, true).speed / worldPerMetre(50)).toBeCloseTo(200, 0);
  });

  test('a second position during a glide starts from where it is drawn', () => {
    const placed = flying();
    placed.picture.apply(next(18_200));
    placed.follow(1086, true);
    const drawn = eastOf(placed, 1086.6);
    placed.picture.apply(
      frame({ kind: 'delta', baseTick: 6, tick: 7, eventTime: 1086.5, moved: movedBlock(2, 0, 0) }),
    );
    placed.follow(1086.6, true);
    expect(eastOf(placed, 1086.6)).toBeCloseTo(drawn, 0);
  });

  test.each([
    ['that it cannot have flown to', 300_000, true],
    ['where everything stands still', 18_200, false],
  ])('it is at once at a position %s', (_what, metres, moving) => {
    const placed = flying();
    placed.picture.apply(next(metres));
    placed.follow(1086, moving);
    expect((placed.locate(2, 1086, moving).x - worldX(10)) / worldPerMetre(50)).toBeCloseTo(metres, -2);
  });

  test('another aircraft in its slot does not glide from where it was', () => {
    const placed = flying();
    placed.picture.apply(next(18_200, { icao24: 'aaaaaa' }));
    placed.follow(1086, true);
    expect(eastOf(placed, 1086)).toBeCloseTo(18_200, -2);
  });

  test('it glides the short way over the antimeridian', () => {
    const placed = placedOf([2, { ...LEVEL, longitude: 179.9, latitude: 0 }]);
    placed.pace_s = 86;
    const before = placed.locate(2, 1086, true).x;
    expect(before).toBeGreaterThan(1);
    placed.picture.apply(next(0, { longitude: -179.94, latitude: 0 }));
    placed.follow(1086, true);
    const after = placed.locate(2, 1086, true).x;
    expect(Math.abs(after - before - Math.round(after - before))).toBeLessThan(1e-6);
  });

  test('it is carried on for less in a turn, which two tracks close in time tell', () => {
    const placed = flying();
    const turned = { ...next(2000, { true_track: 120 }), eventTime: 1010 };
    placed.picture.apply(turned);
    placed.follow(1010, true);
    const still = placed.locate(2, 1031, true);
    const [x, y] = [still.x, still.y];
    // 3 degrees a second: 20 s, and the glide is over by then.
    expect(placed.locate(2, 1060, true)).toMatchObject({ x, y, speed: 0 });
    expect(placed.locate(2, 1029, true).speed).toBeGreaterThan(0);
  });

  test('a server clock that is set back leaves nothing gliding', () => {
    const placed = flying();
    placed.picture.apply(next(18_200));
    placed.follow(1086, true);
    expect(eastOf(placed, 1080)).toBeCloseTo(18_200, -2);
  });
});
