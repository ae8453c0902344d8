import { describe, expect, it } from 'vitest';
import { airportsByCell } from '../../src/flight/airport-cells.ts';
import type { Airport } from '../../src/flight/airports.ts';
import { airports } from '../ingest/airports.ts';

const RADIANS = Math.PI / 180;

/** Great-circle distance in km by the contract's formula. */
function haversine(latitude: number, longitude: number, to: { latitude: number; longitude: number }): number {
  const a =
    Math.sin(((to.latitude - latitude) * RADIANS) / 2) ** 2 +
    Math.cos(latitude * RADIANS) *
      Math.cos(to.latitude * RADIANS) *
      Math.sin(((to.longitude - longitude) * RADIANS) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** As the macro `airport_cell` numbers them. */
const cellOf = (latitude: number, longitude: number): number =>
  Math.min(Math.floor(latitude + 90), 179) * 360 + Math.min(Math.floor(longitude + 180), 359);

/** A linear congruential generator (Numerical Recipes), so that the points are always the same. */
function* points(count: number): Generator<readonly [number, number]> {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let index = 0; index < count; index += 1) {
    yield [Math.asin(2 * random() - 1) / RADIANS, random() * 360 - 180];
  }
}

describe('the airports by cell', { timeout: 60_000 }, () => {
  const inCell = airportsByCell(airports);
  const byIdent = new Map(airports.map((airport) => [airport.ident, airport]));
  const airportOf = (ident: string): Airport => byIdent.get(ident) as Airport;
  const byCells = (latitude: number, longitude: number): number =>
    Math.min(
      ...inCell(cellOf(latitude, longitude)).map(({ ident }) =>
        haversine(latitude, longitude, airportOf(ident)),
      ),
    );

  /** No airport at all is nearer than the nearest one of the cell. Distances are compared: two may be equally far. */
  function expectNearest(latitude: number, longitude: number): void {
    const found = byCells(latitude, longitude);
    let nearest = Infinity;
    for (const airport of airports) nearest = Math.min(nearest, haversine(latitude, longitude, airport));
    expect(found, `at ${latitude}, ${longitude}`).toBeCloseTo(nearest, 6);
  }

  it('leave no cell empty', () => {
    for (let cell = 0; cell < 360 * 180; cell += 1) {
      if (inCell(cell).length === 0) expect.fail(`cell ${cell} is empty`);
    }
  });

  it('hold the truly nearest airport of 20,000 points spread over the globe', () => {
    for (const [latitude, longitude] of points(20_000)) expectNearest(latitude, longitude);
  });

  it('hold it on the poles and along the date line', () => {
    for (let longitude = -180; longitude <= 180; longitude += 15) {
      for (const latitude of [-90, -89.999, 89.999, 90]) expectNearest(latitude, longitude);
    }
    for (let latitude = -90; latitude <= 90; latitude += 2.5) {
      for (const longitude of [-180, -179.999, 179.999, 180]) expectNearest(latitude, longitude);
    }
  });

  it('hold it on corners and edges of cells', () => {
    for (const [latitude, longitude] of points(500)) {
      const south = Math.floor(latitude);
      const west = Math.floor(longitude);
      expectNearest(south, west);
      expectNearest(south + 1 - 1e-9, west + 1 - 1e-9);
      expectNearest(south, longitude);
      expectNearest(latitude, west);
    }
  });

  it('come with the unit vector of the airport', () => {
    for (const row of inCell(cellOf(50, 8))) {
      expect(Math.hypot(row.x, row.y, row.z)).toBeCloseTo(1, 12);
      expect(row.z).toBeCloseTo(Math.sin(airportOf(row.ident).latitude * RADIANS), 12);
    }
  });
});
