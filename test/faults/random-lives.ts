/**
 * The program itself, `contrail pipeline`, killed with SIGKILL at random moments of its life: while it starts, recovers,
 * works, looks after its tables or waits. Each life gets a few more messages.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { Dice } from '../../app/src/ingest/simulator/random.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { airports } from '../../app/test/ingest/airports.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { accounts, contents, fillTopic, openLake, run } from '../../app/test/pipeline/small-world.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Where the pipeline lives, and how often it dies. */
export interface RandomLives {
  readonly kills: number;
  readonly seed: number;
  /** Its data folder. */
  readonly folder: string;
  /** More `contrail` settings, as environment. */
  readonly settings: Readonly<Record<string, string>>;
  readonly messages: readonly Message[];
  readonly append: (messages: readonly Message[]) => Promise<void>;
}

/**
 * Lives through all kills, and drains the rest. Then the tables must be those of a pipeline that took all messages at
 * once, in the folder `calm`.
 */
export async function expectNothingLost(lives: RandomLives, calm: string): Promise<void> {
  const { folder, messages } = lives;
  await fillTopic(calm, messages);
  await run(calm, { maxRows: 100_000, airports });
  const lengths = await dieAtRandom(lives);
  await expectSameTables(openLake(folder), openLake(calm));
  const { found, expected } = accounts(await contents(folder), messages.length);
  expect(found).toEqual(expected);
  process.stderr.write(
    `killed ${lengths.length} times after ${Math.min(...lengths)} to ${Math.max(...lengths)} ms: ${messages.length} messages, nothing lost or doubled\n`,
  );
}

/** Answers how long the lives were, ms. */
async function dieAtRandom({
  kills,
  seed,
  folder,
  settings: more,
  messages,
  append,
}: RandomLives): Promise<readonly number[]> {
  // Several batches in a life.
  const settings = { DATA_DIR: folder, MAX_BATCH_ROWS: '30', PROCESSING_TIME: '100ms', ...more };
  const dice = new Dice(seed);
  const share = Math.ceil(messages.length / (kills + 1));
  const lives: number[] = [];
  // The first life is not cut short: it says how long one takes on this machine.
  await append(messages.slice(0, share));
  const began = performance.now();
  await end(start(settings, '--once'));
  const longestMs = 1.2 * (performance.now() - began);
  for (let kill = 0; kill < kills; kill += 1) {
    await append(messages.slice(share * (kill + 1), share * (kill + 2)));
    const child = start(settings);
    const lifeMs = dice.between(0, longestMs);
    lives.push(Math.round(lifeMs));
    await Promise.race([wait(lifeMs), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(`Life ${kill} ended by itself with ${child.exitCode}.`);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await append(messages.slice(share * (kills + 1)));
  await end(start(settings, '--once'));
  return lives;
}

function start(settings: Readonly<Record<string, string>>, ...flags: readonly string[]): ChildProcess {
  const file = join(ROOT, 'app/src/cli/main.ts');
  return spawn(process.execPath, ['--conditions=@contrail/source', file, 'pipeline', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LOG_LEVEL: 'error', ...settings },
  });
}

async function end(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => void (said = (said + chunk.toString()).slice(-2000)));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`contrail pipeline ended with ${code}: ${said}`);
}
