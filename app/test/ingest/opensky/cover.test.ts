import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, checkBox, creditCost, isInside, piecesOf } from '../../../src/ingest/opensky/box.ts';
import { coverOf } from '../../../src/ingest/opensky/cover.ts';

const box = (lamin: number, lomin: number, lamax: number, lomax: number): Box => ({
  lamin,
  lomin,
  lamax,
  lomax,
});

describe('the cost of a request', () => {
  test.each([
    [box(40, 0, 45, 5), 1],
    [box(40, 0, 45, 5.1), 2],
    [box(40, 0, 50, 10), 2],
    [box(40, 0, 50, 10.1), 3],
    [box(40, 0, 60, 20), 3],
    [box(40, 0, 60, 20.1), 4],
    [null, 4],
  ])('of %j is %i credits', (area, cost) => expect(creditCost(area)).toBe(cost));

  test.each([
    box(50, 0, 40, 5),
    box(40, 5, 50, 5),
    box(-91, 0, 40, 5),
    box(40, 0, 50, 181),
    box(Number.NaN, 0, 50, 18),
  ])('is not asked for an area that is none: %j', (area) => {
    expect(() => checkBox(area)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'opensky-box' }) as Error,
    );
  });
});

describe('the requests for', () => {
  test('nothing special are one, for the world', () => {
    expect(coverOf([])).toEqual({ requests: [null], cost: 4, holds: null });
  });

  test('a box over the date line are two, one for each side', () => {
    expect(() => checkBox(box(-20, 177, -16, -178))).not.toThrow();
    expect(coverOf([box(-20, 177, -16, -178)])).toEqual({
      requests: [box(-20, 177, -16, 180), box(-20, -180, -16, -178)],
      cost: 2,
      holds: null,
    });
    expect(coverOf([box(-20, 180, -16, -178)]).requests).toEqual([box(-20, -180, -16, -178)]);
  });

  test('a large box over the date line are one for the whole band where that is cheaper, without the rest of it', () => {
    const { requests, cost, holds } = coverOf([box(-50, 165, -10, -170)]);
    expect([requests, cost]).toEqual([[box(-50, -180, -10, 180)], 4]);
    expect([holds?.(-30, 170), holds?.(-30, -175), holds?.(-30, 0), holds?.(null, null)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('a box of 101 square degrees are one for 3 credits, for halves of it would cost 4', () => {
    expect(coverOf([box(40, 0, 50, 10.1)])).toMatchObject({ requests: [box(40, 0, 50, 10.1)], cost: 3 });
  });

  test('boxes side by side are one where that costs no more', () => {
    expect(coverOf([box(40, 0, 45, 5), box(40, 5, 45, 10)])).toMatchObject({
      requests: [box(40, 0, 45, 10)],
      cost: 2,
    });
  });

  test('boxes far from each other are one each', () => {
    expect(coverOf([box(40, 0, 45, 5), box(40, 100, 45, 105)])).toMatchObject({ cost: 2, holds: null });
  });

  test('any areas never cost more than those of each, nor than the world, and miss no place', () => {
    const area = fc
      .tuple(
        fc.integer({ min: -90, max: 80 }),
        fc.integer({ min: -180, max: 180 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 40 }),
      )
      .map(([lamin, lomin, height, width]) =>
        box(lamin, lomin, lamin + height, lomin + width > 180 ? lomin + width - 360 : lomin + width),
      );
    fc.assert(
      fc.property(fc.array(area, { minLength: 1, maxLength: 6 }), (areas) => {
        const { requests, cost, holds } = coverOf(areas);
        const pieces = areas.flatMap(piecesOf);
        const each = pieces.reduce((sum, piece) => sum + creditCost(piece), 0);
        expect(cost).toBe(requests.reduce((sum, request) => sum + creditCost(request), 0));
        expect(cost).toBeLessThanOrEqual(Math.min(4, each));
        for (const { lamin, lomin, lamax, lomax } of pieces) {
          const [latitude, longitude] = [(lamin + lamax) / 2, (lomin + lomax) / 2];
          const isAsked = requests.some(
            (request) => request === null || isInside(request, latitude, longitude),
          );
          expect(isAsked && (holds?.(latitude, longitude) ?? true)).toBe(true);
        }
      }),
    );
  });
});
