import { describe, expect, test } from 'vitest';
import { errorsAt, readFlights, TRAJECTORIES } from './trajectories.ts';

const flights = readFlights();
if (flights.size === 0)
  process.stderr.write(`SKIPPED web/test/trajectories.test.ts: ${TRAJECTORIES} is absent\n`);

describe.skipIf(flights.size === 0)('recorded flights, most of them full of turns', () => {
  test.each([1, 10, 86])(
    'are nearer to where they are carried than to where they were, pace %s s',
    (pace_s) => {
      for (const { carried, standing } of errorsAt(pace_s, flights.values())) {
        expect(carried.p50).toBeLessThan(standing.p50);
        expect(carried.p95).toBeLessThan(standing.p95);
      }
    },
  );

  test('are within 1 km of where they are carried after a minute, half of the time, at the pace of OpenSky', () => {
    const minute = errorsAt(86, flights.values()).find(({ horizon_s }) => horizon_s === 60);
    expect(minute?.carried.p50).toBeLessThan(1000);
    expect(minute?.standing.p50).toBeGreaterThan(7000);
  });
});
