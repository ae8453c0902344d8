import { localStore } from '@contrail/delta-lake';
import { join } from 'node:path';
import { inject } from 'vitest';
import { SparkEngine, type SparkEngineOptions } from '../../app/src/engine/spark/engine.ts';

/** An engine on the Spark that the tests share, with a lake below `directory`. */
export function openSparkEngine(directory: string, options: Partial<SparkEngineOptions> = {}): SparkEngine {
  const { address, applicationPage } = inject('spark');
  return new SparkEngine({
    address,
    applicationPage,
    store: localStore(join(directory, 'lake')),
    kafka: null,
    shufflePartitions: 2,
    ...options,
  });
}
