import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clampCamera,
  formatCamera,
  minZoom,
  panBy,
  parseCamera,
  screenX,
  worldCopies,
  zoomAround,
} from '../src/map/camera.ts';
import {
  latitudeOf,
  longitudeOf,
  MAX_LATITUDE,
  worldPerMetre,
  worldPixels,
  worldX,
  worldY,
} from '../src/map/projection.ts';

const SIZE = { width: 1440, height: 900 };
const place = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
  zoom: fc.double({ min: 0, max: 11, noNaN: true }),
});

describe('projection', () => {
  test('puts the corners of the world on the unit square', () => {
    expect([worldX(-180), worldX(0), worldX(180)]).toEqual([0, 0.5, 1]);
    expect(worldY(0)).toBeCloseTo(0.5, 12);
    expect(worldY(MAX_LATITUDE)).toBeCloseTo(0, 7);
    expect(worldY(-MAX_LATITUDE)).toBeCloseTo(1, 7);
  });

  test('holds the poles at the edge instead of going to infinity', () => {
    expect(worldY(90)).toBe(worldY(MAX_LATITUDE));
    expect(worldY(-90)).toBe(worldY(-MAX_LATITUDE));
    expect(Number.isFinite(worldPerMetre(90))).toBe(true);
  });

  test('comes back to the same degrees', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -85, max: 85, noNaN: true }),
        fc.double({ min: -180, max: 179.99, noNaN: true }),
        (lat, lon) => {
          expect(latitudeOf(worldY(lat))).toBeCloseTo(lat, 8);
          expect(longitudeOf(worldX(lon))).toBeCloseTo(lon, 8);
        },
      ),
    );
  });

  test('a metre is twice as long on the map at 60 degrees as at the equator', () => {
    expect(worldPerMetre(60) / worldPerMetre(0)).toBeCloseTo(2, 10);
  });
});

describe('camera', () => {
  test('zooming keeps the point under the hand where it is', () => {
    fc.assert(
      fc.property(
        place,
        fc.integer({ min: -700, max: 700 }),
        fc.integer({ min: -400, max: 400 }),
        (camera, px, py) => {
          const next = zoomAround(camera, camera.zoom + 0.7, px, py);
          const before = camera.x + px / worldPixels(camera.zoom);
          expect(next.x + px / worldPixels(next.zoom)).toBeCloseTo(before, 9);
          const beforeY = camera.y + py / worldPixels(camera.zoom);
          expect(next.y + py / worldPixels(next.zoom)).toBeCloseTo(beforeY, 9);
        },
      ),
    );
  });

  test('never shows beyond the poles or a gap beside the world', () => {
    fc.assert(
      fc.property(place, (camera) => {
        const held = clampCamera(camera, SIZE);
        const half = SIZE.height / 2 / worldPixels(held.zoom);
        expect(held.zoom).toBeGreaterThanOrEqual(minZoom(SIZE));
        expect(held.y - half).toBeGreaterThan(-1e-9);
        expect(held.y + half).toBeLessThan(1 + 1e-9);
      }),
    );
  });

  test('dragging right shows what lies to the west', () => {
    expect(panBy({ x: 0.5, y: 0.5, zoom: 0 }, 64, 0).x).toBe(0.25);
  });

  test('repeats the world across the antimeridian and takes the nearer copy', () => {
    const camera = { x: 0.99, y: 0.5, zoom: 4 };
    expect(worldCopies(camera, 720)).toEqual([0, 1]);
    expect(screenX(camera, 0.01)).toBeCloseTo(0.02 * worldPixels(4), 6);
    expect(screenX(camera, 0.98)).toBeCloseTo(-0.01 * worldPixels(4), 6);
  });

  test('the address of a view leads back to it', () => {
    fc.assert(
      fc.property(place, (camera) => {
        const back = parseCamera(formatCamera(camera));
        expect(back?.zoom).toBeCloseTo(camera.zoom, 1);
        expect(Math.abs((back?.y ?? 9) - camera.y)).toBeLessThan(0.02);
      }),
    );
  });

  test.each([null, '', '1,2', '1,2,3,4', 'a,b,c', '91,0,3', '0,181,3', '0,,3'])(
    'refuses the view %j',
    (text) => {
      expect(parseCamera(text)).toBeNull();
    },
  );
});
