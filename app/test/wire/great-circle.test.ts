import { describe, expect, it } from 'vitest';
import { distance_m, extrapolate } from '../../src/wire/great-circle.ts';

describe('extrapolation', () => {
  it('goes along the great circle, over the pole and over the antimeridian', () => {
    const degree_m = (6_371_008.8 * Math.PI) / 180;
    const east = extrapolate({ longitude: 179.5, latitude: 0 }, 90, degree_m);
    expect(east.longitude).toBeCloseTo(-179.5, 9);
    expect(east.latitude).toBeCloseTo(0, 9);
    const over = extrapolate({ longitude: 10, latitude: 89.5 }, 0, degree_m);
    expect(over.latitude).toBeCloseTo(89.5, 6);
    expect(Math.abs(over.longitude)).toBeCloseTo(170, 6);
    expect(distance_m({ longitude: 10, latitude: 89.5 }, over)).toBeCloseTo(degree_m, 3);
  });
});
