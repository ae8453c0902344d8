import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Airlines } from '../../src/state/airlines.ts';
import { airlineCode, searchAirlines, type AirlineNames } from '../../src/state/airline.ts';

const NAMES: AirlineNames = {
  CLH: 'Lufthansa CityLine',
  DLH: 'Lufthansa',
  EZY: 'easyJet',
  EJU: 'easyJet Europe',
  LUF: 'Luft Taxi',
};

test('a callsign is of an airline where a figure follows three letters', () => {
  expect(['DLH123', 'EZY7', 'DLH4AB'].map(airlineCode)).toEqual(['DLH', 'EZY', 'DLH']);
  expect(['DAIZA', 'N123AB', 'DLH', 'D123', 'GAFJET', '', null].map(airlineCode)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
});

describe('an airline', () => {
  test('is found by designator first, then by name, by the beginning of it, and by a word in it', () => {
    const found = (typed: string): string[] => searchAirlines(NAMES, typed, 9).map(({ code }) => code);
    expect(found('luf')).toEqual(['LUF', 'DLH', 'CLH']);
    expect(found('Lufthansa')).toEqual(['DLH', 'CLH']);
    expect(found('cityline')).toEqual(['CLH']);
    expect(found('EASYJET')).toEqual(['EZY', 'EJU']);
    expect([found('e'), found('nobody')]).toEqual([[], []]);
    expect(searchAirlines(NAMES, 'luf', 1)).toHaveLength(1);
  });

  test('has its name once the names have come, which are fetched once; a fetch that failed is tried again', async () => {
    let loads = 0;
    const airlines = new Airlines(async () => {
      loads += 1;
      if (loads === 1) throw new Error('offline');
      return NAMES;
    });
    expect(airlines.of('DLH123')).toBeNull();
    await airlines.want();
    expect(airlines.of('DLH123')).toBeNull();
    expect(await airlines.find('lufthansa')).toEqual({ code: 'DLH', name: 'Lufthansa' });
    await airlines.want();
    expect(loads).toBe(2);
    expect([
      airlines.of('DLH123'),
      airlines.of('XXX1'),
      airlines.of('DAIZA'),
      airlines.nameOf('toString'),
    ]).toEqual(['Lufthansa', null, null, null]);
  });
});

test('the file of airlines has those that people look for', () => {
  const file = readFileSync(new URL('../../layers/airlines.bin', import.meta.url));
  const names = JSON.parse(gunzipSync(file).toString()) as AirlineNames;
  expect(Object.keys(names).length).toBeGreaterThan(5000);
  expect(file.length).toBeLessThan(60_000);
  expect(names).toMatchObject({ DLH: 'Lufthansa', RYR: 'Ryanair', UAL: 'United Airlines', EWG: 'Eurowings' });
  expect(
    Object.entries(names).filter(([code, name]) => !/^[A-Z]{3}$/.test(code) || name.trim() === ''),
  ).toEqual([]);
});
