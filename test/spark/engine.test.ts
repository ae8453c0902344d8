import { describe } from 'vitest';
import { keepsTheContract } from '../../app/test/engine/contract.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './server.ts';

describe.skipIf(!HAS_SPARK)('the Spark engine', () => {
  keepsTheContract(async (directory) => openSparkEngine(directory));
});
