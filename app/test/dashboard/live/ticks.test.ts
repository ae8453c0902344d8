import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Picture } from '../../../src/dashboard/live/picture.ts';
import type { Sighting } from '../../../src/dashboard/live/picture.ts';
import { EXTRAPOLATION_LIMIT_S, TICKS_KEPT, Ticks } from '../../../src/dashboard/live/ticks.ts';
import { encodeFrame } from '../../../src/wire/encode.ts';
import { extrapolate } from '../../../src/wire/great-circle.ts';
import { NOW, Watcher, sighting } from './sightings.ts';

/** `age` on the wire ends here: 255 means 255 s or more (`FORMAT.md`). */
const MAX_AGE_S = 255;

/** What a client shows, by slot, with ages as far as the wire tells them: a client that was there before may know more. */
const shownBy = (watcher: Watcher, eventTime: number | null): unknown =>
  [...watcher.aircraft]
    .toSorted(([a], [b]) => a - b)
    .map(([slot, { timePosition, ...aircraft }]) => [
      slot,
      { ...aircraft, age_s: Math.min(MAX_AGE_S, (eventTime ?? 0) - timePosition) },
    ]);

/** A picture and its ticks; `see` takes sightings as one commit. */
function sky(): { picture: Picture; ticks: Ticks; see: (...sightings: Sighting[]) => boolean } {
  const picture = new Picture();
  const ticks = new Ticks(1);
  return {
    picture,
    ticks,
    see: (...sightings) => {
      picture.apply(sightings, NOW + 100_000);
      return ticks.take(picture);
    },
  };
}

const at = (seconds: number, change: Partial<Sighting> = {}): Sighting =>
  sighting({ time_position: NOW + seconds, last_contact: NOW + seconds, ...change });

