import { type DashboardOptions, type DashboardServer, startDashboard } from '../../src/dashboard/server.ts';
import type { LakeFixture } from './lake-fixture.ts';
import { NOW } from './live/sightings.ts';

/** A dashboard server on a test's lake: on a free port, two seconds after the newest sighting, without a page. */
export function serverOn(
  lake: LakeFixture,
  options: Partial<DashboardOptions> = {},
): Promise<DashboardServer> {
  return startDashboard({
    lakeRoot: lake.root,
    engine: lake.engine,
    openReplayEngine: () => lake.openEngine(),
    clock: () => NOW * 1000 + 2000,
    host: '127.0.0.1',
    port: 0,
    webRoot: `${lake.root}/none`,
    ...options,
  });
}
