import type { TestProject } from 'vitest/node';
import { findGarage } from '../../app/src/cluster/s3/garage.ts';
import { CACHE, fetchAll, lackingTool } from '../cluster/machine.ts';
import { say, shareCluster } from '../cluster/setup.ts';

/** Brings up a cluster with Garage; where nobody has built it, its tests are skipped aloud. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lack =
    (await findGarage(CACHE)) === null
      ? `Garage 2.4 or later; docs/cluster.md says how it is built`
      : ((await lackingTool()) ?? (await fetchAll(say)));
  return shareCluster(project, lack, '--s3', 'garage');
}
