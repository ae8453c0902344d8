import { describe, expect, test } from 'vitest';
import { worldX, worldY } from '../src/map/projection.ts';
import { RasterTiles, tilesIn, type RasterSource } from '../src/map/raster.ts';
import { attributionOf } from '../src/map/raster-source.ts';

const SIZE = { width: 800, height: 600, ratio: 1 };
const over = (longitude: number, latitude: number, zoom: number) => ({
  x: worldX(longitude),
  y: worldY(latitude),
  zoom,
});
const ZOOMS = { minZoom: 0, maxZoom: 14 };
const settled = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** Tiles that come when they are asked for, and what is drawn of them. */
function open(lacks: (zoom: number) => boolean = () => false) {
  const asked: string[] = [];
  const drawn: number[][] = [];
  let loaded = 0;
  const source: RasterSource = {
    ...ZOOMS,
    attribution: '',
    tile: async (zoom, x, y) => {
      asked.push(`${zoom}/${x}/${y}`);
      return lacks(zoom) ? null : ({ width: 256, height: 256, close() {} } as ImageBitmap);
    },
  };
  const context = { drawImage: (_tile: unknown, ...numbers: number[]) => void drawn.push(numbers) };
  const tiles = new RasterTiles(source, () => (loaded += 1));
  const draw = (zoom: number): boolean => {
    tiles.draw(context as unknown as CanvasRenderingContext2D, over(8, 50, zoom), SIZE);
    return tiles.covers(over(8, 50, zoom), SIZE);
  };
  /** Draws until nothing more comes. */
  const all = async (zoom: number): Promise<boolean> => {
    for (let before = -1; before !== loaded;) {
      before = loaded;
      draw(zoom);
      await settled();
    }
    drawn.length = 0;
    return draw(zoom);
  };
  return { asked, drawn, draw, all };
}

describe('map tiles of a person', () => {
  test('are those of the view, from its middle outward, as sharp as the screen', () => {
    const tiles = tilesIn(over(8, 50, 6), SIZE, ZOOMS);
    expect(tiles[0]?.at).toEqual({ zoom: 6, x: Math.floor(worldX(8) * 64), y: Math.floor(worldY(50) * 64) });
    expect(tiles.length).toBeGreaterThanOrEqual(12);
    expect(tilesIn(over(8, 50, 6), { ...SIZE, ratio: 2 }, ZOOMS)[0]?.at.zoom).toBe(7);
    expect(tilesIn(over(8, 50, 16), SIZE, ZOOMS)[0]).toMatchObject({ at: { zoom: 14 }, edge: 1024 });
  });

  test('go round the world at the antimeridian, and end at the poles', () => {
    const columns = new Set(tilesIn(over(180, 0, 3), SIZE, ZOOMS).map(({ at }) => at.x));
    expect([columns.has(0), columns.has(7), columns.has(4)]).toEqual([true, true, false]);
    const rows = tilesIn(over(0, 85, 3), SIZE, ZOOMS).map(({ at }) => at.y);
    expect(Math.min(...rows)).toBe(0);
  });

  test('are asked for once each, and a few at a time', async () => {
    const { asked, draw, all } = open();
    draw(6);
    draw(6);
    expect(asked.length).toBe(8);
    expect(await all(6)).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('have tiles from further out in their place until they have come, and leave no hole', async () => {
    const { drawn, draw, all } = open();
    await all(6);
    drawn.length = 0;
    expect(draw(7)).toBe(false);
    expect(drawn.length).toBeGreaterThanOrEqual(12);
    // A quarter of a tile each.
    expect(drawn.every(([, , width]) => width === 128)).toBe(true);
    for (const [, , , , x = 0.5, y = 0.5] of drawn)
      expect([x % 1, y % 1]).toEqual([expect.closeTo(0), expect.closeTo(0)]);
  });

  test('leave what the file does not have to the map of the page', async () => {
    const { drawn, all } = open((zoom) => zoom > 5);
    expect(await all(6)).toBe(false);
    expect(drawn).toEqual([]);
  });

  test('say whose they are in plain text', () => {
    expect(
      attributionOf({ attribution: '<a href="x" onclick="y">&copy; OpenStreetMap</a> contributors' }),
    ).toBe('© OpenStreetMap contributors');
    for (const none of [null, 'x', {}, { attribution: 5 }]) expect(attributionOf(none)).toBe('');
  });
});
