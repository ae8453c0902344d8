import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../app/test/pipeline/small-world.ts';
import { CASES } from './cases.ts';
import { answersAllCases } from './suite.ts';

const SQL = new URL('../../app/src/pipeline/sql/', import.meta.url);

it('holds one case for each SQL file of the pipeline', () => {
  const files = readdirSync(SQL).map((file) => file.replace(/\.sql$/, ''));
  expect(Object.keys(CASES).sort()).toEqual(files.sort());
});

// On Spark: test/spark/golden.test.ts.
describe('on duckdb', () => answersAllCases(openEngine));
