import { describe, expect, test } from 'vitest';
import type { Camera, Size } from '../src/map/camera.ts';
import { cameraAround } from '../src/map/fit.ts';
import { longitudeOf, worldPixels, worldX, worldY } from '../src/map/projection.ts';

const DESKTOP = { width: 1368, height: 790 };
const PHONE = { width: 390, height: 690 };

/** So many aircraft in each box of `[west, east, south, north]`, evenly. */
function traffic(...boxes: readonly (readonly [number, number, number, number, number])[]) {
  const places = boxes.flatMap(([number, west, east, south, north]) =>
    Array.from({ length: number }, (_, i) => [
      worldX(west + ((east - west) * i) / number),
      worldY(south + ((north - south) * ((i * 7) % number)) / number),
    ]),
  );
  return [places.map(([x = 0]) => x), places.map(([, y = 0]) => y)] as const;
}

function inView({ x, y, zoom }: Camera, size: Size, [xs, ys]: ReturnType<typeof traffic>): number {
  const world = worldPixels(zoom);
  const shown = xs.filter((at, i) => {
    const dx = at - x - Math.round(at - x);
    const dy = (ys[i] ?? 0) - y;
    return Math.abs(dx) * world <= size.width / 2 && Math.abs(dy) * world <= size.height / 2;
  });
  return shown.length / xs.length;
}

const WORLD = traffic(
  [2000, -125, -70, 25, 50],
  [1700, -10, 30, 36, 60],
  [800, 70, 140, 5, 45],
  [200, -70, 150, -40, 20],
);

describe('the first view', () => {
  test.each([DESKTOP, PHONE])('of a region shows it all, as large as it fits $width pixels', (size) => {
    const region = traffic([300, 5, 15, 47, 55]);
    const camera = cameraAround(...region, size);
    expect(camera && inView(camera, size, region)).toBeGreaterThan(0.95);
    expect(camera?.zoom).toBeGreaterThan(4);
  });

  test('of the whole world shows it all on a desktop', () => {
    const camera = cameraAround(...WORLD, DESKTOP);
    expect(camera && inView(camera, DESKTOP, WORLD)).toBeGreaterThan(0.95);
  });

  test('of the whole world on a phone shows a part with many aircraft, and neither pole', () => {
    const camera = cameraAround(...WORLD, PHONE);
    if (camera === null) throw new Error('no camera');
    expect(inView(camera, PHONE, WORLD)).toBeGreaterThan(0.33);
    const half = PHONE.height / 2 / worldPixels(camera.zoom);
    expect(camera.y + half).toBeLessThan(worldY(-62));
    expect(camera.y - half).toBeGreaterThan(worldY(80));
  });

  test('of traffic on both sides of the antimeridian looks at the Pacific', () => {
    const pacific = traffic([100, 170, 180, -45, -30], [100, -180, -170, -45, -30]);
    const camera = cameraAround(...pacific, DESKTOP);
    expect(Math.abs(longitudeOf(camera?.x ?? 0))).toBeGreaterThan(178);
    expect(camera?.zoom).toBeGreaterThan(4);
  });

  test('is not moved by a stray', () => {
    const [xs, ys] = traffic([200, 8, 9, 50, 51]);
    const without = cameraAround(xs, ys, DESKTOP);
    const camera = cameraAround([...xs, worldX(-170)], [...ys, worldY(-60)], DESKTOP);
    expect(camera?.x).toBeCloseTo(without?.x ?? 0, 2);
    expect(camera?.zoom).toBeGreaterThan((without?.zoom ?? 9) - 0.2);
  });

  test('of one aircraft is not too close, and of none is nowhere', () => {
    expect(cameraAround([0.5], [0.4], DESKTOP)).toMatchObject({ x: 0.5, zoom: 8 });
    expect(cameraAround([], [], DESKTOP)).toBeNull();
  });
});
