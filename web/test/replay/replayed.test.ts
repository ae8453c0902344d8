import { describe, expect, test } from 'vitest';
import { Picture } from '../../src/live/picture.ts';
import { Placed } from '../../src/map/placed.ts';
import { worldX, worldY } from '../../src/map/projection.ts';
import { Replayed } from '../../src/replay/replayed.ts';
import { frame, AIRLINER } from '../fixtures.ts';
import { chunkOf, FROM, told } from './chunk.ts';

function opened() {
  const picture = new Picture();
  const replayed = new Replayed(picture);
  replayed.begin();
  const addresses = (): readonly string[] =>
    Array.from({ length: picture.slots }, (_, slot) => slot)
      .filter((slot) => picture.used[slot] === 1)
      .map((slot) => picture.addressOf(slot))
      .sort();
  return { picture, replayed, addresses, placed: new Placed(picture) };
}

/** 240 m/s to the east along the equator is 0.0216 degrees in 10 s. */
const EAST = { latitude: 0, velocity: 240, true_track: 90, altitude_m: 10_000 };

describe('the picture of an instant of the past', () => {
  test('has each aircraft at its last report: they come with the first and go five minutes after the last', () => {
    const { picture, replayed, addresses } = opened();
    const chunk = chunkOf([
      told('aaaaaa', -200),
      told('bbbbbb', 10),
      told('bbbbbb', 20, { altitude_m: 5000 }),
    ]);
    expect(replayed.show(chunk, FROM)).toBe(true);
    expect(addresses()).toEqual(['aaaaaa']);
    expect(replayed.show(chunk, FROM + 10)).toBe(true);
    expect(addresses()).toEqual(['aaaaaa', 'bbbbbb']);
    expect(replayed.show(chunk, FROM + 19)).toBe(false);
    replayed.show(chunk, FROM + 20);
    expect(picture.aircraft(picture.find('bbbbbb'))).toMatchObject({
      altitude_m: 5000,
      time_position: FROM + 20,
      country: 'Germany',
      feed: 'opensky',
    });
    replayed.show(chunk, FROM + 100);
    expect(addresses()).toEqual(['aaaaaa', 'bbbbbb']);
    replayed.show(chunk, FROM + 101);
    expect(addresses()).toEqual(['bbbbbb']);
    replayed.show(chunk, FROM + 5);
    expect(addresses()).toEqual(['aaaaaa']);
  });

  test('is the same whether it was played up to there, jumped to, or opened at once', () => {
    const rows = ['aaaaaa', 'bbbbbb', 'cccccc'].flatMap((icao24, i) =>
      [-50, 3, 40, 90, 250, 420].map((seconds) =>
        told(icao24, seconds + 7 * i, { ...EAST, longitude: i + seconds * 0.00216, callsign: `F${seconds}` }),
      ),
    );
    const chunk = chunkOf(rows);
    const look = (at: number, before: readonly number[]) => {
      const { picture, replayed, addresses, placed } = opened();
      for (const one of [...before, at]) replayed.show(chunk, FROM + one);
      placed.follow(FROM + at, true);
      return addresses().map((icao24) => {
        const slot = picture.find(icao24);
        const { slot: _, ...aircraft } = picture.aircraft(slot) ?? { slot };
        return { aircraft, spot: { ...placed.locate(slot, FROM + at, true) } };
      });
    };
    const fresh = look(123, []);
    expect(fresh).toHaveLength(3);
    expect(
      look(
        123,
        Array.from({ length: 123 }, (_, i) => i),
      ),
    ).toEqual(fresh);
    expect(look(123, [299, 0, 200])).toEqual(fresh);
  });

  test('of the next chunk keeps slots, and names countries and feeds as they are there', () => {
    const { picture, replayed } = opened();
    const first = chunkOf([told('aaaaaa', 290), told('bbbbbb', 290, { origin_country: 'France' })]);
    replayed.show(first, FROM + 299);
    const slot = picture.find('bbbbbb');
    const next = chunkOf(
      [told('bbbbbb', -10, { origin_country: 'France' }), told('cccccc', 0, { origin_country: 'Spain' })],
      { from: FROM + 300 },
    );
    replayed.show(next, FROM + 300);
    expect(picture.find('bbbbbb')).toBe(slot);
    expect(picture.find('aaaaaa')).toBe(-1);
    expect(picture.countryOf(slot)).toBe('France');
    expect(picture.countryOf(picture.find('cccccc'))).toBe('Spain');
    expect(picture.count).toBe(2);
  });

  test('refuses frames until it is given back and a full one has come', () => {
    const { picture, replayed } = opened();
    replayed.show(chunkOf([told('aaaaaa', 0)]), FROM);
    const late = frame({ kind: 'delta', baseTick: 1, tick: 2, aircraft: [[5, AIRLINER]] });
    expect(picture.apply(late)).toEqual({ kind: 'refused' });
    expect(picture.count).toBe(1);
    picture.release();
    picture.apply(frame({ aircraft: [[5, AIRLINER]] }));
    expect([picture.count, picture.legs]).toEqual([1, null]);
  });
});

