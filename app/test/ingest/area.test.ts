import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Airport, parseAirports } from '../../src/flight/airports.ts';
import { boxOf } from '../../src/ingest/area.ts';
import { coverOf } from '../../src/ingest/opensky/cover.ts';

const LIST = fileURLToPath(new URL('../../src/lake/airports.json', import.meta.url));
const AIRPORTS: readonly Airport[] = parseAirports(JSON.parse(readFileSync(LIST, 'utf8')));
const of = (area: Parameters<typeof boxOf>[0]) => boxOf(area, () => AIRPORTS);
const country = (code: string) => of({ kind: 'country', code });

describe('the box of an area', () => {
  test('that is a box is that box', () => {
    const box = { lamin: -20, lomin: 177, lamax: -16, lomax: -178 };
    expect(of({ kind: 'box', box })).toEqual(box);
  });

  // The edges of the countries, to a degree.
  test.each([
    ['CH', 45.8, 5.9, 47.8, 10.5, 1],
    ['DE', 47.3, 5.9, 55.1, 15, 2],
    ['LU', 49.4, 5.7, 50.2, 6.5, 1],
    ['FR', 41.4, -4.8, 51.1, 9.6, 3],
    ['JP', 24.3, 122.9, 45.5, 145.5, 4],
  ])(
    'that is the country %s is about that country, and costs what it is worth',
    (code, south, west, north, east, cost) => {
      const box = country(code);
      for (const [edge, expected] of [
        [box.lamin, south],
        [box.lomin, west],
        [box.lamax, north],
        [box.lomax, east],
      ] as const) {
        expect(Math.abs(edge - expected)).toBeLessThan(1);
      }
      expect(coverOf([box]).cost).toBe(cost);
    },
  );

  test('that is a country on both sides of the date line reaches over it, the shorter way round', () => {
    // New Zealand with the Chatham Islands.
    const { lomin, lomax } = country('NZ');
    expect(lomin).toBeGreaterThan(165);
    expect(lomax).toBeLessThan(-175);
  });

  test('that is an airport reaches so many km to each side', () => {
    for (const ident of ['LSZH', 'ZRH']) {
      const { lamin, lomin, lamax, lomax } = of({ kind: 'airport', ident, radius_km: 100 });
      expect((lamax - lamin) * 111.195).toBeCloseTo(200, 0);
      expect((lomax - lomin) * 111.195 * Math.cos((lamax * Math.PI) / 180)).toBeCloseTo(200, 0);
    }
  });

  test('round the world is the whole circle', () => {
    const { lomin, lomax } = of({ kind: 'airport', ident: 'LSZH', radius_km: 5_000 });
    expect([lomin, lomax]).toEqual([-180, 180]);
    expect(country('RU').lamax).toBeLessThanOrEqual(90);
  });

  test.each([
    [{ kind: 'country', code: 'XX' }, 'a country XX'],
    [{ kind: 'airport', ident: 'NONE', radius_km: 9 }, 'an airport NONE'],
  ] as const)('that nobody knows is refused: %j', (area, words) => {
    expect(() => of(area)).toThrow(expect.objectContaining({ code: 'area-unknown' }) as Error);
    expect(() => of(area)).toThrow(words);
  });
});
