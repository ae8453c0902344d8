import { describe, expect, test } from 'vitest';
import { distance_m } from '../../app/src/wire/great-circle.ts';
import { latitudeOf, longitudeOf, worldPixels, worldX, worldY } from '../src/map/projection.ts';
import { PALETTES } from '../src/map/ramp.ts';
import { drawRings, ringsFor, type Rings } from '../src/map/rings.ts';
import { RingsStore } from '../src/state/rings-store.ts';
import { FakeAddress } from './fake/address.ts';

const ZURICH = { latitude: 47.46, longitude: 8.55 };
const SIZE = { width: 1200, height: 800 };
const over = (place: typeof ZURICH, zoom: number) => ({
  x: worldX(place.longitude),
  y: worldY(place.latitude),
  zoom,
});

describe('distance rings', () => {
  test('are at round distances of the chosen units, and not too near each other', () => {
    const words = (units: Rings['units'], zoom: number): string[] =>
      ringsFor({ centre: ZURICH, units }, over(ZURICH, zoom), SIZE).map(({ label }) => label);
    expect(words('metric', 8).slice(0, 3)).toEqual(['50 km', '100 km', '150 km']);
    expect(words('aviation', 8).slice(0, 3)).toEqual(['20 NM', '40 NM', '60 NM']);
    expect(words('metric', 12)[0]).toBe('2 km');
    expect(words('metric', 4).length).toBeLessThanOrEqual(10);
  });

  test('reach from a middle that is out of sight into the view', () => {
    const far = over({ latitude: 47.46, longitude: 12 }, 8);
    const rings = ringsFor({ centre: ZURICH, units: 'metric' }, far, SIZE);
    expect(rings.at(-1)?.radius_m).toBeGreaterThan(250_000);
  });

  test('are circles on the Earth, not on the map, and have their words in the view', () => {
    const camera = over(ZURICH, 8);
    const corners: [number, number][] = [];
    const words: [string, number, number][] = [];
    const draw = (x: number, y: number): void => void corners.push([x, y]);
    const context = {
      beginPath: () => {},
      moveTo: () => {},
      lineTo: draw,
      stroke: () => {},
      strokeText: () => {},
      fillText: (text: string, x: number, y: number) => void words.push([text, x, y]),
      measureText: () => ({ width: 40 }),
    } as unknown as CanvasRenderingContext2D;
    const canvas = { width: 1800, height: 1200 };
    drawRings(context, { centre: ZURICH, units: 'metric' }, camera, canvas, PALETTES.dark, []);
    const world = worldPixels(8);
    // The first two are the cross in the middle.
    const radii = corners.slice(2, 122).map(([x, y]) =>
      distance_m(ZURICH, {
        longitude: longitudeOf(camera.x + (x - 900) / world),
        latitude: latitudeOf(camera.y + (y - 600) / world),
      }),
    );
    expect(Math.min(...radii)).toBeGreaterThan(49_900);
    expect(Math.max(...radii)).toBeLessThan(50_100);
    expect(words[0]?.[0]).toBe('50 km');
    expect(words.every(([, x, y]) => Math.abs(x - 900) < 600 && Math.abs(y - 600) < 400)).toBe(true);
  });

  test('stand in the address, which a person may have written', () => {
    const address = new FakeAddress({ rings: '47.46, 8.55' });
    const store = new RingsStore(address);
    expect(store.value).toEqual(ZURICH);
    store.choose(null);
    expect([store.value, address.get('rings')]).toEqual([null, null]);
    store.choose({ latitude: -33.94612345, longitude: 151.1 });
    expect([address.get('rings'), store.value?.latitude]).toEqual(['-33.9461,151.1000', -33.9461]);
    for (const text of ['', '1', '91,3', '1,200', '1,2,3', 'a,b', '1e3,2']) {
      expect(new RingsStore(new FakeAddress({ rings: text })).value, text).toBeNull();
    }
  });
});
