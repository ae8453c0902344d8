/** Repairs of a small world, as `contrail repair` and `contrail repair --go` make them. */
import { expect } from 'vitest';
import { lakeAccounts } from '../../../src/pipeline/facts.ts';
import { type Diagnosis, examine } from '../../../src/pipeline/repair/examine.ts';
import { finishRepair, readLost, repair, type RepairPoint } from '../../../src/pipeline/repair/repair.ts';
import { settle } from '../../../src/pipeline/repair/settle.ts';
import type { Topic } from '../../../src/topic/topic.ts';
import { contents, FEW_AIRPORTS, openEngine, openLake, openTopic, tickingClock } from '../small-world.ts';

/** A topic to repair with, which stays open; else the one below the directory. */
export interface RepairOptions {
  readonly topic?: Topic;
  readonly onPoint?: (point: RepairPoint) => void;
}

/** Looks, and writes nothing. */
export const looked = (directory: string, options: RepairOptions = {}): Promise<Diagnosis> =>
  withParts(directory, options, examine);

/** The first step of a repair, as one that was killed after it. */
export const readAgainAlone = (directory: string): Promise<Diagnosis> =>
  withParts(directory, {}, async (parts) => readLost(parts, await examine(parts)));

/** Repairs; answers what was wrong. */
export const repaired = (directory: string, options: RepairOptions = {}): Promise<Diagnosis> =>
  withParts(directory, options, async (parts) => {
    await finishRepair(parts);
    const found = await readLost(parts, await examine(parts));
    if (found.record !== null) await repair(parts, { ...found, record: found.record }, options.onPoint);
    if (found.isOwing) await settle({ ...parts, airports: FEW_AIRPORTS });
    return found;
  });

async function withParts<T>(
  directory: string,
  options: RepairOptions,
  work: (parts: Parameters<typeof examine>[0]) => Promise<T>,
): Promise<T> {
  await using opened = options.topic === undefined ? await openTopic(directory) : null;
  await using engine = await openEngine(directory);
  const topic = options.topic ?? (opened as Topic);
  return await work({ lake: openLake(directory), topic, engine, clock: tickingClock() });
}

/** The accounts of a lake in a world of `messages`; each message once in Silver or in quarantine. */
export async function expectBalance(directory: string, messages: number): Promise<void> {
  await using engine = await openEngine(directory);
  const accounts = await lakeAccounts(openLake(directory), engine);
  expect(accounts.messages).toBe(messages);
  const tables = await contents(directory);
  const count = (name: string): number => tables[name]?.length ?? 0;
  expect(accounts.bronze + accounts.refused).toBe(count('silver/flights') + count('quarantine/flights'));
  expect(count('silver/flights_ml')).toBe(count('silver/flights'));
}
