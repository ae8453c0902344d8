import { describe, expect, it } from 'vitest';
import { parseRunways } from '../../src/flight/runways.ts';
import { metresBetween } from '../../src/flights/geometry.ts';
import { endOf, index } from './track.ts';

describe('the index of runways', () => {
  it('has every runway end and airport within 20 km, wherever it is asked', () => {
    for (const end of index.ends.filter((_, at) => at % 97 === 0)) {
      for (const [north, east] of [
        [0.17, 0],
        [-0.12, 0.12],
        [0, -0.17],
      ] as const) {
        const latitude = end.latitude + north;
        const longitude =
          ((end.longitude + east / Math.cos((end.latitude * Math.PI) / 180) + 540) % 360) - 180;
        if (metresBetween(latitude, longitude, end.latitude, end.longitude) > 20_000) continue;
        expect(index.near(latitude, longitude)?.ends).toContain(end);
      }
    }
  });

  it('has nothing above the middle of an ocean', () => {
    expect(index.near(45, -30)).toBeNull();
  });

  it('names ends, and knows their course and the elevation of the field', () => {
    expect(endOf('EHAM', '36C').course).toBeCloseTo(3, 0);
    expect(index.end('LSZH', '14')?.field.elevation_m).toBeCloseTo(432, 0);
    expect(index.end('LSZH', '99')).toBeNull();
    // Level as all that can take off or land near: 2,900 m above the field.
    expect(index.near(52.3, 4.76)?.ceiling_m).toBeLessThan(3_100);
  });

  it('refuses a list that is not one, and says which row', () => {
    expect(() => parseRunways({ columns: [], rows: [] })).toThrow('its columns are not airport');
    const columns =
      'airport,type,elevation_m,low_ident,high_ident,low_latitude,low_longitude,high_latitude,high_longitude,length_m,width_m,surface,closed';
    expect(() => parseRunways({ columns: columns.split(','), rows: [['EHAM']] })).toThrow(
      'row 0 is not a runway',
    );
  });
});
