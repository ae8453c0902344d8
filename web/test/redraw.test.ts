import { describe, expect, test } from 'vitest';
import { worldPerMetre, worldPixels } from '../src/map/projection.ts';
import {
  carry_s,
  fadeAlpha,
  FAINTEST_ALPHA,
  LONGEST_REST_MS,
  restAfterDraw_ms,
  SHORTEST_REST_MS,
} from '../src/map/redraw.ts';

const airlinerPxPerS = (zoom: number): number => 260 * worldPerMetre(50) * worldPixels(zoom);

describe('the redraw rule', () => {
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

describe('age', () => {
  test('carries a position on for 15 s and never backwards', () => {
    expect([-5, 0, 7, 15, 16, 300].map(carry_s)).toEqual([0, 0, 7, 15, 15, 15]);
  });

  test('fades from 15 s to a minute and then stays', () => {
    expect([0, 15].map(fadeAlpha)).toEqual([1, 1]);
    expect(fadeAlpha(37.5)).toBeCloseTo((1 + FAINTEST_ALPHA) / 2, 6);
    expect(fadeAlpha(60)).toBeCloseTo(FAINTEST_ALPHA, 6);
    expect(fadeAlpha(900)).toBeCloseTo(FAINTEST_ALPHA, 6);
  });
});
