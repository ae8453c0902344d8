import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toStateVector } from '../../src/ingest/opensky/to-state-vector.ts';
import type { Message } from '../../src/topic/topic.ts';
import { expectRecomputed } from './expect-recomputed.ts';
import type { TableRow } from './recomputed.ts';
import { fillTopic, run, worldMessages } from './small-world.ts';
import { flightMessages, hasTrajectories } from './trajectories.ts';

const RECORDED = new URL(
  '../../../../shared/data/states/states_all_2021-10-17T114950Z.json',
  import.meta.url,
);
const HAS_RECORDINGS = existsSync(RECORDED) && hasTrajectories();
if (!HAS_RECORDINGS)
  process.stderr.write('recomputed tables: recordings skipped, ../shared/data is absent\n');

/** Runs the pipeline in small batches and compares its tables with what the contract's words make of Bronze and Silver. */
async function expectContract(messages: readonly Message[], maxRows: number): Promise<readonly TableRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-recomputed-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await fillTopic(directory, messages);
  await run(directory, { maxRows });
  return await expectRecomputed(directory);
}

describe('the tables are what the words of the contract say, row for row,', { timeout: 300_000 }, () => {
  it.each([
    ['10 s', 10, 14],
    ['a minute', 60, 7],
    ['86 s', 86, 7],
  ])('of simulated aircraft polled each %s', async (_, intervalSeconds, polls) => {
    const messages = [...worldMessages({ aircraft: 20, polls, intervalSeconds })].flat();
    const ml = await expectContract(messages, 150);
    expect(ml.length).toBeGreaterThan(100);
  });

  it.skipIf(!HAS_RECORDINGS)('of recorded answers and flights', async () => {
    const { time, states } = JSON.parse(readFileSync(RECORDED, 'utf8')) as {
      readonly time: number;
      readonly states: readonly (readonly unknown[])[];
    };
    const answer = states.slice(0, 700).map((state): Message => {
      const vector = toStateVector(state, time, 'replay');
      return { key: vector.icao24, value: JSON.stringify(vector), timestamp_ms: time * 1000 };
    });
    // Each window of Gold costs two files: not the whole flights.
    const flights = [...flightMessages('noisy_landing', 1), ...flightMessages('nice', 10).slice(0, 200)];
    const ml = await expectContract([...answer, ...flights], 900);
    const has = (name: string): boolean => ml.some((row) => row[name] === true);
    for (const name of ['is_stale', 'is_repeat', 'is_jump', 'is_speed_conflict'])
      expect(has(name), name).toBe(true);
  });
});
