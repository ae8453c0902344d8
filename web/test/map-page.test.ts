import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Filter } from '../src/filter/filter.ts';
import { Visible } from '../src/filter/visible.ts';
import { Picture } from '../src/live/picture.ts';
import { Placed } from '../src/map/placed.ts';
import { worldPixels, worldX, worldY } from '../src/map/projection.ts';
import { cameraOfAll, cameraOver, chosenWords, isUnderCard, labelWords } from '../src/views/map.ts';
import { AIRLINER, frame, STRANGER } from './fixtures.ts';

const WIDE = { width: 1200, height: 800 };
const PHONE = { width: 390, height: 700 };

function placedOf(...aircraft: NonNullable<Parameters<typeof frame>[0]['aircraft']>): Placed {
  const picture = new Picture();
  picture.apply(frame({ aircraft }));
  return new Placed(picture);
}

/** What a filter shows of a picture. */
function shownOf({ picture }: Placed, filter: Filter = EVERYTHING): Uint8Array {
  const visible = new Visible();
  visible.update(picture, filter);
  return visible.mask;
}

describe('where the map looks', () => {
  const placed = placedOf([2, AIRLINER], [9, { ...AIRLINER, icao24: 'aaaaaa', longitude: 21.57 }]);

  test('shows all aircraft, and nothing in particular where there are none', () => {
    const camera = cameraOfAll(placed, WIDE, shownOf(placed));
    expect(camera?.x).toBeCloseTo(worldX(16.57), 6);
    expect(cameraOfAll(placedOf(), WIDE, new Uint8Array(1))).toBeNull();
  });

  test('shows those that the filter takes, and all where it takes nobody', () => {
    const low = placedOf(
      [2, AIRLINER],
      [9, { ...AIRLINER, longitude: 21.57, altitude_m: 500, squawk: '7700' }],
    );
    const middle = (altitude: number): number | undefined =>
      cameraOfAll(low, WIDE, shownOf(low, { ...EVERYTHING, altitude }))?.x;
    expect(middle(0b10)).toBeCloseTo(worldX(21.57), 6);
    // An emergency is shown beside them, and does not draw the map away from them.
    expect(middle(0b100000)).toBeCloseTo(worldX(AIRLINER.longitude), 6);
    expect(middle(0b1)).toBeCloseTo(worldX(16.57), 6);
  });

  test('does not count those that have left', () => {
    const { picture } = placed;
    picture.apply(frame({ kind: 'delta', baseTick: 1, tick: 2, removed: Uint32Array.of(9) }));
    placed.follow(1000, false);
    expect(cameraOfAll(placed, WIDE, shownOf(placed))?.x).toBeCloseTo(worldX(AIRLINER.longitude), 6);
  });

  test('has an aircraft in the middle of what the card leaves free', () => {
    const place = { x: placed.x[2] ?? 0, y: placed.y[2] ?? 0 };
    // The card covers 372 pixels at the right: the middle of the rest is 186 to the left of the middle of the view.
    const wide = cameraOver(place, 7, WIDE);
    expect([(wide.x - place.x) * worldPixels(7), wide.y]).toEqual([expect.closeTo(186, 6), place.y]);
    const onPhone = cameraOver(place, 7, PHONE);
    // The card covers 62 % from below: the middle of the rest is 31 % above the middle of the view.
    expect((onPhone.y - worldY(AIRLINER.latitude)) * worldPixels(7)).toBeCloseTo(0.31 * PHONE.height, 6);
  });

  test('knows what the card covers: the lower part of a phone, the right of a wide view', () => {
    expect([100, 300, 690].map((y) => isUnderCard({ x: 10, y }, PHONE))).toEqual([false, true, true]);
    expect([100, 820, 840].map((x) => isUnderCard({ x, y: 790 }, WIDE))).toEqual([false, false, true]);
  });
});

test('a label says who, how high and how fast, and leaves out what nobody knows', () => {
  const { picture } = placedOf([0, { ...AIRLINER, altitude_m: 10_668 }], [1, STRANGER]);
  const known = labelWords(picture.aircraft(0), 'aviation');
  expect(known).toEqual([AIRLINER.callsign, expect.stringMatching(/^35,000 ft · \d+ kt$/)]);
  expect(labelWords(picture.aircraft(1), 'metric')).toEqual([STRANGER.icao24, '']);
  expect(labelWords(null, 'metric')).toEqual(['', '']);
});

test('the choice of an aircraft is said with what it does', () => {
  const picture = new Picture();
  picture.apply(
    frame({
      aircraft: [
        [0, AIRLINER],
        [1, STRANGER],
      ],
    }),
  );
  const said = (slot: number): string => chosenWords('3c6444', picture.aircraft(slot), 'metric');
  expect([said(0), said(1), said(2)]).toEqual([
    'DLH9LF chosen, 10,668 m, 833 km/h',
    '~00abcd chosen',
    '3c6444 chosen, not on the map now',
  ]);
});
