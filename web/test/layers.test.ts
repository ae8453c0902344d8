import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LEVELS } from '../scripts/basemap.mjs';
import { graticuleStep } from '../src/map/graticule.ts';
import {
  airportsOf,
  citiesOf,
  inOrder,
  runwaysOf,
  shortName,
  type CityRows,
  type RunwayRow,
} from '../src/map/places.ts';
import { EQUATOR_M, latitudeOf, worldPixels, worldX, worldY } from '../src/map/projection.ts';
import { scaleBar } from '../src/map/scale-bar.ts';
import { openTiles, readTile, type TileLevel } from '../src/map/tiles.ts';

const bytes = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(gunzipSync(readFileSync(new URL(`../layers/${name}.bin`, import.meta.url))));
const json = (name: string): unknown => JSON.parse(Buffer.from(bytes(name)).toString());
const tilesOf = (name: string): TileLevel => openTiles(bytes(name).buffer);

/** Points of rings and lines within so many degrees of a place. */
function pointsNear(level: TileLevel, longitude: number, latitude: number, degrees: number): number {
  const tile = level.extent / level.grid;
  const reach = (degrees / 360) * level.extent;
  const x = worldX(longitude) * level.extent;
  const y = worldY(latitude) * level.extent;
  const [column, row] = [Math.floor(x / tile), Math.floor(y / tile)];
  const { rings, lines } = readTile(level, row * level.grid + column);
  let near = 0;
  for (const points of [...rings, ...lines]) {
    for (let i = 0; i < points.length; i += 2) {
      const dx = (points[i] ?? 0) + column * tile - x;
      const dy = (points[i + 1] ?? 0) + row * tile - y;
      if (Math.hypot(dx, dy) < reach) near += 1;
    }
  }
  return near;
}

describe('the layers of the map', () => {
  test.each(['50m', '10m'])('of 1:%s have the grid of the coast that they are drawn with', (scale) => {
    const coast = LEVELS.find(({ name }) => name === scale);
    for (const kind of ['water', 'states']) {
      const { grid, extent } = tilesOf(`${kind}-${scale}`);
      expect([grid, extent], kind).toEqual([coast?.grid, coast?.extent]);
    }
  });

  test('have water where there is some, and none in the desert', () => {
    const water = tilesOf('water-10m');
    expect(pointsNear(water, 9.4, 47.6, 0.3)).toBeGreaterThan(5); // Lake Constance
    expect(pointsNear(water, 6.96, 50.94, 0.2)).toBeGreaterThan(0); // the Rhine at Cologne
    expect(pointsNear(water, 23, 24, 0.5)).toBe(0); // the Sahara
    expect(pointsNear(tilesOf('water-50m'), -87, 43, 3)).toBeGreaterThan(10); // Lake Michigan
  });

  test('have the states of large countries from far, and those of all from near', () => {
    expect(pointsNear(tilesOf('states-50m'), -109.05, 37, 0.5)).toBeGreaterThan(0); // Four Corners
    expect(pointsNear(tilesOf('states-10m'), 10.1, 48.4, 0.5)).toBeGreaterThan(0); // Ulm
  });
});

describe('cities', () => {
  const far = json('cities-far') as CityRows;
  const near = json('cities-near') as CityRows;

  test('come by their size: what is named at a zoom is in front', () => {
    for (const rows of [far, near]) {
      const zooms = rows.map(([, , , zoom]) => zoom);
      expect(zooms).toEqual(zooms.toSorted((a, b) => a - b));
    }
    expect(far.at(-1)?.[3]).toBeLessThanOrEqual(7);
    expect(near[0]?.[3]).toBeGreaterThanOrEqual(7);
    const zoomOf = (name: string): number => [...far, ...near].find(([one]) => one === name)?.[3] ?? 99;
    expect(zoomOf('Tokyo')).toBeLessThan(3.5);
    expect(zoomOf('Munich')).toBeLessThan(6);
    expect(zoomOf('Slough')).toBeGreaterThan(6.5);
  });

  test('have possible positions and names', () => {
    const odd = [...far, ...near].filter(
      ([name, longitude, latitude]) =>
        name === '' || !(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85),
    );
    expect(odd).toEqual([]);
  });
});

