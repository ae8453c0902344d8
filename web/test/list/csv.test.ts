import { expect, test } from 'vitest';
import { csvOf } from '../../src/list/csv.ts';
import { Picture } from '../../src/live/picture.ts';
import { AIRLINER, frame, STRANGER } from '../fixtures.ts';

const AROUND = {
  now: 1000,
  from: { longitude: AIRLINER.longitude, latitude: AIRLINER.latitude },
  who: () => null,
  airlineOf: () => null,
};

/** The cells of each line, by the header's names. */
function tableOf(csv: string): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...lines] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [header[i] ?? '', cell])));
}

function pictureOf(...aircraft: readonly (typeof AIRLINER)[]): Picture {
  const picture = new Picture();
  picture.apply(frame({ aircraft: aircraft.map((one, slot) => [slot, one] as const) }));
  return picture;
}

test('rows become CSV in their order, with units in the header and plain numbers', () => {
  const picture = pictureOf({ ...AIRLINER, altitude_m: 10_668 }, STRANGER);
  const [stranger, airliner] = tableOf(csvOf([1, 0], picture, AROUND, 'aviation'));
  expect(airliner).toMatchObject({
    Callsign: AIRLINER.callsign,
    ICAO24: AIRLINER.icao24,
    'Altitude (ft)': '35000',
    'Distance (NM)': '0',
    'Age (s)': '0',
    'Time of position (UTC)': '1970-01-01T00:16:40Z',
  });
  // What nobody knows is empty, not 0.
  expect(stranger).toMatchObject({ Callsign: '', 'Altitude (ft)': '', Squawk: '' });
  expect(tableOf(csvOf([0], picture, AROUND, 'metric'))[0]).toMatchObject({ 'Altitude (m)': '10668' });
});

test('rows that have left are passed over', () => {
  expect(tableOf(csvOf([-1, 0, 3], pictureOf(AIRLINER), AROUND, 'metric'))).toHaveLength(1);
});

test('text of an aircraft is no formula, and commas and quotes are quoted', () => {
  const csv = csvOf(
    [0, 1],
    pictureOf({ ...AIRLINER, callsign: '=1+1' }, { ...AIRLINER, callsign: 'A,"B' }),
    AROUND,
    'metric',
  );
  expect(csv).toContain("\r\n'=1+1,");
  expect(csv).toContain('\r\n"A,""B",');
});
