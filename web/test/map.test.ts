import { describe, expect, test } from 'vitest';
import { EVERYTHING, parseFilter, type Filter } from '../src/filter/filter.ts';
import { Visible } from '../src/filter/visible.ts';
import { Picture } from '../src/live/picture.ts';
import { drawAircraft, drawChosen, fastestInView } from '../src/map/aircraft-layer.ts';
import type { Scene } from '../src/map/scene.ts';
import type { Camera } from '../src/map/camera.ts';
import { countShown, pickNearest } from '../src/map/pick.ts';
import { drawPicture } from '../src/map/picture-layer.ts';
import { Placed } from '../src/map/placed.ts';
import { worldPixels, worldX, worldY } from '../src/map/projection.ts';
import { CLASS_COUNT, UNKNOWN_CLASS } from '../src/filter/altitude-class.ts';
import { PALETTES } from '../src/map/ramp.ts';
import {
  headingColumn,
  HEADINGS,
  NO_HEADING,
  type SpriteSheet,
  type SpriteSheets,
} from '../src/map/sprites.ts';
import { AIRLINER, frame, STRANGER } from './fixtures.ts';

const NOW = 1000;

function placedOf(...aircraft: NonNullable<Parameters<typeof frame>[0]['aircraft']>): Placed {
  const picture = new Picture();
  picture.apply(frame({ aircraft }));
  return new Placed(picture);
}

function over(longitude: number, latitude: number, zoom: number): Camera {
  return { x: worldX(longitude), y: worldY(latitude), zoom };
}

/** A context that only remembers what was drawn where. */
function recorder() {
  const squares: { x: number; y: number; colour: string }[] = [];
  const icons: { column: number; row: number; x: number; y: number; alpha: number }[] = [];
  const estimated: boolean[] = [];
  const context = {
    fillStyle: '',
    globalAlpha: 1,
    setTransform() {},
    clearRect() {},
    fillRect(x: number, y: number) {
      squares.push({ x, y, colour: this.fillStyle });
    },
    drawImage(image: unknown, sx: number, sy: number, _w: number, _h: number, x: number, y: number) {
      estimated.push(image === SPRITES.estimated.image);
      icons.push({ column: sx / 20, row: sy / 20, x, y, alpha: this.globalAlpha });
    },
  };
  return { context: context as unknown as CanvasRenderingContext2D, squares, icons, estimated };
}

const sheet = (): SpriteSheet => ({
  image: {} as HTMLCanvasElement,
  cell: 20,
  row: (kind, altitudeClass) => (kind * CLASS_COUNT + altitudeClass) * 20,
});
const SPRITES: SpriteSheets = { heard: sheet(), estimated: sheet() };

function scene(placed: Placed, camera: Camera, part: Partial<Scene> = {}): Scene {
  const size = { width: 1000, height: 600, ratio: 1 };
  const visible = shownOf(placed);
  return {
    placed,
    camera,
    size,
    now: NOW,
    visible,
    selected: -1,
    moving: true,
    style: 'icon',
    palette: PALETTES.dark,
    ...part,
  };
}

/** What a filter shows of a picture. */
function shownOf({ picture }: Placed, filter: Filter = EVERYTHING): Uint8Array {
  const visible = new Visible();
  visible.update(picture, filter);
  return visible.mask;
}

const withoutClass5 = parseFilter((name) => (name === 'altitude' ? '0123467' : null));
const belowClass2 = parseFilter((name) => (name === 'altitude' ? '1' : null));

