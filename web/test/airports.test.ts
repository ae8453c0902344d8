import { describe, expect, test } from 'vitest';
import type { Found } from '../src/live/search.ts';
import { airportList, placeOfText, searchAirports } from '../src/map/airports.ts';
import { hitsOf } from '../src/shell/hits.ts';

const AIRPORTS = airportList([
  ['EDDF', 'FRA', 'Frankfurt Airport', 8.5706, 50.0333, true],
  ['EDFE', null, 'Frankfurt-Egelsbach Airport', 8.6458, 49.96, false],
  ['KFRG', 'FRG', 'Republic Airport', -73.41, 40.72, false],
  ['LFRA', null, 'Angers Avrille', -0.57, 47.49, false],
]);
const found = (typed: string): string[] => searchAirports(AIRPORTS, typed, 8).map(({ ident }) => ident);

const FOUND: Found = {
  slot: 0,
  icao24: '3c6444',
  callsign: 'FRA12',
  country: 'Germany',
  squawk: null,
  registration: 'D-AIZA',
  type_code: 'A320',
};

describe('airports', () => {
  test('are found by an equal code first, then by its beginning, then by a word of the name', () => {
    expect(found('fra')).toEqual(['EDDF', 'EDFE']);
    expect(found('EDD')).toEqual(['EDDF']);
    expect(found('frankfurt')).toEqual(['EDDF', 'EDFE']);
    expect(found('egels')).toEqual(['EDFE']);
    expect(found('f')).toEqual([]);
    expect(found('airport')).toEqual(['EDDF', 'EDFE', 'KFRG']);
  });

  test('and degrees are places, other text is none', () => {
    expect(placeOfText(AIRPORTS, ' fra ')).toEqual({ latitude: 50.0333, longitude: 8.5706, name: 'FRA' });
    expect(placeOfText(AIRPORTS, 'edfe')?.name).toBe('EDFE');
    expect(placeOfText([], '50.03, -8.5')).toEqual({ latitude: 50.03, longitude: -8.5, name: '' });
    expect(placeOfText([], '50.03 8.5')?.longitude).toBe(8.5);
    for (const none of ['', '91, 0', '0, 181', 'Frankfurt', '50'])
      expect(placeOfText(AIRPORTS, none)).toBeNull();
  });

  test('come before aircraft where their code was typed, else after them', () => {
    const names = (typed: string): string[] =>
      hitsOf(typed, [FOUND], searchAirports(AIRPORTS, typed, 8), 8).map(({ words }) => words.join(' | '));
    expect(names('FRA')).toEqual([
      'FRA | EDDF | Frankfurt Airport',
      'FRA12 | D-AIZA | A320 · Germany',
      'EDFE |  | Frankfurt-Egelsbach Airport',
    ]);
    expect(names('frank')[0]).toBe('FRA12 | D-AIZA | A320 · Germany');
    const many = Array.from({ length: 20 }, (_, i) => ({ ...FOUND, icao24: String(i) }));
    expect(hitsOf('frank', many, searchAirports(AIRPORTS, 'frank', 8), 8)).toHaveLength(8);
  });

  test('leave an aircraft its registration where it sends no callsign, and its squawk where that was meant', () => {
    const [hit] = hitsOf('7700', [{ ...FOUND, callsign: null, squawk: '7700' }], [], 8);
    expect(hit?.words).toEqual(['D-AIZA', '3c6444', 'Squawk 7700']);
  });
});