describe('between two reports', () => {
  test('an aircraft is on its way, as fast as the replay runs, and an estimate far from both', () => {
    const { picture, replayed, placed } = opened();
    const chunk = chunkOf([
      told('aaaaaa', 0, { ...EAST, longitude: 10 }),
      told('aaaaaa', 100, { ...EAST, longitude: 10.216 }),
    ]);
    replayed.show(chunk, FROM + 50);
    placed.follow(FROM + 50, true);
    const slot = picture.find('aaaaaa');
    expect(placed.locate(slot, FROM + 50, true)).toMatchObject({ age_s: 0, speed: 0, isEstimated: true });
    expect(placed.locate(slot, FROM + 50, true).x).toBeCloseTo(worldX(10.108), 9);
    expect(placed.locate(slot, FROM + 10, true).isEstimated).toBe(false);
    replayed.rate = 60;
    expect(placed.locate(slot, FROM + 25, true).speed * 100).toBeCloseTo((0.216 / 360) * 60, 9);
    // With reduced motion it stands where it was heard of.
    expect(placed.locate(slot, FROM + 50, false).x).toBeCloseTo(worldX(10), 9);
  });

  test('it crosses the antimeridian the short way', () => {
    const { picture, replayed, placed } = opened();
    const chunk = chunkOf([
      told('aaaaaa', 0, { ...EAST, longitude: 179.9 }),
      told('aaaaaa', 100, { ...EAST, longitude: -179.9 }),
    ]);
    replayed.show(chunk, FROM);
    placed.follow(FROM, true);
    const slot = picture.find('aaaaaa');
    const xs = [0, 25, 50, 75, 100].map((at) => placed.locate(slot, FROM + at, true).x);
    for (const x of xs) expect(Math.abs(x - Math.round(x))).toBeLessThan(0.001);
    // The last one is the report itself, on the other edge of the world.
    expect(xs.slice(0, 4)).toEqual(xs.slice(0, 4).toSorted((a, b) => a - b));
  });

  test('it follows the great circle where that can be seen', () => {
    const { picture, replayed, placed } = opened();
    const north = { latitude: 60, velocity: 250, true_track: 80 };
    const chunk = chunkOf([
      told('aaaaaa', 0, { ...north, longitude: 0 }),
      told('aaaaaa', 800, { ...north, longitude: 3.6 }),
    ]);
    replayed.show(chunk, FROM);
    placed.follow(FROM, true);
    const { x, y } = placed.locate(picture.find('aaaaaa'), FROM + 400, true);
    expect(x).toBeCloseTo(worldX(1.8), 7);
    // tan(latitude) = tan(60°) / cos(1.8°) in the middle.
    const middle = (Math.atan(Math.tan(Math.PI / 3) / Math.cos((1.8 * Math.PI) / 180)) * 180) / Math.PI;
    expect(y).toBeCloseTo(worldY(middle), 8);
  });

  test.each([
    ['of 16 minutes', [0, 960], 10.5],
    ['that it cannot have flown', [0, 60], 12],
  ] as const)('a gap %s is not bridged: it is carried on for 15 s', (_, [first, second], longitude) => {
    const { picture, replayed, placed, addresses } = opened();
    const chunk = chunkOf([
      told('aaaaaa', first, { ...EAST, longitude: 10 }),
      told('aaaaaa', second, { ...EAST, longitude }),
    ]);
    replayed.show(chunk, FROM + 50);
    placed.follow(FROM + 50, true);
    const spot = placed.locate(picture.find('aaaaaa'), FROM + 50, true);
    expect(spot.x).toBeCloseTo(worldX(10 + 0.00216 * 15), 5);
    expect(spot.age_s).toBe(50);
    replayed.show(chunk, FROM + 301);
    expect(addresses()).toEqual(second > 301 ? [] : ['aaaaaa']);
  });

  test('a gap of a slow feed is bridged, however long nothing was heard', () => {
    const { replayed, addresses } = opened();
    const chunk = chunkOf([
      told('aaaaaa', -400, { ...EAST, longitude: 10 }),
      told('aaaaaa', 464, { ...EAST, longitude: 10 + 864 * 0.00216 }),
    ]);
    replayed.show(chunk, FROM + 200);
    expect(addresses()).toEqual(['aaaaaa']);
  });
});
