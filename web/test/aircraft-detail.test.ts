import { describe, expect, test } from 'vitest';
import {
  aircraftStyle,
  labelLevel,
  styleWhileMoving,
  type AircraftStyle,
  type LabelLevel,
} from '../src/map/aircraft-detail.ts';

const desktop = (number: number, zoom = 2.6) => ({ number, zoom, width: 1368, height: 790 });
const phone = (number: number, zoom = 2) => ({ number, zoom, width: 390, height: 640 });

describe('how aircraft are drawn', () => {
  test('4,000 over the whole world are icons on a desktop, and 15,000 are how many there are in each place', () => {
    expect(aircraftStyle(desktop(4000), null)).toBe('small');
    expect(aircraftStyle(desktop(15_000), null)).toBe('density');
    expect(aircraftStyle({ number: 15_000, zoom: 3.5, width: 2488, height: 1300 }, null)).toBe('density');
  });

  test('a phone has room for fewer', () => {
    expect([100, 1000, 3000].map((number) => aircraftStyle(phone(number), null))).toEqual([
      'icon',
      'small',
      'square',
    ]);
  });

  test('a number that wavers around a limit does not flip them', () => {
    for (const limit of [1080, 5403, 7000]) {
      let before: AircraftStyle | null = null;
      const seen = new Set<AircraftStyle>();
      for (let i = 0; i < 40; i++) {
        before = aircraftStyle(desktop(limit + (i % 2 === 0 ? -40 : 40)), before);
        seen.add(before);
      }
      expect(seen.size, String(limit)).toBe(1);
    }
  });

  test('a number that is well past the limit does', () => {
    expect(aircraftStyle(desktop(8000), 'small')).toBe('square');
    expect(aircraftStyle(desktop(9000), 'square')).toBe('density');
    expect(aircraftStyle(desktop(6900), 'density')).toBe('square');
    expect(aircraftStyle(desktop(5000), 'square')).toBe('small');
    expect(aircraftStyle(desktop(900), 'small')).toBe('icon');
  });
});

test('where icons take long to draw, aircraft are squares while the map is dragged', () => {
  expect([styleWhileMoving('small', 15), styleWhileMoving('icon', 90)]).toEqual(['small', 'square']);
  expect([styleWhileMoving('density', 90), styleWhileMoving('square', 90)]).toEqual(['density', 'square']);
});

describe('what labels say', () => {
  test('nothing over a full continent, the callsign over a country, altitude and speed at an airport', () => {
    expect(labelLevel(desktop(2500, 4), 0)).toBe(0);
    expect(labelLevel(desktop(300, 6), 0)).toBe(1);
    expect(labelLevel(desktop(40, 9), 0)).toBe(2);
  });

  test('all of it at every zoom where there are few', () => {
    expect(labelLevel(desktop(10), 0)).toBe(2);
    expect(labelLevel(desktop(50), 0)).toBe(1);
  });

  test('the same with a number or a zoom that wavers', () => {
    const wavering = [
      [desktop(445, 6), desktop(460, 6)],
      [desktop(85, 9), desktop(95, 9)],
      [desktop(200, 4.85), desktop(200, 4.75)],
    ];
    for (const [a, b] of wavering) {
      if (a === undefined || b === undefined) continue;
      const first: LabelLevel = labelLevel(a, 0);
      expect(labelLevel(b, first)).toBe(first);
      expect(labelLevel(a, labelLevel(b, first))).toBe(first);
    }
  });
});
