import type { TestProject } from 'vitest/node';
import { HAS_SPARK, sparkJars, startTestSpark } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Spark that all tests share; empty texts without Java or pip. */
    spark: { readonly address: string; readonly applicationPage: string; readonly folder: string };
  }
}

/**
 * Starts the Spark that the tests share. It ends each stream of responses after two seconds, not two minutes, so that
 * whatever takes longer is reattached to.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!HAS_SPARK) {
    process.stderr.write(
      '\nThe Spark tests are SKIPPED: they need Java 17 or later, python3 with pip, and Maven.\n\n',
    );
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
