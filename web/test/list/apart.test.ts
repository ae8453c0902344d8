import { expect, test } from 'vitest';
import { apart } from '../../src/list/apart.ts';
import { Picture, type Aircraft } from '../../src/live/picture.ts';
import { AIRLINER, frame } from '../fixtures.ts';

const FRANKFURT = { longitude: 8.5706, latitude: 50.0333 };
const MUNICH = { longitude: 11.7861, latitude: 48.3538 };

test('two aircraft are apart over ground and in height, in the units that were chosen', () => {
  const picture = new Picture();
  const part = { ...AIRLINER, altitude_m: 9144 };
  picture.apply(
    frame({
      aircraft: [
        [0, { ...part, ...FRANKFURT }],
        [1, { ...part, ...MUNICH, altitude_m: 9449 }],
        [2, { ...part, ...MUNICH, altitude_m: null }],
      ],
    }),
  );
  const at = (slot: number): Aircraft | null => picture.aircraft(slot);
  expect(apart(at(0), at(1), 'aviation')).toBe('161 NM, 1,001 ft higher');
  expect(apart(at(1), at(0), 'metric')).toBe('299 km, 305 m lower');
  expect([
    apart(at(0), at(2), 'metric'),
    apart(at(0), at(0), 'metric'),
    apart(at(0), at(5), 'metric'),
  ]).toEqual(['299 km', '0.0 km, same altitude', '–']);
});
