import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/topic/topic.ts';
import { expectSameTables } from './same-tables.ts';
import { fillTopic, openLake, run, worldMessages } from './small-world.ts';

const MESSAGES = [...worldMessages({ aircraft: 5, polls: 3, intervalSeconds: 60 })].flat();
/** Which message is told otherwise: the second of the first poll. */
const CHANGED = 1;

describe('tables that are compared', () => {
  let root: string;
  const make = async (name: string, messages: readonly Message[], maxRows = 1_000): Promise<void> => {
    await fillTopic(join(root, name), messages);
    await run(join(root, name), { maxRows });
  };
  const withValue = (change: (value: string) => string): readonly Message[] =>
    MESSAGES.map((message, index) =>
      index === CHANGED ? { ...message, value: change(String(message.value)) } : message,
    );
  const compare = (name: string): Promise<void> =>
    expectSameTables(openLake(join(root, name)), openLake(join(root, 'one')));

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-same-tables-'));
    await make('one', MESSAGES);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('are the same when the rows are, whatever files they lie in', async () => {
    await make('cut', MESSAGES, 7);
    await compare('cut');
  });

  it('differ by a double, a text, a row', async () => {
    const nudged = (by: number) => (value: string) =>
      value.replace(/"velocity":([\d.]+)/, (_, velocity: string) => `"velocity":${Number(velocity) + by}`);
    await make('last-digit', withValue(nudged(1e-12)));
    await compare('last-digit');
    await make('double', withValue(nudged(1e-5)));
    await expect(compare('double')).rejects.toThrow(/rows of bronze\/flights that differ[^]* velocity: /);
    await make(
      'text',
      withValue((value) => value.replace(/"origin_country":"[^"]*"/, '"origin_country":"Atlantis"')),
    );
    await expect(compare('text')).rejects.toThrow('origin_country: Atlantis, not ');
    await make('row', MESSAGES.slice(0, -1));
    await expect(compare('row')).rejects.toThrow('rows of bronze/flights');
  });
});
