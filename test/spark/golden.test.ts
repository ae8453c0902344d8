import { describe } from 'vitest';
import { answersAllCases } from '../golden/suite.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('on spark', () =>
  answersAllCases(async (directory) => openSparkEngine(directory)),
);
