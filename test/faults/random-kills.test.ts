import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import {
  accounts,
  contents,
  fillTopic,
  openLake,
  run,
  worldMessages,
} from '../../app/test/pipeline/small-world.ts';
import { airports } from '../../app/test/ingest/airports.ts';
import { dieAtRandom } from './random-lives.ts';

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
      const [killed, calm] = [join(directory, 'killed'), join(directory, 'calm')];
      await fillTopic(calm, messages);
      await run(calm, { maxRows: 100_000, airports });
      const lives = await dieAtRandom({
        kills: KILLS,
        seed: SEED,
        messages,
        append: (some) => fillTopic(killed, some),
        // Several batches in a life.
        settings: { DATA_DIR: killed, MAX_BATCH_ROWS: '30', PROCESSING_TIME: '100ms' },
      });
      await expectSameTables(openLake(killed), openLake(calm));
      const { found, expected } = accounts(await contents(killed), messages.length);
      expect(found).toEqual(expected);
      process.stderr.write(
        `killed ${lives.length} times after ${Math.min(...lives)} to ${Math.max(...lives)} ms: ${messages.length} messages, nothing lost or doubled\n`,
      );
    },
    60_000 + 20_000 * KILLS,
  );
});
