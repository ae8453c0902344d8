import { describe, expect, it } from 'vitest';
import { partitionValues } from '../../../src/engine/spark/partition-values.ts';
import type { ColumnType } from '../../../src/lake/column.ts';

const valuesIn = (path: string, types: Readonly<Record<string, ColumnType>>) =>
  partitionValues(path, Object.keys(types), new Map(Object.entries(types)));

describe('the folders that Spark writes into', () => {
  it('say the values of the columns, in whatever order they stand', () => {
    expect(
      valuesIn('on_ground=true/day=2026-11-23/hour=7/n=9007199254740993/part-0.parquet', {
        day: 'date',
        hour: 'integer',
        n: 'long',
        on_ground: 'boolean',
      }),
    ).toEqual({ day: '2026-11-23', hour: 7, n: 9_007_199_254_740_993n, on_ground: true });
  });

  it('have a name of their own for null, whatever the type', () => {
    const path = 'day=__HIVE_DEFAULT_PARTITION__/n=__HIVE_DEFAULT_PARTITION__/part-0.parquet';
    expect(valuesIn(path, { day: 'date', n: 'long' })).toEqual({ day: null, n: null });
  });

  it('escape what a path cannot hold, one character an escape', () => {
    expect(valuesIn('country=a%2Fb%3Dc%25%0A/part-0.parquet', { country: 'string' })).toEqual({
      country: 'a/b=c%\n',
    });
    expect(valuesIn('country=Côte=d\u2019Ivoire/part-0.parquet', { country: 'string' })).toEqual({
      country: 'Côte=d\u2019Ivoire',
    });
  });

  it('are refused for a type of which no folder can be made exactly', () => {
    for (const type of ['double', 'timestamp', 'binary', 'array<integer>'] as const)
      expect(() => valuesIn('x=1/part-0.parquet', { x: type })).toThrow(/Spark cannot partition files by x/);
  });
});