describe('drawing aircraft', () => {
  test('takes glyph, altitude class and heading from the row', () => {
    const { context, icons } = recorder();
    drawAircraft(
      context,
      scene(placedOf([0, AIRLINER]), over(AIRLINER.longitude, AIRLINER.latitude, 6)),
      SPRITES,
    );
    expect(icons).toEqual([{ column: 54, row: 5, x: 490, y: 290, alpha: 1 }]);
  });

  test('claims no heading for an unknown track and no altitude for an unknown one', () => {
    const { context, icons } = recorder();
    drawAircraft(context, scene(placedOf([0, STRANGER]), over(-179.99, -84, 6)), SPRITES);
    expect(icons.map(({ column, row }) => [column, row])).toEqual([[NO_HEADING, UNKNOWN_CLASS]]);
  });

  test('carries an aircraft on along its track for 15 s, and no further', () => {
    const placed = placedOf([0, { ...AIRLINER, true_track: 90 }]);
    const camera = over(AIRLINER.longitude, AIRLINER.latitude, 11);
    const xAt = (now: number): number => {
      const { context, icons } = recorder();
      drawAircraft(context, scene(placed, camera, { now }), SPRITES);
      return icons[0]?.x ?? Number.NaN;
    };
    expect(xAt(NOW + 10)).toBeGreaterThan(xAt(NOW) + 30);
    expect(xAt(NOW + 400)).toBe(xAt(NOW + 15));
  });

  test('carries it on for two paces of its feed, draws in outline what is estimated, and counts it', () => {
    const placed = placedOf([0, { ...AIRLINER, true_track: 90, vertical_rate: 0 }]);
    placed.pace_s = 86;
    const camera = over(AIRLINER.longitude, AIRLINER.latitude, 9);
    const look = (now: number): readonly [number, boolean] => {
      const { context, icons, estimated } = recorder();
      drawAircraft(context, scene(placed, camera, { now }), SPRITES);
      expect(icons[0]?.alpha).toBe(1);
      return [icons[0]?.x ?? Number.NaN, estimated[0] === true];
    };
    expect(look(NOW + 80)[0]).toBeGreaterThan(look(NOW + 40)[0] + 10);
    expect(look(NOW + 170)).toEqual(look(NOW + 120));
    expect([look(NOW + 10)[1], look(NOW + 40)[1]]).toEqual([false, true]);
    const view = { width: 1000, height: 600 };
    expect(countShown(placed, camera, NOW + 10, view, shownOf(placed), true).estimated).toBe(0);
    expect(countShown(placed, camera, NOW + 40, view, shownOf(placed), true).estimated).toBe(1);
    expect(countShown(placed, camera, NOW + 40, view, shownOf(placed), false).estimated).toBe(0);
  });

  test('fades what was not heard of, and moves nothing under reduced motion', () => {
    const placed = placedOf([0, { ...AIRLINER, true_track: 90 }]);
    const { context, icons } = recorder();
    const camera = over(AIRLINER.longitude, AIRLINER.latitude, 11);
    drawAircraft(context, scene(placed, camera, { now: NOW + 120, moving: false }), SPRITES);
    expect(icons[0]).toMatchObject({ x: 490, alpha: expect.closeTo(0.35, 6) });
  });

  test('draws squares in the colour of the class, once for each copy of the world', () => {
    const { context, squares } = recorder();
    const drawn = drawAircraft(
      context,
      scene(placedOf([0, AIRLINER]), over(0, 20, 1), { style: 'square' }),
      SPRITES,
    );
    expect(squares).toHaveLength(drawn.icons);
    expect(drawn.icons).toBe(2);
    expect(new Set(squares.map((square) => square.colour))).toEqual(new Set([PALETTES.dark.classes[5]]));
    expect(Math.abs((squares[1]?.x ?? 0) - (squares[0]?.x ?? 0))).toBeCloseTo(worldPixels(1), 6);
  });

  test('an aircraft that flies over the antimeridian goes on beside it and does not sweep back over the map', () => {
    const east = placedOf([0, { ...AIRLINER, longitude: 179.9999, latitude: 0, true_track: 90 }]);
    const xAt = (now: number): number => {
      const { context, icons } = recorder();
      drawAircraft(context, scene(east, over(180, 0, 9), { now }), SPRITES);
      expect(icons).toHaveLength(1);
      return icons[0]?.x ?? Number.NaN;
    };
    const step = xAt(NOW + 12) - xAt(NOW);
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(20);
  });

  test('hurries for what moves in view alone', () => {
    const placed = placedOf([0, { ...AIRLINER, true_track: 90 }]);
    const here = over(AIRLINER.longitude, AIRLINER.latitude, 9);
    expect(fastestInView(scene(placed, here))).toBeGreaterThan(0.1);
    expect(fastestInView(scene(placed, over(-100, 40, 9)))).toBe(0);
    expect(fastestInView(scene(placed, here, { now: NOW + 500 }))).toBe(0);
    expect(fastestInView(scene(placed, here, { moving: false }))).toBe(0);
  });

  test.each(['icon', 'square', 'density'] as const)('draws only what the filter shows: %s', (style) => {
    const { context, icons, squares } = recorder();
    const placed = placedOf([0, AIRLINER]);
    const part = { style, visible: shownOf(placed, withoutClass5) };
    drawAircraft(context, scene(placed, over(AIRLINER.longitude, AIRLINER.latitude, 6), part), SPRITES);
    expect([icons, squares]).toEqual([[], []]);
  });

  test.each(['icon', 'square'] as const)(
    'draws the chosen aircraft by itself, after all others, whatever the filter says: %s',
    (style) => {
      const placed = placedOf([0, AIRLINER], [1, { ...AIRLINER, icao24: 'aaaaaa', altitude_m: 500 }]);
      const camera = over(AIRLINER.longitude, AIRLINER.latitude, 6);
      const hidden = scene(placed, camera, { style, selected: 0, visible: shownOf(placed, withoutClass5) });
      const drawn = (draw: typeof drawChosen, with_ = hidden): number =>
        draw(recorder().context, with_, SPRITES).icons;
      const copies = drawn(drawChosen);
      expect(copies).toBeGreaterThan(0);
      expect(drawn(drawAircraft)).toBe(copies);
      expect(drawn(drawAircraft, { ...hidden, visible: shownOf(placed) })).toBe(copies);
      expect(drawn(drawChosen, { ...hidden, selected: -1 })).toBe(0);
      expect(drawn(drawChosen, { ...hidden, selected: 40 })).toBe(0);
    },
  );

  test('draws the chosen aircraft over its track, and the track over all other aircraft', () => {
    const placed = placedOf([0, { ...AIRLINER, altitude_m: 500 }], [1, { ...AIRLINER, icao24: 'aaaaaa' }]);
    const { context, icons } = recorder();
    const from: string[] = [];
    const below = scene(placed, over(AIRLINER.longitude, AIRLINER.latitude, 6), { selected: 0 });
    const note = (what: string) => (): void =>
      void from.push(`${what} over ${icons.map(({ row }) => row).join()}`);
    const drawn = drawPicture(context, below, SPRITES, { track: note('track'), labels: note('names') });
    expect(from).toEqual(['track over 5', 'names over 5']);
    expect([icons.map(({ row }) => row), drawn.icons]).toEqual([[5, 1], 2]);
  });

  test('an emergency does not fade with the age of its position, and is drawn whatever the filter says', () => {
    const placed = placedOf([0, { ...AIRLINER, squawk: '7700' }]);
    const { context, icons } = recorder();
    const camera = over(AIRLINER.longitude, AIRLINER.latitude, 6);
    const part = { now: NOW + 500, visible: shownOf(placed, withoutClass5) };
    drawAircraft(context, scene(placed, camera, part), SPRITES);
    expect(icons).toMatchObject([{ alpha: 1 }]);
  });
});

