import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Ground, type GroundFile, type LoadGround } from '../src/map/ground.ts';
import { worldX, worldY } from '../src/map/projection.ts';
import { PALETTES } from '../src/map/ramp.ts';

const SIZE = { width: 800, height: 600, ratio: 1 };

/** A context that takes every call and shows nothing. */
const CONTEXT = new Proxy(
  {},
  { get: (_, name) => (name === 'measureText' ? () => ({ width: 40 }) : () => undefined), set: () => true },
) as CanvasRenderingContext2D;

const draw = (ground: Ground, zoom: number): void =>
  ground.draw(CONTEXT, { x: worldX(8.5), y: worldY(50), zoom }, SIZE, PALETTES.dark, {
    covered: [],
    rings: null,
  });

describe('the ground', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Loads nothing but the cities, and remembers what it was asked for. */
  function loader(asked: GroundFile[], failing: ReadonlySet<GroundFile> = new Set()): LoadGround {
    const city = { kind: 'city', x: worldX(8.5), y: worldY(50), fromZoom: 4, isLarge: true } as const;
    const load = (name: GroundFile): Promise<unknown> => {
      asked.push(name);
      if (failing.has(name)) return Promise.reject(new Error('no network'));
      if (name === 'cities-far') return Promise.resolve([{ ...city, name: () => 'Frankfurt' }]);
      return new Promise(() => undefined);
    };
    return load as LoadGround;
  }

  test('asks for a file when a zoom first needs it, and once', () => {
    const asked: GroundFile[] = [];
    const ground = new Ground(loader(asked), () => undefined);
    draw(ground, 2);
    draw(ground, 2);
    expect(asked.toSorted()).toEqual(['land-110m', 'names', 'raster']);
    draw(ground, 4);
    expect(asked.slice(3).toSorted()).toEqual(['cities-far', 'land-50m', 'states-50m', 'water-50m']);
    draw(ground, 10);
    expect(asked.slice(7).toSorted()).toEqual([
      'airports',
      'cities-near',
      'land-10m',
      'runways',
      'states-10m',
      'water-10m',
    ]);
    draw(ground, 4);
    expect(asked).toHaveLength(13);
  });

  test('is drawn again with what has come, and says where it has names', async () => {
    let loaded = 0;
    const ground = new Ground(loader([]), () => (loaded += 1));
    draw(ground, 4);
    await vi.waitFor(() => expect(loaded).toBe(1));
    expect(ground.written).toEqual([]);
    draw(ground, 4);
    const [name] = ground.written;
    expect([name?.left, name?.top]).toEqual([395, 292]);
    draw(ground, 3.5);
    expect(ground.written).toEqual([]);
  });

  test('asks again, and not at once, for what could not be loaded', async () => {
    const asked: GroundFile[] = [];
    const ground = new Ground(loader(asked, new Set(['names'])), () => undefined);
    draw(ground, 2);
    await vi.advanceTimersByTimeAsync(1000);
    draw(ground, 2);
    expect(asked.filter((name) => name === 'names')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30_000);
    draw(ground, 2);
    expect(asked.filter((name) => name === 'names')).toHaveLength(2);
  });
});
