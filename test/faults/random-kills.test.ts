import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Message } from '../../app/src/topic/topic.ts';
import { fillTopic, worldMessages } from '../../app/test/pipeline/small-world.ts';
import { expectNothingLost } from './random-lives.ts';

/** `CONTRAIL_KILLS=200 CONTRAIL_SEED=7` for a long run, or another one. */
const KILLS = Number(process.env['CONTRAIL_KILLS'] ?? 8);
const SEED = Number(process.env['CONTRAIL_SEED'] ?? 20_261_130);

describe(`contrail pipeline, killed ${KILLS} times at random moments, seed ${SEED}`, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-random-kills-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it(
    'loses and doubles nothing',
    async () => {
      const size = { aircraft: 60, polls: KILLS + 8, intervalSeconds: 20 };
      const messages = [...worldMessages(size)].flat();
      const folder = join(directory, 'killed');
      const append = (some: readonly Message[]): Promise<void> => fillTopic(folder, some);
      const lives = { kills: KILLS, seed: SEED, folder, settings: {}, messages, append };
      await expectNothingLost(lives, join(directory, 'calm'));
    },
    60_000 + 20_000 * KILLS,
  );
});
