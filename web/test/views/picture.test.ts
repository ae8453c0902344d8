import { expect, test } from 'vitest';
import { captionOf, MAP_CREDITS, type Pictured } from '../../src/views/picture.ts';

const NOW: Pictured = {
  moment: '2026-11-23 04:49:02 UTC',
  inView: 3124,
  filters: [],
  feeds: [],
  credit: '',
  isSimulated: false,
  isPast: false,
  units: 'metric',
};

test('a picture of the map says of when it is, what it shows, and whose work it stands on', () => {
  expect(captionOf({ ...NOW, feeds: ['opensky', 'roof'] })).toMatchObject({
    left: ['2026-11-23 04:49:02 UTC', '3,124 aircraft'],
    right: `Positions: opensky, roof · ${MAP_CREDITS}`,
  });
  expect(captionOf(NOW).right).toBe(MAP_CREDITS);
  expect(captionOf({ ...NOW, credit: '© Streets' }).right).toBe(`${MAP_CREDITS} · © Streets`);
  expect(MAP_CREDITS).toMatch(/GeoNames, CC BY 4\.0/);
});

test('a picture of invented aircraft, of the past, or of some of the aircraft says that too', () => {
  expect(
    captionOf({ ...NOW, isSimulated: true, isPast: true, filters: ['In the air', 'Germany'] }).left,
  ).toEqual(['SIMULATED · REPLAY · 2026-11-23 04:49:02 UTC', '3,124 aircraft · In the air · Germany']);
});

test('the colours of a picture are explained in the units that were chosen', () => {
  expect(captionOf(NOW).classes).toEqual(['Ground', '0 km', '1', '3', '6', '9', '11', '?']);
  expect(captionOf({ ...NOW, units: 'aviation' }).classes).toEqual([
    'Ground',
    '0 kft',
    '3',
    '10',
    '20',
    '30',
    '36',
    '?',
  ]);
});
