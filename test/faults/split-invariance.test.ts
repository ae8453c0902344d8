import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyLife, liveThrough } from '../../app/test/pipeline/lives.ts';
import { accounts, contents, fillTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';

const MESSAGES = smallWorld();

const life = anyLife({
  arrivals: { min: 0, max: 150 },
  maxRows: { min: 1, max: 120 },
  points: { min: 1, max: 45 },
});

describe('the pipeline, however the topic is cut', { timeout: 120_000 }, () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof contents>>;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-split-'));
    await fillTopic(join(root, 'one-batch'), MESSAGES);
    const { batches } = await run(join(root, 'one-batch'), { maxRows: 1_000_000 });
    expect(batches).toBe(1);
    expected = await contents(join(root, 'one-batch'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('makes the same rows of every table from one batch and from any cuts, stops and restarts', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 15, max: 200 }),
        async (lives, rest) => {
          number += 1;
          const directory = join(root, `cuts-${number}`);
          await liveThrough(
            lives,
            { maxRows: rest },
            {
              messages: MESSAGES,
              append: (messages) => fillTopic(directory, messages),
              run: (options) => run(directory, options),
            },
          );
          const found = await contents(directory);
          expect(found).toEqual(expected);
          const { found: counted, expected: balance } = accounts(found, MESSAGES.length);
          expect(counted).toEqual(balance);
          rmSync(directory, { recursive: true });
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('adds nothing when it is started on a topic that it has read to its end', async () => {
    expect(await run(join(root, 'one-batch'), { maxRows: 10 })).toEqual({ batches: 0, rows: 0 });
    expect(await contents(join(root, 'one-batch'))).toEqual(expected);
  });
});