describe('headings', () => {
  test('turn to the nearest step, 360 being north again', () => {
    expect([0, 249, 251, 9000, 35_800, 35_999].map(headingColumn)).toEqual([0, 0, 1, 18, 0, 0]);
    expect(headingColumn(35_700)).toBe(HEADINGS - 1);
  });
});

describe('picking', () => {
  const placed = placedOf(
    [0, AIRLINER],
    [7, { ...AIRLINER, icao24: 'aaaaaa', longitude: AIRLINER.longitude + 0.02, altitude_m: 500 }],
  );
  const camera = over(AIRLINER.longitude, AIRLINER.latitude, 9);
  const pick = (x: number, y: number, radius: number, filter = EVERYTHING): number =>
    pickNearest(
      placed,
      camera,
      NOW,
      { x, y, radius },
      { visible: shownOf(placed, filter), selected: -1 },
      true,
    );

  test('takes the nearest within reach, and nothing beyond it', () => {
    expect([pick(2, 1, 14), pick(6, 0, 14), pick(0, 40, 14)]).toEqual([0, 7, -1]);
  });

  test('does not take what a filter hides', () => {
    expect(pick(2, 1, 14, withoutClass5)).toBe(7);
    // The chosen aircraft is drawn, and so it can be picked.
    const shown = { visible: shownOf(placed, withoutClass5), selected: 0 };
    expect(pickNearest(placed, camera, NOW, { x: 2, y: 1, radius: 14 }, shown, true)).toBe(0);
  });

  test('finds aircraft beyond the antimeridian', () => {
    const far = placedOf([3, { ...AIRLINER, longitude: -179.9, latitude: 10 }]);
    const at = pickNearest(
      far,
      over(179.9, 10, 8),
      NOW,
      { x: 36, y: 0, radius: 14 },
      { visible: shownOf(far), selected: -1 },
      false,
    );
    expect(at).toBe(3);
  });

  test('takes an aircraft where it is drawn, not where it was heard of', () => {
    const flying = placedOf([0, { ...AIRLINER, true_track: 90, vertical_rate: 0 }]);
    flying.pace_s = 86;
    const pickAt = (x: number): number =>
      pickNearest(
        flying,
        camera,
        NOW + 60,
        { x, y: 0, radius: 14 },
        { visible: shownOf(flying), selected: -1 },
        true,
      );
    const spot = flying.locate(0, NOW + 60, true);
    const x = (spot.x - camera.x) * worldPixels(camera.zoom);
    expect(x).toBeGreaterThan(30);
    expect([pickAt(x), pickAt(0)]).toEqual([0, -1]);
  });

  test('counts what passes the filter and what lies in view', () => {
    const view = { width: 1000, height: 600 };
    const count = (from: Camera, filter: Filter) =>
      countShown(placed, from, NOW, view, shownOf(placed, filter), true);
    expect(count(camera, EVERYTHING)).toEqual({ shown: 2, inView: 2, estimated: 0 });
    expect(count(camera, belowClass2)).toEqual({ shown: 1, inView: 1, estimated: 0 });
    expect(count(over(-100, 40, 9), EVERYTHING)).toEqual({ shown: 2, inView: 0, estimated: 0 });
  });
});
