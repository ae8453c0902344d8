import type { TestProject } from 'vitest/node';
import { isLacking, SPARK_NEEDS } from '../cluster/machine.ts';
import { sparkJars, startTestSpark } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Spark that all tests share; empty texts where this machine cannot run one. */
    spark: { readonly address: string; readonly applicationPage: string; readonly folder: string };
  }
}

/**
 * Starts the Spark that the tests share. It ends each stream of responses after two seconds, not two minutes, so that
 * whatever takes longer is reattached to.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (await isLacking('Spark tests', SPARK_NEEDS)) {
    project.provide('spark', { address: '', applicationPage: '', folder: '' });
    return async () => {};
  }
  const shared = await startTestSpark({
    jars: [await sparkJars()],
    conf: { 'spark.connect.execute.reattachable.senderMaxStreamDuration': '2s' },
  });
  const { address, applicationPage } = shared.cluster;
  project.provide('spark', { address, applicationPage, folder: shared.folder });
  return async () => shared[Symbol.asyncDispose]();
}
