import { describe, expect, it } from 'vitest';
import { MAX_NAMES, NameTable } from '../../../src/dashboard/live/names.ts';
import { CONTACT_LOST_S } from '../../../src/dashboard/live/heard.ts';
import { Picture } from '../../../src/dashboard/live/picture.ts';
import { MAX_SLOTS } from '../../../src/wire/columns.ts';
import { readAircraft } from '../../../src/wire/units.ts';
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

  it('does not let an aircraft whose clock was ahead once stand still until that time', () => {
    const picture = new Picture();
    const heard = (offset: number, ahead_s: number, longitude: number, now: number): void =>
      picture.apply(
        [
          sighting({
            longitude,
            time_position: now + ahead_s,
            last_contact: now + ahead_s,
            ingested_at: now + 1,
            topic_offset: offset,
          }),
        ],
        now + 2,
      );
    heard(1, -20, 8, NOW);
    heard(2, 540, 8.05, NOW);
    expect([readAircraft(picture.columns, 0).longitude, picture.timePosition[0]]).toEqual([8.05, NOW + 1]);
    // Its clock is right again, and by it this was before the other was received.
    heard(3, 0, 8.5, NOW);
    expect([readAircraft(picture.columns, 0).longitude, picture.timePosition[0]]).toEqual([8.5, NOW]);
    // What was replaced does not come back when rows are read again.
    heard(2, 540, 8.05, NOW);
    expect(readAircraft(picture.columns, 0).longitude).toBe(8.5);
    heard(4, 10, 8.6, NOW);
    heard(5, 540, 8.7, NOW + 10);
    heard(6, 530, 8.8, NOW + 20);
    expect(readAircraft(picture.columns, 0).longitude).toBe(8.8);
  });

  it('lets an aircraft go that said once that it will be heard of in a thousand years', () => {
    const picture = new Picture();
    picture.apply([sighting({ icao24: icao(1), last_contact: NOW + 3e10 })], NOW);
    const later = NOW + CONTACT_LOST_S + 1;
    picture.apply([sighting({ icao24: icao(2), time_position: later, last_contact: later })], later);
    expect(picture.size).toBe(1);
  });

  it('does not put history in the place of what was ahead', () => {
    const picture = new Picture();
    picture.apply([sighting({ time_position: NOW + 500, longitude: 8.1 })], NOW);
    picture.apply([sighting({ time_position: NOW - 301, last_contact: NOW - 301, longitude: 7 })], NOW);
    expect(readAircraft(picture.columns, 0).longitude).toBe(8.1);
  });

  it('goes on when the clock of the server jumped forward and back, and does not call the picture new meanwhile', () => {
    const picture = new Picture();
    picture.apply(
      [sighting({ icao24: icao(1), time_position: NOW + 3600, last_contact: NOW + 3600 })],
      NOW + 3600,
    );
    picture.settle(NOW + 10);
    expect([picture.eventTime, picture.timePosition[0]]).toEqual([NOW + 10, NOW + 10]);
    picture.settle(NOW + 400);
    expect(picture.eventTime).toBe(NOW + 10);
    const now = NOW + 401;
    picture.apply(
      [
        sighting({ icao24: icao(1), time_position: now, last_contact: now, longitude: 9 }),
        sighting({ icao24: icao(2), time_position: now, last_contact: now }),
      ],
      now,
    );
    expect([picture.size, picture.eventTime, readAircraft(picture.columns, 0).longitude]).toEqual([
      2,
      now,
      9,
    ]);
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

describe('where an aircraft came from', () => {
  it('is its source where there are several, else its feed, and the newest row says it', () => {
    const picture = new Picture();
    const feedOf = (): string | undefined => picture.feeds.names[picture.columns.feed[0] ?? 255];
    picture.apply([sighting({ feed: 'readsb', source: null })], NOW);
    expect(feedOf()).toBe('readsb');
    picture.apply(
      [sighting({ feed: 'readsb', source: 'readsb:http://pi', time_position: NOW + 1 })],
      NOW + 1,
    );
    expect(feedOf()).toBe('readsb:http://pi');
    picture.apply([sighting({ feed: null, time_position: NOW + 2 })], NOW + 2);
    expect([feedOf(), picture.feeds.names]).toEqual([undefined, ['readsb', 'readsb:http://pi']]);
  });
});

describe('the table of names', () => {
  it('gives the same number for the same name and none when it is full', () => {
    const table = new NameTable();
    const names = Array.from({ length: MAX_NAMES }, (_, i) => `Country ${i}`);
    expect(names.map((name) => table.indexOf(name))).toEqual(names.map((_, i) => i));
    expect(table.indexOf('Country 7')).toBe(7);
    expect(table.indexOf('Country 255')).toBeNull();
    expect(table.indexOf(null)).toBeNull();
  });

  it('does not send a name of 70,000 characters to every page, and knows it again', () => {
    const table = new NameTable();
    const long = 'Atlantis'.repeat(10_000);
    expect([table.indexOf(long), table.indexOf('Chad'), table.indexOf(long)]).toEqual([0, 1, 0]);
    expect(table.names[0]?.length).toBeLessThanOrEqual(64);
  });
});
