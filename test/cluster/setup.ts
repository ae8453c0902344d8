import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { TestProject } from 'vitest/node';
import { settingsFile } from '../../app/src/cluster/cluster-folder.ts';
import { contrail } from './command.ts';
import { CLUSTER_NEEDS, isLacking } from './machine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster that all tests share; null where this machine cannot run one. */
    cluster: {
      readonly folder: string;
      readonly settings: Readonly<Record<string, string>>;
    } | null;
  }
}

/** Brings up the cluster that the tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  return shareCluster(project, !(await isLacking('cluster tests', CLUSTER_NEEDS)));
}

/**
 * Brings up a cluster for the tests of a project, with the command that a person would use; or none, and the tests are
 * skipped. Answers how to bring it down.
 */
export async function shareCluster(
  project: TestProject,
  isPossible: boolean,
  ...upArguments: readonly string[]
): Promise<() => Promise<void>> {
  if (!isPossible) {
    project.provide('cluster', null);
    return async () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), 'contrail-cluster-'));
  const down = async (): Promise<void> => {
    await contrail('cluster', 'down', '--purge', '--folder', folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const { code, complaints } = await contrail('cluster', 'up', '--folder', folder, ...upArguments);
  if (code !== 0) {
    await down();
    throw new Error(`cluster up failed:\n${complaints}`);
  }
  const settings = parseEnv(readFileSync(settingsFile(folder), 'utf8')) as Record<string, string>;
  project.provide('cluster', { folder, settings });
  return down;
}