describe('airports and runways', () => {
  const rows = json('runways') as Readonly<Record<string, readonly RunwayRow[]>>;

  test('a runway is as long as it is', () => {
    const lengths = (ident: string): number[] =>
      runwaysOf({ [ident]: rows[ident] ?? [] }).map(({ fromX, fromY, toX, toY }) => {
        const scale = EQUATOR_M * Math.cos((latitudeOf(fromY) * Math.PI) / 180);
        return Math.round(Math.hypot(toX - fromX, toY - fromY) * scale);
      });
    // Heathrow: 3,902 m and 3,660 m by its chart.
    expect(lengths('EGLL').every((one) => one > 3500 && one < 4000)).toBe(true);
    expect(lengths('EGLL')).toHaveLength(2);
    expect(Object.keys(rows).length).toBeGreaterThan(4000);
    const tooLong = Object.keys(rows).filter((ident) => lengths(ident).some((one) => one > 15_000));
    expect(tooLong).toEqual([]);
  });

  test('an airport has its code from far and its name from near, after the large cities', () => {
    const airports = airportsOf([
      ['EDNY', 'FDH', 'Friedrichshafen Airport', 9.5, 47.7, false],
      ['EGLL', null, 'London Heathrow International Airport', -0.46, 51.47, true],
    ]);
    expect(airports.map(({ name }) => name(7))).toEqual(['FDH', 'EGLL']);
    expect(airports.map(({ name }) => name(10))).toEqual(['FDH Friedrichshafen', 'EGLL London Heathrow']);
    const cities = citiesOf([
      ['London', -0.1, 51.5, 2],
      ['Windsor', -0.6, 51.5, 9],
    ]);
    expect(inOrder([airports, cities]).map(({ name }) => name(9))).toEqual([
      'London',
      'EGLL London Heathrow',
      'FDH Friedrichshafen',
      'Windsor',
    ]);
  });

  test('a name that is nothing but a kind of airport stays', () => {
    expect(shortName('International Airport')).toBe('International Airport');
    expect(shortName('Paris Charles de Gaulle International Airport')).toBe('Paris Charles de Gaulle');
  });
});

test('the graticule has its lines 100 to 400 pixels apart', () => {
  for (let zoom = 3.5; zoom <= 10; zoom += 0.1) {
    const px = (graticuleStep(zoom) / 360) * 256 * 2 ** zoom;
    expect(px, String(zoom)).toBeGreaterThan(70);
    expect(px, String(zoom)).toBeLessThan(420);
  }
});

describe('the scale bar', () => {
  const at = (latitude: number, zoom: number) => ({ x: 0.5, y: worldY(latitude), zoom });

  test('is a round distance, as long as it says where the map looks', () => {
    const bar = scaleBar(at(60, 8), 'metric', 110);
    expect(bar.label).toBe('20 km');
    // At 60 degrees the map is stretched twice.
    expect(bar.px).toBeCloseTo((2 * 20_000 * worldPixels(8)) / EQUATOR_M, 1);
    expect(scaleBar(at(0, 8), 'aviation', 110).label).toBe('20 NM');
    expect(scaleBar(at(50, 12), 'metric', 20).label).toBe('200 m');
    expect(scaleBar(at(0, 2), 'metric', 110).label).toBe('2,000 km');
  });

  test('never outgrows its room, nor shrinks to nothing', () => {
    for (let zoom = 1; zoom <= 12; zoom += 0.13)
      for (const units of ['metric', 'aviation'] as const) {
        const { px } = scaleBar(at(50, zoom), units, 110);
        expect(px <= 110 && px > 40, String(zoom)).toBe(true);
      }
  });
});
