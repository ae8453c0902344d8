import { describe, expect, test } from 'vitest';
import { Picture, type Aircraft } from '../src/live/picture.ts';
import { callName, positionSourceWords, whoWords } from '../src/text/who.ts';
import { AIRLINER, frame, STRANGER } from './fixtures.ts';

const picture = new Picture();
picture.countries = ['Germany'];
picture.feeds = ['opensky'];
const aircraft = [[0, AIRLINER] as const, [1, STRANGER] as const];
picture.apply(frame({ aircraft }));
const airliner = picture.aircraft(0) as Aircraft;
const stranger = picture.aircraft(1) as Aircraft;
const IDENTITY = { registration: 'D-AIZA', type_code: 'A320', operator: 'Lufthansa' };

describe('who an aircraft is', () => {
  test('is its callsign, machine, origin and source, as far as somebody says', () => {
    expect(whoWords('3c6444', airliner, IDENTITY)).toEqual({
      name: 'DLH9LF',
      machine: 'D-AIZA · A320 · Lufthansa',
      origin: '3c6444 · Germany · Large',
      source: 'ADS-B from OpenSky',
    });
  });

  test('names the airline of its callsign, unless the operator is the same', () => {
    expect(whoWords('3c6444', airliner, { ...IDENTITY, operator: null }, 'Lufthansa').machine).toBe(
      'Lufthansa · D-AIZA · A320',
    );
    expect(whoWords('3c6444', airliner, IDENTITY, 'Lufthansa').machine).toBe('D-AIZA · A320 · Lufthansa');
    expect(whoWords('3c6444', airliner, null, 'Lufthansa').machine).toBe('Lufthansa');
  });

  test('is its registration where it sends no callsign, and its address where nobody knows that', () => {
    const mute = { ...airliner, callsign: null };
    expect(whoWords('3c6444', mute, IDENTITY)).toMatchObject({
      name: 'D-AIZA',
      machine: 'A320 · Lufthansa',
      origin: 'No callsign · 3c6444 · Germany · Large',
    });
    expect(whoWords('~00abcd', stranger, null)).toEqual({
      name: '~00abcd',
      machine: '',
      origin: 'No callsign',
      source: '',
    });
    expect(callName('3c6444', undefined, null)).toBe('3c6444');
  });

  test('is known of one that has left, and says nothing of its position then', () => {
    expect(whoWords('3c6444', null, IDENTITY)).toMatchObject({
      name: 'D-AIZA',
      origin: '3c6444',
      source: '',
    });
  });

  test('names the kinds of OpenSky, and a number that is none of them', () => {
    expect([0, 1, 2, 3, 5, null].map(positionSourceWords)).toEqual([
      'ADS-B',
      'ASTERIX',
      'MLAT',
      'FLARM',
      'source 5',
      null,
    ]);
  });
});
