import type { TestProject } from 'vitest/node';
import { HAS_JAVA, startBroker } from './broker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the broker that all tests share; empty without Java. */
    bootstrap: string;
  }
}

/** Starts the broker that the tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!HAS_JAVA) {
    process.stderr.write('\nThe Kafka tests are SKIPPED: they need Java 17 or later, and Maven.\n\n');
    project.provide('bootstrap', '');
    return async () => {};
  }
  const shared = await startBroker();
  project.provide('bootstrap', shared.broker.bootstrap);
  return async () => shared[Symbol.asyncDispose]();
}
