import { describe, expect, test } from 'vitest';
import { FilterStore } from '../../src/filter/filter-store.ts';
import { Picture } from '../../src/live/picture.ts';
import type { Camera } from '../../src/map/camera.ts';
import type { MapPorts } from '../../src/map/map-ports.ts';
import { worldX } from '../../src/map/projection.ts';
import { View } from '../../src/map/view.ts';
import type { Sight } from '../../src/list/list-store.ts';
import { Comparison } from '../../src/state/comparison.ts';
import { RingsStore } from '../../src/state/rings-store.ts';
import { Selection } from '../../src/state/selection.ts';
import { TrackStore } from '../../src/track/track-store.ts';
import { MapControl, type Controlled } from '../../src/views/map-control.ts';
import { FakeAddress } from '../fake/address.ts';
import { AIRLINER, frame } from '../fixtures.ts';

const PHONE = { width: 390, height: 700 };

/** A page's map without a browser: `flights` are where the camera was sent, `calls` what else was asked of the map. */
function open(parameters: Record<string, string> = {}, size = { width: 1200, height: 800 }) {
  const address = new FakeAddress(parameters);
  const picture = new Picture();
  const never = (): (() => void) => () => {};
  const listeners = new Set<(cameOrWent: boolean) => void>();
  const sights: (Sight | null)[] = [];
  const room = {
    comparison: new Comparison(address),
    list: { look: (sight: Sight | null) => void sights.push(sight), follow: () => {}, resized: () => {} },
    picture,
    filter: new FilterStore(address, picture),
    selection: new Selection(address, picture),
    view: new View(address, never),
    track: new TrackStore({ ask: () => new Promise(() => {}), later: never }),
    rings: new RingsStore(address),
    identities: { at: () => null },
    preferences: { calm: false, units: 'metric' as const },
    pictureNow: () => 1001,
    clock: () => 0,
    onPicture: (listener: (cameOrWent: boolean) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const flights: Camera[] = [];
  const calls: string[] = [];
  let ports: MapPorts | undefined;
  const control = new MapControl(
    room,
    () => new Promise<never>(() => {}),
    (_element, camera, given) => {
      ports = given;
      const map: Partial<Controlled> = {
        camera,
        size,
        flyTo: (to) => void flights.push(to),
        placeOf: (slot) => ({ x: control.placed.x[slot] ?? 0, y: control.placed.y[slot] ?? 0 }),
        positionOf: () => ({ x: 100, y: 600 }),
        setSelection: (slot) => void calls.push(`select ${slot}`),
        style: 'icon',
        credit: '',
        invalidateView: () => {},
        invalidate: () => void calls.push('invalidate'),
        pictureCame: () => void calls.push('picture'),
        destroy: () => void calls.push('destroy'),
      };
      return map as Controlled;
    },
  );
  const end = control.open(
    {} as HTMLElement,
    () => {},
    () => [],
  );
  return {
    ...room,
    control,
    flights,
    sights,
    calls,
    end,
    get ports(): MapPorts {
      if (ports === undefined) throw new Error('the map was not made');
      return ports;
    },
    come: (...aircraft: NonNullable<Parameters<typeof frame>[0]['aircraft']>): void => {
      picture.apply(frame({ aircraft }));
      room.filter.follow();
      room.selection.follow();
      for (const listener of listeners) listener(true);
    },
  };
}

describe('the map of a page', () => {
  test('looks at the aircraft when the first come, and only then', () => {
    const { come, flights, control } = open();
    expect(flights).toEqual([]);
    come([2, AIRLINER]);
    come([2, AIRLINER], [3, { ...AIRLINER, icao24: 'aaaaaa' }]);
    expect(flights.map(({ x }) => x)).toEqual([expect.closeTo(worldX(AIRLINER.longitude), 6)]);
    expect(control.value.counts.shown).toBe(2);
  });

  test('marks the chosen aircraft wherever it was chosen, and counts again when the filter changes', () => {
    const { come, selection, filter, calls, control } = open({ at: '50,8,6' });
    come([2, AIRLINER]);
    selection.choose(AIRLINER.icao24);
    expect(calls.at(-1)).toBe('select 2');
    filter.change({ altitude: 1 });
    expect([calls.at(-1), control.value.counts.shown]).toEqual(['invalidate', 0]);
  });

  test('moves an aircraft from under the card when it is chosen on a phone', () => {
    const wide = open({ at: '50,8,6' });
    wide.come([2, AIRLINER]);
    wide.ports.onSelect(2, false);
    expect([wide.selection.value.icao24, wide.flights]).toEqual([AIRLINER.icao24, []]);
    const phone = open({ at: '50,8,6' }, PHONE);
    phone.come([2, AIRLINER]);
    phone.ports.onSelect(2, false);
    expect(phone.flights).toHaveLength(1);
  });

  test('has distance rings round its middle, or a chosen place, until they are asked for again', () => {
    const { control, ports, rings, preferences } = open({ at: '50,8,6' });
    control.toggleRings();
    expect(rings.value?.latitude).toBeCloseTo(50, 3);
    control.toggleRings();
    expect([rings.value, ports.rings()]).toEqual([null, null]);
    ports.onPlace({ latitude: 47.46, longitude: 8.55 });
    expect(ports.rings()).toEqual({
      centre: { latitude: 47.46, longitude: 8.55 },
      units: preferences.units,
    });
  });

  test('follows the chosen aircraft until the map is moved by hand, or nobody is chosen', () => {
    const { come, selection, control, ports, flights } = open({ at: '50,8,6' });
    come([2, AIRLINER]);
    control.follow(true);
    expect([control.value.isFollowing, ports.followed()]).toEqual([false, null]);
    selection.choose(AIRLINER.icao24);
    control.follow(true);
    expect([control.value.isFollowing, flights.length]).toEqual([true, 1]);
    expect(ports.followed()?.x).toBeGreaterThan(worldX(AIRLINER.longitude));
    ports.onMovedByHand();
    expect([control.value.isFollowing, ports.followed()]).toEqual([false, null]);
    control.follow(true);
    selection.choose(null);
    expect(control.value.isFollowing).toBe(false);
  });

  test('compares an aircraft with the chosen one when it is clicked with a modifier', () => {
    const { come, ports, selection, comparison } = open({ at: '50,8,6', icao24: 'aaaaaa' });
    come([2, AIRLINER], [3, { ...AIRLINER, icao24: 'aaaaaa' }]);
    ports.onSelect(2, true);
    expect([selection.value.icao24, comparison.value]).toEqual(['aaaaaa', ['aaaaaa', AIRLINER.icao24]]);
    ports.onSelect(2, true);
    expect(comparison.value).toEqual(['aaaaaa']);
  });

  test('tells the list what is in view and where its middle is, as long as there is a map', () => {
    const { come, sights, end } = open({ at: '50,11.5,9' });
    come(
      [2, { ...AIRLINER, longitude: 11.57, latitude: 50.02 }],
      [3, { ...AIRLINER, icao24: 'aaaaaa', longitude: -70 }],
    );
    const sight = sights.at(-1);
    expect([2, 3].map((slot) => sight?.isInView(slot))).toEqual([true, false]);
    expect(sight?.middle()).toEqual({
      longitude: expect.closeTo(11.5, 6),
      latitude: expect.closeTo(50, 6),
    });
    end();
    expect(sights.at(-1)).toBeNull();
  });

  test('goes to a chosen aircraft that is out of sight, as near as before, and stays where it is to be seen', () => {
    const { come, selection, control, flights } = open({ at: '50,11.5,9' });
    come(
      [2, { ...AIRLINER, longitude: 11.57, latitude: 50.02 }],
      [3, { ...AIRLINER, icao24: 'aaaaaa', longitude: -70 }],
    );
    selection.choose(AIRLINER.icao24);
    control.bringToSight();
    expect(flights).toEqual([]);
    selection.choose('aaaaaa');
    control.bringToSight();
    expect(flights.map(({ x, zoom }) => [x > worldX(-70), x < worldX(-69), zoom])).toEqual([[true, true, 9]]);
  });

  test('says who is under the pointer, and nobody when it is gone', () => {
    const { come, ports, control, end, calls } = open();
    come([2, AIRLINER]);
    ports.onHover(2, 10, 20);
    expect(control.value.hover).toMatchObject({ aircraft: { icao24: AIRLINER.icao24 }, x: 10, y: 20 });
    ports.onHover(-1, 0, 0);
    expect(control.value.hover).toBeNull();
    end();
    expect([control.map, calls.at(-1)]).toEqual([null, 'destroy']);
  });
});
