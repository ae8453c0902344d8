import { describe, expect, it } from 'vitest';
import { CONTACT_LOST_S, Picture } from '../../../src/dashboard/live/picture.ts';
import { CountryTable, MAX_COUNTRIES } from '../../../src/dashboard/live/countries.ts';
import { distance_m, extrapolate } from '../../../src/dashboard/live/extrapolation.ts';
import { MAX_SLOTS } from '../../../src/dashboard/wire/columns.ts';
import { readAircraft } from '../../../src/dashboard/wire/units.ts';
import { NOW, sighting } from './sightings.ts';

const icao = (i: number): string => i.toString(16).padStart(6, '0');

describe('the picture', () => {
  it('keeps the newest row of an aircraft, in whatever order rows come and however often', () => {
    const picture = new Picture();
    picture.apply([sighting({ time_position: NOW - 5, latitude: 1 })], NOW);
    picture.apply([sighting({ latitude: 2 }), sighting({ time_position: NOW - 9, latitude: 3 })], NOW);
    picture.dirty.clear();
    picture.apply([sighting({ latitude: 4 }), sighting({ time_position: NOW - 5, latitude: 1 })], NOW);
    expect(picture.size).toBe(1);
    expect(readAircraft(picture.columns, 0).latitude).toBe(2);
    expect([...picture.dirty]).toEqual([]);
    picture.apply([sighting({ latitude: 4, last_contact: NOW + 1 })], NOW);
    expect(readAircraft(picture.columns, 0).latitude).toBe(4);
  });

  it('lets an aircraft go after five minutes without contact, measured by event time, and gives its slot away', () => {
    const picture = new Picture();
    picture.apply([sighting({ icao24: icao(1) }), sighting({ icao24: icao(2) })], NOW);
    const atLimit = NOW + CONTACT_LOST_S;
    picture.apply([sighting({ icao24: icao(2), time_position: atLimit, last_contact: atLimit })], NOW + 9999);
    expect(picture.size).toBe(2);
    picture.apply(
      [sighting({ icao24: icao(2), time_position: atLimit + 1, last_contact: atLimit + 1 })],
      NOW + 9999,
    );
    expect(picture.size).toBe(1);
    picture.apply(
      [sighting({ icao24: icao(3), time_position: atLimit + 1, last_contact: atLimit + 1 })],
      NOW + 9999,
    );
    expect(readAircraft(picture.columns, 0).icao24).toBe(icao(3));
    expect(picture.slots).toBe(2);
  });

  it('keeps an aircraft that is heard without a new position', () => {
    const picture = new Picture();
    const later = NOW + CONTACT_LOST_S + 60;
    picture.apply([sighting({ icao24: icao(1), last_contact: later })], later);
    picture.apply([sighting({ icao24: icao(2), time_position: later, last_contact: later })], later);
    expect(picture.size).toBe(2);
  });

  it('does not let one clock in the future empty the sky', () => {
    const picture = new Picture();
    picture.apply([sighting({ icao24: icao(1) })], NOW);
    picture.apply([sighting({ icao24: icao(2), time_position: NOW + 599, last_contact: NOW + 599 })], NOW);
    expect(picture.size).toBe(2);
    expect(picture.eventTime).toBe(NOW);
  });

  it('does not let history in', () => {
    const picture = new Picture();
    picture.apply([sighting({ icao24: icao(1) })], NOW);
    picture.apply([sighting({ icao24: icao(2), time_position: NOW - 301, last_contact: NOW - 301 })], NOW);
    expect(picture.size).toBe(1);
  });

  it('stops at the last slot and counts who found none', () => {
    const picture = new Picture();
    picture.apply(
      Array.from({ length: MAX_SLOTS + 2 }, (_, i) => sighting({ icao24: icao(i) })),
      NOW,
    );
    expect([picture.size, picture.slots, picture.refused]).toEqual([MAX_SLOTS, MAX_SLOTS, 2]);
    expect(readAircraft(picture.columns, MAX_SLOTS - 1).icao24).toBe(icao(MAX_SLOTS - 1));
  });
});

describe('the country table', () => {
  it('gives the same number for the same country and none when it is full', () => {
    const table = new CountryTable();
    const names = Array.from({ length: MAX_COUNTRIES }, (_, i) => `Country ${i}`);
    expect(names.map((name) => table.indexOf(name))).toEqual(names.map((_, i) => i));
    expect(table.indexOf('Country 7')).toBe(7);
    expect(table.indexOf('Country 255')).toBeNull();
    expect(table.indexOf(null)).toBeNull();
  });
});

describe('extrapolation', () => {
  it('goes along the great circle, over the pole and over the antimeridian', () => {
    const degree_m = (6_371_008.8 * Math.PI) / 180;
    const east = extrapolate({ longitude: 179.5, latitude: 0 }, 90, degree_m);
    expect(east.longitude).toBeCloseTo(-179.5, 9);
    expect(east.latitude).toBeCloseTo(0, 9);
    const over = extrapolate({ longitude: 10, latitude: 89.5 }, 0, degree_m);
    expect(over.latitude).toBeCloseTo(89.5, 6);
    expect(Math.abs(over.longitude)).toBeCloseTo(170, 6);
    expect(distance_m({ longitude: 10, latitude: 89.5 }, over)).toBeCloseTo(degree_m, 3);
  });
});
