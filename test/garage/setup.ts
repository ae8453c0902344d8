import type { TestProject } from 'vitest/node';
import installPeers from '../../libs/delta-lake/test/interop/install.ts';
import { CLUSTER_NEEDS, isLacking } from '../cluster/machine.ts';
import { shareCluster } from '../cluster/setup.ts';

/** Brings up a cluster with Garage, and installs other readers; where nobody has built Garage, the tests are skipped aloud. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.env['CLUSTER_MESSAGES'] ??= '1000000';
  const needs = { ...CLUSTER_NEEDS, tools: ['garage', 'java', 'maven', 'pip'] } as const;
  const isPossible = !(await isLacking('tests on Garage', needs));
  if (isPossible) installPeers(project);
  else {
    // They are 450 MB: not without something to read.
    const absent = { missing: 'there is no cluster with Garage' };
    project.provide('peers', { 'delta-rs': absent, Spark: absent });
  }
  return shareCluster(project, isPossible, '--s3', 'garage');
}
