import { expect, test } from 'vitest';
import { areSame, emergenciesOf, newcomers } from '../src/live/emergencies.ts';
import { Picture } from '../src/live/picture.ts';
import { AIRLINER, frame } from './fixtures.ts';

function pictureOf(...squawks: readonly (string | null)[]): Picture {
  const picture = new Picture();
  const aircraft = squawks.map(
    (squawk, i) =>
      [i, { ...AIRLINER, icao24: `aaaaa${i}`, callsign: i === 3 ? null : `DLH${9 - i}`, squawk }] as const,
  );
  picture.apply(frame({ aircraft }));
  return picture;
}

test('emergencies are all who send 7500, 7600 or 7700, the gravest first, then by name', () => {
  const found = emergenciesOf(pictureOf('7600', '7700', '7666', '7700', '7500', null, '0000', '7700'));
  expect(found.map(({ callsign, squawk }) => [callsign, squawk])).toEqual([
    ['DLH5', '7500'],
    ['DLH2', '7700'],
    ['DLH8', '7700'],
    [null, '7700'],
    ['DLH9', '7600'],
  ]);
});

test('an aircraft that left is no emergency any more', () => {
  const picture = pictureOf('7700', '7700');
  picture.apply(frame({ kind: 'delta', baseTick: 1, tick: 2, removed: Uint32Array.of(0) }));
  expect(emergenciesOf(picture)).toHaveLength(1);
});

test('those are new who were not there, or sent another code', () => {
  const before = emergenciesOf(pictureOf('7700', '7600'));
  const after = emergenciesOf(pictureOf('7700', '7700', '7500'));
  expect(newcomers(before, after).map(({ squawk }) => squawk)).toEqual(['7500', '7700']);
  expect([areSame(before, after), areSame(before, [...before])]).toEqual([false, true]);
});