describe('ticks', () => {
  it('send a small move as a difference, a jump and a changed squawk as a row', () => {
    const { ticks, see } = sky();
    see(at(0));
    see(at(10, { latitude: 48.2 }));
    expect(ticks.since(1, NOW).moved.slots).toEqual(Uint32Array.of(0));
    see(at(20, { latitude: 49 }));
    expect(ticks.since(2, NOW).rows.slots).toEqual(Uint32Array.of(0));
    see(at(30, { latitude: 49.01, squawk: '7700' }));
    expect(ticks.since(3, NOW).rows.slots).toEqual(Uint32Array.of(0));
    // Two moves that each fit may not fit together.
    see(at(40, { latitude: 49.21, squawk: '7700' }));
    see(at(50, { latitude: 49.41, squawk: '7700' }));
    expect(ticks.since(5, NOW).moved.slots).toEqual(Uint32Array.of(0));
    expect(ticks.since(4, NOW).rows.slots).toEqual(Uint32Array.of(0));
  });

  it('send another geometric altitude as a move, another source of the position as a row', () => {
    const { ticks, see } = sky();
    see(at(0));
    see(at(10, { latitude: 48.2, geo_altitude: 10_700 }));
    const { moved } = ticks.since(1, NOW);
    expect([moved.slots, moved.columns.geo_offset[0]]).toEqual([Uint32Array.of(0), 3]);
    see(at(20, { latitude: 48.3, geo_altitude: null }));
    expect(ticks.since(2, NOW).moved.columns.geo_offset[0]).toBe(-128);
    for (const [i, change] of [
      { feed: 'readsb' },
      { feed: 'readsb', position_source: 2 },
      { feed: 'readsb', position_source: 2, is_stale: true },
    ].entries()) {
      see(at(30 + i, { latitude: 48.3, geo_altitude: null, ...change }));
      expect(ticks.since(3 + i, NOW).rows.slots).toEqual(Uint32Array.of(0));
    }
  });

  it('send a crossing of the antimeridian as a row', () => {
    const { ticks, see } = sky();
    see(at(0, { longitude: 179.999 }));
    see(at(10, { longitude: -179.999 }));
    expect(ticks.since(1, NOW).rows.slots).toEqual(Uint32Array.of(0));
  });

  it('send a value that became null, or stopped being null, as a row', () => {
    const { ticks, see } = sky();
    see(at(0));
    see(at(10, { altitude_m: null, latitude: 50.1 }));
    expect(ticks.since(1, NOW).rows.slots).toEqual(Uint32Array.of(0));
    see(at(20));
    expect(ticks.since(2, NOW).rows.slots).toEqual(Uint32Array.of(0));
  });

  it('leave out what the page extrapolates by itself, until the position it has is old', () => {
    const { see } = sky();
    const start = at(0);
    const flown = (s: number, aside = 0): Sighting => {
      const gone = extrapolate(start, start.true_track ?? 0, (start.velocity ?? 0) * s);
      return at(s, { ...gone, latitude: gone.latitude + aside });
    };
    see(start);
    expect(see(flown(5))).toBe(false);
    expect(see(flown(6, 0.001))).toBe(true);
    expect(see(flown(EXTRAPOLATION_LIMIT_S + 6, 0.001))).toBe(true);
  });

  it('send nothing of an aircraft that came and went between two acknowledgements', () => {
    const { ticks, see } = sky();
    see(at(0, { icao24: 'aaaaaa' }));
    see(at(1, { icao24: 'bbbbbb' }));
    see(at(302, { icao24: 'cccccc' }));
    const merged = ticks.since(1, NOW);
    // a left and c took its place: one row, nothing removed; b was never known to this client.
    expect([merged.kind, [...merged.rows.slots].length, [...merged.removed]]).toEqual(['delta', 1, [0]]);
  });

  it('send a remove frame when aircraft only left', () => {
    const { picture, ticks, see } = sky();
    see(at(0, { icao24: 'aaaaaa' }), at(200, { icao24: 'bbbbbb' }));
    picture.apply([at(400, { icao24: 'not-an-address' })], NOW + 1000);
    ticks.take(picture);
    expect(ticks.since(1, NOW)).toMatchObject({ kind: 'remove', removed: Uint32Array.of(0) });
  });

  it('cover the last 60 ticks and no others', () => {
    const { ticks, see } = sky();
    for (let i = 1; i <= 100; i++) see(at(i, { squawk: i % 2 ? '1000' : '2000' }));
    expect(ticks.tick).toBe(100);
    expect([ticks.covers(100), ticks.covers(100 - TICKS_KEPT), ticks.covers(101)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([ticks.covers(100 - TICKS_KEPT - 1), ticks.covers(0)]).toEqual([false, false]);
  });

  it('say of a position that is older than an age can tell that it is at least that old', () => {
    const { ticks, see } = sky();
    see(at(0, { icao24: 'aaaaaa' }));
    const watcher = new Watcher();
    watcher.apply(encodeFrame(ticks.full(NOW)));
    see(at(MAX_AGE_S + 35, { icao24: 'bbbbbb' }));
    watcher.apply(encodeFrame(ticks.since(1, NOW)));
    const fresh = new Watcher();
    fresh.apply(encodeFrame(ticks.full(NOW)));
    expect([watcher, fresh].map(({ aircraft }) => aircraft.get(0)?.timePosition)).toEqual([NOW, NOW + 35]);
  });

  it('bring a client from any covered tick to the same picture as a full frame', () => {
    const step = fc.record({
      aircraft: fc.array(
        fc.record({
          address: fc.nat(12),
          latitude: fc.double({ min: -90, max: 90, noNaN: true }),
          nudge: fc.boolean(),
          altitude_m: fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: null }),
        }),
        { maxLength: 6 },
      ),
      seconds: fc.constantFrom(1, 5, 10, 200, 400),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.array(fc.nat(4), { minLength: 1 }),
        (steps, skips) => {
          const { ticks, see } = sky();
          const watcher = new Watcher();
          watcher.apply(encodeFrame(ticks.full(NOW)));
          let now = 0;
          let skip = 0;
          steps.forEach(({ aircraft, seconds }, i) => {
            now += seconds;
            see(
              ...aircraft.map(({ address, latitude, nudge, altitude_m }) =>
                at(now, {
                  icao24: `00000${address.toString(16)}`,
                  altitude_m,
                  latitude: nudge ? 50 + (latitude / 90) * 0.1 : latitude,
                }),
              ),
            );
            if (skip-- > 0) return;
            skip = skips[i % skips.length] ?? 0;
            const base = watcher.tick ?? 0;
            watcher.apply(encodeFrame(ticks.covers(base) ? ticks.since(base, NOW) : ticks.full(NOW)));
          });
          const base = watcher.tick ?? 0;
          watcher.apply(encodeFrame(ticks.covers(base) ? ticks.since(base, NOW) : ticks.full(NOW)));
          const fresh = new Watcher();
          fresh.apply(encodeFrame(ticks.full(NOW)));
          expect(shownBy(watcher, ticks.eventTime)).toEqual(shownBy(fresh, ticks.eventTime));
        },
      ),
      { numRuns: 200 },
    );
  });
});
