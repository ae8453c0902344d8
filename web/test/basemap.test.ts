import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeBasemap, LEVELS } from '../scripts/basemap.mjs';
import { basemapFor } from '../src/map/basemap.ts';
import { worldX, worldY } from '../src/map/projection.ts';
import { openTiles, readTile, type Points, type TileLevel } from '../src/map/tiles.ts';

const levels = LEVELS.map((level) => {
  const file = Uint8Array.from(gunzipSync(encodeBasemap(level)));
  return [level.name, openTiles(file.buffer)] as const;
});

/** Whether a place is land, by the even-odd rule over the rings of its tile. */
function isLand(level: TileLevel, longitude: number, latitude: number): boolean {
  const tile = level.extent / level.grid;
  const x = worldX(longitude) * level.extent;
  const y = worldY(latitude) * level.extent;
  const column = Math.floor(x / tile);
  const row = Math.floor(y / tile);
  const { rings } = readTile(level, row * level.grid + column);
  const crossings = rings.reduce(
    (sum, ring) => sum + crossingsOf(ring, x - column * tile, y - row * tile),
    0,
  );
  return crossings % 2 === 1;
}

function crossingsOf(ring: Points, x: number, y: number): number {
  let crossings = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const [x1 = 0, y1 = 0] = [ring[i], ring[i + 1]];
    const [x2 = 0, y2 = 0] = [ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) crossings += 1;
  }
  return crossings;
}

describe.each(levels)('the basemap of 1:%s', (_, level) => {
  test.each([
    ['Munich', 11.57, 48.14],
    ['Kansas', -98, 38.5],
    ['Siberia', 100, 62],
    ['Alice Springs', 133.9, -23.7],
    ['Chukotka, east of the antimeridian', -175, 66.8],
  ])('has land at %s', (_place, longitude, latitude) => {
    expect(isLand(level, longitude, latitude)).toBe(true);
  });

  test.each([
    ['the North Atlantic', -40, 45],
    ['the Pacific beside the antimeridian', 179.5, 10],
    ['the Pacific on the other side', -179.5, 10],
    ['the Bering Sea', -178, 58],
    ['the Southern Ocean', 60, -58],
    ['the Arctic Ocean', -150, 80],
    ['the Gulf of Guinea, at 0, 0', 0.1, 0.1],
    ['the English Channel', -3, 49.8],
    ['the Gulf of Mexico', -90, 26],
  ])('has no band of land over %s', (_place, longitude, latitude) => {
    expect(isLand(level, longitude, latitude)).toBe(false);
  });

  test('keeps every point inside its tile and the overlap that closes seams', () => {
    const tile = level.extent / level.grid;
    for (let index = 0; index < level.grid ** 2; index++) {
      const { rings, lines } = readTile(level, index);
      for (const points of [...rings, ...lines]) {
        expect(Math.min(...points)).toBeGreaterThanOrEqual(-level.buffer);
        expect(Math.max(...points)).toBeLessThanOrEqual(tile + level.buffer);
      }
    }
  });
});

describe('basemap files', () => {
  test('refuses other bytes', () => {
    expect(() => openTiles(new ArrayBuffer(4))).toThrow(RangeError);
    expect(() => openTiles(new ArrayBuffer(64))).toThrow(RangeError);
  });

  test('takes the coarse one for the world and the fine one near by', () => {
    expect([1, 3.1, 3.2, 5.7, 6, 11].map(basemapFor)).toEqual(['110m', '110m', '50m', '50m', '10m', '10m']);
  });
});
