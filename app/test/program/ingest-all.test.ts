import { describe, expect, it } from 'vitest';
import type { IngestCounts } from '../../src/ingest/ingest.ts';
import type { Source } from '../../src/ingest/source.ts';
import { ingestAll, sumOf } from '../../src/program/ingest-all.ts';

const COUNTS: IngestCounts = {
  polls: 1,
  messages: 2,
  simulated: 0,
  real: 2,
  firstSimulated: false,
  malformed: 0,
};
const named = (name: string): Source => ({
  name,
  simulated: false,
  polls: () => {
    throw new Error('not asked for');
  },
});

describe('several sources', () => {
  it('give their names to their messages, and one alone gives none', async () => {
    const labels: unknown[] = [];
    const run = async (_: Source, label: string | undefined) => {
      labels.push(label);
      return COUNTS;
    };
    await ingestAll([named('a')], run);
    const both = await ingestAll([named('a'), named('b')], run);
    expect(labels).toEqual([undefined, 'a', 'b']);
    expect(sumOf(both)).toMatchObject({ polls: 2, messages: 4, real: 4, firstSimulated: false });
  });

  it('go on without one that fails, and fail when all have', async () => {
    const run = async ({ name }: Source) => {
      if (name !== 'good') throw new Error(`${name} failed`);
      return COUNTS;
    };
    expect(await ingestAll([named('bad'), named('good')], run)).toEqual([COUNTS]);
    await expect(ingestAll([named('bad'), named('worse')], run)).rejects.toThrow('bad failed');
    await expect(ingestAll([named('bad')], run)).rejects.toThrow('bad failed');
  });
});
