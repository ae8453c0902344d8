import type { TestProject } from 'vitest/node';
import { isLacking, KAFKA_NEEDS } from '../cluster/machine.ts';
import { startBroker } from './broker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the broker that all tests share; empty where this machine cannot run one. */
    bootstrap: string;
  }
}

/** Starts the broker that the tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (await isLacking('Kafka tests', KAFKA_NEEDS)) {
    project.provide('bootstrap', '');
    return async () => {};
  }
  const shared = await startBroker();
  project.provide('bootstrap', shared.broker.bootstrap);
  return async () => shared[Symbol.asyncDispose]();
}
