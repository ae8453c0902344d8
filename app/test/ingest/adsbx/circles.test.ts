import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Circle, coverCircle } from '../../../src/ingest/adsbx/circles.ts';

const RADIUS_NM = 6371.0088 / 1.852;
const radians = (angle: number): number => (angle * Math.PI) / 180;

/** Great-circle distance, haversine, nm. */
function distanceNm(a: readonly [number, number], b: readonly [number, number]): number {
  const [lat, otherLat] = [radians(a[0]), radians(b[0])];
  const [dLat, dLon] = [otherLat - lat, radians(b[1] - a[1])];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(lat) * Math.cos(otherLat) * Math.sin(dLon / 2) ** 2;
  return 2 * RADIUS_NM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The point so far away in a direction. */
function pointAt({ latitude, longitude }: Circle, bearing: number, nm: number): readonly [number, number] {
  const [lat, angle] = [radians(latitude), nm / RADIUS_NM];
  const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing);
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(angle),
    Math.cos(lat) * Math.cos(angle) - Math.sin(lat) * Math.sin(angle) * Math.cos(bearing),
  );
  return [(Math.asin(sine) * 180) / Math.PI, longitude + (turn * 180) / Math.PI];
}

/** Places in all directions, near and far. */
const ALL_ROUND: [number, number][] = Array.from({ length: 50 }, (_, index) => [index / 50, (index % 7) / 6]);

describe('the circles that cover an area', () => {
  test('are whole miles of at most 250, on the globe, and leave no place out, at poles and the date line too', () => {
    const area = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      radiusNm: fc.double({ min: 1, max: 1500, noNaN: true }),
    });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        area,
        fc.array(fc.tuple(share, share), { minLength: 50, maxLength: 50 }),
        (circle, places) => {
          const circles = coverCircle(circle);
          for (const { latitude, longitude, radiusNm } of circles) {
            expect(Number.isInteger(radiusNm) && radiusNm <= 250).toBe(true);
            expect(Math.abs(latitude) <= 90 && longitude >= -180 && longitude <= 180).toBe(true);
          }
          for (const [turn, out] of places) {
            const place = pointAt(circle, 2 * Math.PI * turn, circle.radiusNm * Math.sqrt(out));
            const isCovered = circles.some(
              ({ latitude, longitude, radiusNm }) =>
                distanceNm(place, [latitude, longitude]) <= radiusNm + 0.01,
            );
            if (!isCovered) expect([circle, place]).toBe('covered');
          }
        },
      ),
      {
        numRuns: 200,
        // So near the pole that nothing is left of the difference of two cosines.
        examples: [
          [{ latitude: -89.99999999999775, longitude: 0, radiusNm: 354.45 }, ALL_ROUND],
          [{ latitude: 89.99999999999775, longitude: 12, radiusNm: 354.45 }, ALL_ROUND],
          [{ latitude: 90, longitude: 12, radiusNm: 1400 }, ALL_ROUND],
        ],
      },
    );
  });

  test.each([
    [100, 1],
    [250, 1],
    [280, 3],
    [350, 4],
    [400, 7],
    [500, 7],
    [750, 19],
    [1500, 55],
  ])('of %i nm are at most %i', (radiusNm, most) => {
    expect(coverCircle({ latitude: 50, longitude: 8, radiusNm }).length).toBeLessThanOrEqual(most);
  });

  test('of one request is the area itself', () => {
    const area = { latitude: 52.3081, longitude: 4.7642, radiusNm: 99.5 };
    expect(coverCircle(area)).toEqual([{ ...area, radiusNm: 100 }]);
  });
});
