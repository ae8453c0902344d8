import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../src/filter/filter.ts';
import { Visible } from '../src/filter/visible.ts';
import { Picture } from '../src/live/picture.ts';
import type { Scene } from '../src/map/scene.ts';
import { DENSITY_FROM, densityClass, densityWords, drawDensity } from '../src/map/density-layer.ts';
import { Placed } from '../src/map/placed.ts';
import { worldX, worldY } from '../src/map/projection.ts';
import { PALETTES } from '../src/map/ramp.ts';
import { AIRLINER, frame } from './fixtures.ts';

/** Squares that are drawn of aircraft at these places, with the camera over a longitude. */
function drawn(places: readonly (readonly [number, number])[], over: number, zoom = 3) {
  const picture = new Picture();
  const aircraft = places.map(([longitude, latitude], slot) => {
    const icao24 = (0x3c0000 + slot).toString(16);
    return [slot, { ...AIRLINER, icao24, longitude, latitude }] as const;
  });
  picture.apply(frame({ aircraft }));
  const visible = new Visible();
  visible.update(picture, EVERYTHING);
  const squares: { x: number; y: number; edge: number; colour: string }[] = [];
  const context = {
    fillStyle: '',
    fillRect: (x: number, y: number, edge: number) =>
      void squares.push({ x, y, edge, colour: context.fillStyle }),
  };
  const scene: Scene = {
    placed: new Placed(picture),
    camera: { x: worldX(over), y: worldY(50), zoom },
    size: { width: 1000, height: 600, ratio: 1 },
    now: 1000,
    visible: visible.mask,
    selected: -1,
    moving: false,
    style: 'density',
    palette: PALETTES.dark,
  };
  const target = context as unknown as CanvasRenderingContext2D;
  const { icons } = drawDensity(target, scene, (slot) => visible.mask[slot] !== 0);
  return { squares, icons };
}

describe('the density of aircraft', () => {
  test('is a square for each place with aircraft, larger and of another colour where there are more', () => {
    const many = Array.from({ length: 12 }, () => [8.5, 50.1] as const);
    const { squares, icons } = drawn([...many, [20, 50]], 12);
    expect([squares.length, icons]).toEqual([2, 13]);
    const [few, full] = squares.toSorted((a, b) => a.edge - b.edge);
    expect(full?.edge).toBeGreaterThan((few?.edge ?? 0) * 1.5);
    expect([few?.colour, full?.colour]).toEqual([PALETTES.dark.density[0], PALETTES.dark.density[3]]);
  });

  test('lies on the world: when the map is dragged, squares move along and keep their aircraft', () => {
    const places = Array.from({ length: 40 }, (_, i) => [8 + i * 0.7, 45 + (i % 7)] as const);
    const [here, there] = [drawn(places, 12).squares, drawn(places, 14).squares];
    expect(there.map(({ edge }) => edge)).toEqual(here.map(({ edge }) => edge));
    const moved = new Set(here.map(({ x }, i) => x - (there[i]?.x ?? 0)));
    expect(Math.max(...moved) - Math.min(...moved)).toBeLessThanOrEqual(1);
  });

  test('goes on over the antimeridian', () => {
    const { squares } = drawn(
      [
        [179.9, 50],
        [-179.9, 50],
      ],
      180,
    );
    expect(squares.every(({ x }) => Math.abs(x - 500) < 20)).toBe(true);
    expect(squares).toHaveLength(2);
  });

  test('has words that say the numbers of each class, without a hole between them', () => {
    expect(DENSITY_FROM.map((_, i) => densityWords(i))).toEqual(['1', '2–3', '4–7', '8–15', '16–31', '32+']);
    expect([1, 2, 3, 4, 31, 32, 900].map(densityClass)).toEqual([0, 1, 1, 2, 4, 5, 5]);
  });
});
