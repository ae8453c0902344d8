import { expect, test } from 'vitest';
import { linksOf } from '../../src/track/links.ts';

test('other sites are asked by what is known of an aircraft, and by nothing else', () => {
  const all = linksOf({ icao24: '3c6444', callsign: 'DLH9LF', registration: 'D-AIBL' });
  expect(all.map(({ url }) => url)).toEqual(
    expect.arrayContaining([
      'https://www.flightradar24.com/DLH9LF',
      'https://globe.adsbexchange.com/?icao=3c6444',
      'https://www.jetphotos.com/registration/D-AIBL',
    ]),
  );
  expect(linksOf({ icao24: '~2b1234', callsign: null, registration: null })).toEqual([]);
  const [first] = linksOf({ icao24: '3c6444', callsign: 'A/B ?', registration: null });
  expect(first?.url).toBe('https://www.flightradar24.com/A%2FB%20%3F');
});
