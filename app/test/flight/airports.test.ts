import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ContrailError } from '../../src/errors.ts';
import { AIRPORT_COLUMNS, parseAirports } from '../../src/flight/airports.ts';

const file: unknown = JSON.parse(
  readFileSync(new URL('../../src/lake/airports.json', import.meta.url), 'utf8'),
);
const frankfurt = ['EDDF', 'Frankfurt Airport', 'large_airport', 'FRA', 'DE', 50.03, 8.56, 111];

describe('the airports that are shipped', () => {
  const airports = parseAirports(file);

  test('are the large and medium ones of OurAirports, sorted by ident', () => {
    expect(airports.length).toBe(5209);
    const idents = airports.map((airport) => airport.ident);
    expect(idents).toEqual(idents.toSorted());
  });

  test('say where an airport lies, and how high in metres', () => {
    const denver = airports.find((airport) => airport.ident === 'KDEN');
    expect(denver).toMatchObject({ type: 'large_airport', iata: 'DEN', country: 'US' });
    expect(denver?.latitude).toBeCloseTo(39.86, 1);
    expect(denver?.longitude).toBeCloseTo(-104.67, 1);
    expect(denver?.elevation_m).toBe(1655.4); // 5,431 ft
  });

  test('lie where an airport can be: none at 0/0, which is what an unset position looks like', () => {
    expect(airports.filter(({ latitude, longitude }) => Math.hypot(latitude, longitude) < 1)).toEqual([]);
  });

  test('are each there once: no two at one place, none with the code of another', () => {
    const seen = new Map<string, string>();
    const twice = airports.flatMap(({ ident, iata, latitude, longitude }) =>
      [`${latitude.toFixed(2)} ${longitude.toFixed(2)}`, ...(iata === null ? [] : [iata])].flatMap((key) => {
        const other = seen.get(key);
        seen.set(key, ident);
        return other === undefined ? [] : [`${other} and ${ident}: ${key}`];
      }),
    );
    expect(twice).toEqual([]);
  });

  test('are between the Dead Sea and the highest airport, Daocheng Yading', () => {
    const heights = airports.flatMap(({ elevation_m }) => elevation_m ?? []);
    expect(Math.min(...heights)).toBeGreaterThan(-400);
    expect(Math.max(...heights)).toBeLessThan(4420);
  });

  test('have codes of the known forms, and names that show nothing but themselves', () => {
    const odd = airports.filter(
      ({ ident, iata, country, name }) =>
        !/^[A-Z0-9-]{3,8}$/.test(ident) ||
        (iata !== null && !/^[A-Z0-9]{3}$/.test(iata)) ||
        !/^[A-Z]{2}$/.test(country) ||
        name !== name.trim() ||
        /\p{C}/u.test(name),
    );
    expect(odd).toEqual([]);
  });

  test('leave unknown values null, never empty text', () => {
    expect(airports.some((airport) => airport.iata === null)).toBe(true);
    expect(airports.some((airport) => airport.elevation_m === null)).toBe(true);
    expect(airports.filter((airport) => airport.iata === '')).toEqual([]);
  });
});

describe('a list that is not one is refused', () => {
  test.each([
    ['not an object', [], /columns/],
    ['null', null, /columns/],
    ['other columns', { columns: ['ident'], rows: [frankfurt] }, /columns/],
    ['no rows', { columns: AIRPORT_COLUMNS, rows: [] }, /no rows/],
    ['a latitude as text', { columns: AIRPORT_COLUMNS, rows: [frankfurt.with(5, '50.03')] }, /row 0/],
    ['a latitude beyond the pole', { columns: AIRPORT_COLUMNS, rows: [frankfurt.with(5, 91)] }, /row 0/],
    ['a heliport', { columns: AIRPORT_COLUMNS, rows: [frankfurt.with(2, 'heliport')] }, /row 0/],
    ['a short row', { columns: AIRPORT_COLUMNS, rows: [frankfurt, frankfurt.slice(1)] }, /row 1/],
    ['one airport twice', { columns: AIRPORT_COLUMNS, rows: [frankfurt, frankfurt] }, /EDDF occurs twice/],
  ])('%s', (_, json, message) => {
    const read = () => parseAirports(json);
    expect(read).toThrow(message);
    expect(read).toThrow(
      expect.objectContaining({ kind: 'corrupt', code: 'airports-unreadable' }) as ContrailError,
    );
  });
});
