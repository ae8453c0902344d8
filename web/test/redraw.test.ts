import { describe, expect, test } from 'vitest';
import { worldPerMetre, worldPixels } from '../src/map/projection.ts';
import {
  DRAW_WHILE_MOVING_MS,
  LONGEST_REST_MS,
  PICTURE_REST_MS,
  Redraw,
  restAfterDraw_ms,
  SETTLE_MS,
  SHORTEST_REST_MS,
  smallestGlide_px,
} from '../src/map/redraw.ts';

const airlinerPxPerS = (zoom: number): number => 260 * worldPerMetre(50) * worldPixels(zoom);

describe('the redraw rule', () => {
  test('smooths smaller steps where positions come seldom, for then the map rests between two polls', () => {
    expect([0, 1, 10, 86, 864].map(smallestGlide_px)).toEqual([6, 6, 6, 2, 2]);
  });

  test('lets the world rest as long as it may', () => {
    expect(restAfterDraw_ms(airlinerPxPerS(2))).toBe(LONGEST_REST_MS);
    expect(restAfterDraw_ms(0)).toBe(LONGEST_REST_MS);
  });

  test('draws a few times a second where movement shows', () => {
    const rest = restAfterDraw_ms(airlinerPxPerS(8));
    expect(rest).toBeGreaterThan(100);
    expect(rest).toBeLessThan(600);
  });

  test('lets nothing move more than a third of a pixel between two drawings, while it draws below 60 a second', () => {
    for (const zoom of [4, 6, 8, 10, 11]) {
      const speed = airlinerPxPerS(zoom);
      const rest = restAfterDraw_ms(speed);
      if (rest > SHORTEST_REST_MS && rest < LONGEST_REST_MS)
        expect((speed * rest) / 1000).toBeCloseTo(1 / 3, 6);
    }
    expect(restAfterDraw_ms(1e6)).toBe(SHORTEST_REST_MS);
  });
});

describe('what is due to be drawn', () => {
  /** A map that was drawn once and rests. */
  function resting(now: number, fastest_px_per_s = 0): Redraw {
    const redraw = new Redraw();
    expect(redraw.due(now)).toBe('view');
    redraw.drewAircraft(now, fastest_px_per_s, 0);
    redraw.drewView(now);
    return redraw;
  }

  test('is nothing while a map rests and nothing has moved visibly, then the aircraft alone', () => {
    const redraw = resting(1000);
    expect(redraw.due(1000 + LONGEST_REST_MS - 1)).toBeNull();
    expect(redraw.due(1000 + LONGEST_REST_MS)).toBe('aircraft');
    const fast = resting(1000, 10);
    expect(fast.due(1000 + restAfterDraw_ms(10))).toBe('aircraft');
  });

  test('is everything a little after the camera has come to rest, once', () => {
    const redraw = resting(1000);
    redraw.moved(1010);
    expect(redraw.due(1020)).toBeNull();
    redraw.moved(1100);
    expect(redraw.due(1100 + SETTLE_MS - 1)).toBeNull();
    expect(redraw.due(1100 + SETTLE_MS)).toBe('view');
    redraw.drewAircraft(1100 + SETTLE_MS, 0, 0);
    redraw.drewView(1100 + SETTLE_MS);
    expect(redraw.due(1101 + SETTLE_MS)).toBeNull();
  });

  test('is everything now and then while the camera moves, and again when it rests', () => {
    const redraw = resting(1000);
    let drawn = 0;
    for (let now = 1010; now <= 2010; now += 10) {
      redraw.moved(now);
      if (redraw.due(now) !== 'view') continue;
      redraw.drewView(now);
      drawn += 1;
    }
    expect(drawn).toBe(Math.floor(1010 / DRAW_WHILE_MOVING_MS));
    expect(redraw.due(2010 + SETTLE_MS)).toBe('view');
  });

  test('leaves two thirds of the time to others, however fast things move', () => {
    const redraw = resting(1000);
    redraw.drewAircraft(2000, 1e6, 40);
    expect([redraw.due(2119), redraw.due(2120)]).toEqual([null, 'aircraft']);
    redraw.pictureCame(1e6);
    expect(redraw.due(2119)).toBeNull();
  });

  test('is the aircraft when a picture has come: half a second after the last drawing, sooner where they glide', () => {
    const redraw = resting(1000);
    redraw.pictureCame(0.01);
    expect([redraw.due(1000 + PICTURE_REST_MS - 1), redraw.due(1000 + PICTURE_REST_MS)]).toEqual([
      null,
      'aircraft',
    ]);
    redraw.pictureCame(10);
    expect(redraw.due(1000 + restAfterDraw_ms(10) - 1)).toBeNull();
    expect(redraw.due(1000 + restAfterDraw_ms(10))).toBe('aircraft');
  });

  test('is not the aircraft alone while the camera moves, unless a row came or went', () => {
    const redraw = resting(1000, 1000);
    redraw.moved(1100);
    expect(redraw.due(1110)).toBeNull();
    redraw.invalidate();
    expect(redraw.due(1110)).toBe('aircraft');
    redraw.invalidateView();
    expect(redraw.due(1110)).toBe('view');
  });
});
