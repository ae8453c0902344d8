import { describe, expect, test } from 'vitest';
import { flightAt, SILENCE_S, STOP_S, type Sighted } from '../../../src/dashboard/track/flight.ts';

const MINUTE = 60;

/** Rows from one time to another, each minute, flying east at 800 km/h or standing. */
function leg(from: number, to: number, on_ground = false, place = 0): Sighted[] {
  const rows: Sighted[] = [];
  for (let time = from; time <= to; time += MINUTE) {
    const flown = on_ground ? 0 : ((time - from) * 800) / 3600 / 111;
    rows.push({ time, longitude: place + flown, latitude: 0, on_ground });
  }
  return rows;
}
const spanOf = (rows: readonly Sighted[], at: number): (number | undefined)[] => {
  const flight = flightAt(rows, at);
  return [flight.rows[0]?.time, flight.rows.at(-1)?.time];
};

describe('the flight of a moment', () => {
  test('is all there is where nothing ends it, and says that it may be longer', () => {
    const rows = leg(0, 3600);
    expect(flightAt(rows, 3600)).toEqual({ rows, isFirst: true, isLast: true });
    expect(flightAt([], 10)).toEqual({ rows: [], isFirst: true, isLast: true });
  });

  test('begins a quarter of an hour before take-off, however long it stood there and was heard of', () => {
    const rows = [...leg(0, 3 * 3600, true), ...leg(3 * 3600 + MINUTE, 4 * 3600)];
    expect(spanOf(rows, 4 * 3600)).toEqual([3 * 3600 + MINUTE - STOP_S, 4 * 3600]);
    expect(flightAt(rows, 4 * 3600).isFirst).toBe(false);
  });

  test('goes on after landing, until the next flight begins', () => {
    const landed = leg(3660, 2 * 3600, true, 7);
    const next = leg(2 * 3600 + MINUTE, 3 * 3600, false, 7);
    const rows = [...leg(0, 3600), ...landed, ...next];
    expect(spanOf([...leg(0, 3600), ...landed], 2 * 3600)).toEqual([0, 2 * 3600]);
    expect(spanOf(rows, 3 * 3600)).toEqual([2 * 3600 + MINUTE - STOP_S, 3 * 3600]);
    expect(spanOf(rows, 3000)).toEqual([0, 2 * 3600 - STOP_S]);
  });

  test('goes on through a touch-and-go', () => {
    const rows = [...leg(0, 600), ...leg(660, 720, true, 1.2), ...leg(780, 1800, false, 1.2)];
    expect(spanOf(rows, 1800)).toEqual([0, 1800]);
  });

  test('ends in a silence on the ground, and in one over which it hardly moved', () => {
    const silent = 3600 + STOP_S + MINUTE;
    const onGround = [
      ...leg(0, 3540),
      ...leg(3600, 3600, true, 7.1),
      ...leg(silent, silent + 600, false, 7.1),
    ];
    expect(spanOf(onGround, silent + 600)).toEqual([silent, silent + 600]);
    const inAir = [...leg(0, 3600), ...leg(3600 + 2400, 9000, false, 7.4)];
    expect(spanOf(inAir, 9000)).toEqual([6000, 9000]);
    expect(spanOf(inAir, 5000)).toEqual([0, 3600]);
  });

  test('goes on over an ocean where nobody hears it, for some hours', () => {
    const out = leg(0, 3600);
    const far = 7.2 + (3 * 800) / 111;
    expect(spanOf([...out, ...leg(4 * 3600, 5 * 3600, false, far)], 5 * 3600)).toEqual([0, 5 * 3600]);
    const late = 3600 + SILENCE_S + MINUTE;
    const farther = 7.2 + (4.1 * 800) / 111;
    expect(spanOf([...out, ...leg(late, late + 60, false, farther)], late)).toEqual([late, late + 60]);
  });
});
