import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckdbEngine } from '../../app/src/engine/duckdb/engine.ts';
import { ContrailError } from '../../app/src/errors.ts';
import type { BatchProgress } from '../../app/src/lake/progress.ts';
import type { Cut } from '../../app/src/pipeline/narrow.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { type Poison, PoisonedEngine } from '../../app/test/pipeline/poisoned-engine.ts';
import {
  accounts,
  contents,
  fillTopic,
  messageOf,
  openEngine,
  run,
  type RunOptions,
  smallWorld,
  START_SECONDS,
} from '../../app/test/pipeline/small-world.ts';

const CHILD = fileURLToPath(new URL('poison-child.ts', import.meta.url));
const MESSAGES = smallWorld();
/** Two batches. */
const MAX_ROWS = Math.ceil((MESSAGES.length + 2) / 2);
const isPoisoned: Poison = { batch: (messages) => messages.some((message) => message.includes('poison')) };

const poisonAt = (time: number, icao24: string): Message => ({
  ...messageOf(
    { icao24, callsign: 'poison', time_position: time, longitude: 8, latitude: 50 },
    START_SECONDS,
  ),
  key: icao24,
});
const POISON = [poisonAt(START_SECONDS, 'abc001'), poisonAt(START_SECONDS + 1, 'abc002')];
/** One of them in the midst of the first batch, one in the second. */
const POISONED = [
  ...MESSAGES.slice(0, 50),
  ...POISON.slice(0, 1),
  ...MESSAGES.slice(50, 250),
  ...POISON.slice(1),
  ...MESSAGES.slice(250),
];

type Tables = Awaited<ReturnType<typeof contents>>;
/** Without where in the topic each row came from: with other messages around it, that is another place. */
const placeless = (tables: Tables): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows.map((row) => row.replaceAll(/"topic_offset":"\d+n",?/g, '')).toSorted(),
    ]),
  );

describe('a batch that an engine cannot run', () => {
  let root: string;
  let healthy: Tables;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-poison-'));
    await fillTopic(join(root, 'healthy'), MESSAGES);
    await run(join(root, 'healthy'), { maxRows: MAX_ROWS });
    healthy = await contents(join(root, 'healthy'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const amendments = (directory: string): readonly string[] =>
    readdirSync(join(directory, 'lake', '_contrail', 'batches')).filter((name) => /\.\d+\.json$/.test(name));

  /** Runs the pipeline with a poisoned engine over a topic of its own. */
  async function poisonedRun(
    name: string,
    messages: readonly Message[],
    poison: Poison,
    options: Partial<RunOptions> = {},
  ): Promise<{
    readonly directory: string;
    readonly cuts: readonly Cut[];
    readonly progress: readonly BatchProgress[];
    readonly batches: readonly number[];
    readonly error: unknown;
  }> {
    const directory = join(root, name);
    await fillTopic(directory, messages);
    const cuts: Cut[] = [];
    const progress: BatchProgress[] = [];
    await using engine = new PoisonedEngine(await openEngine(directory), poison);
    const error = await run(directory, {
      maxRows: MAX_ROWS,
      engine,
      onCut: (cut) => cuts.push(cut),
      onBatch: (batch) => progress.push(batch),
      ...options,
    }).then(
      () => null,
      (failure: unknown) => failure,
    );
    return { directory, cuts, progress, batches: engine.batches, error };
  }

  const expectOnlyPoisonApart = (tables: Tables): void => {
    const { 'quarantine/flights': quarantine = [], ...others } = placeless(tables);
    const { 'quarantine/flights': wanted = [], ...wantedOthers } = placeless(healthy);
    expect(others).toEqual(wantedOthers);
    const apart = quarantine.filter((row) => row.includes('"unprocessable"'));
    expect(apart).toHaveLength(POISON.length);
    for (const row of apart) {
      expect(row).toContain('The engine could not: poison.');
      expect(row).toContain(
        JSON.stringify(JSON.stringify({ feed: 'simulator', icao24: 'abc00' })).slice(1, 40),
      );
    }
    expect(quarantine.filter((row) => !row.includes('"unprocessable"'))).toEqual(wanted);
    const { found, expected } = accounts(tables, POISONED.length);
    expect(found).toEqual(expected);
  };

  it('for one of its messages is cut down to that, which is quarantined as it came, and all else is as if it were not there', async () => {
    const { directory, cuts, progress, error } = await poisonedRun('messages', POISONED, isPoisoned);
    expect(error).toBeNull();
    expectOnlyPoisonApart(await contents(directory));
    expect(cuts.filter(({ messages }) => messages === 0)).toHaveLength(POISON.length);
    expect(progress.filter(({ rows_quarantined }) => rows_quarantined['unprocessable'] === 1)).toHaveLength(
      2,
    );
    // Back to what is usual, step by step.
    const sizes = progress.map(({ rows_in }) => rows_in);
    for (const [index, size] of sizes.entries()) {
      expect(size).toBeLessThanOrEqual(MAX_ROWS);
      if (index > 0) expect(size).toBeLessThanOrEqual(2 * (sizes[index - 1] ?? 0));
    }
    expect(Math.max(...sizes)).toBeGreaterThan(16);
    expect(amendments(directory).length).toBe(cuts.length);
  });

  it('that is the only message of a topic is quarantined too', async () => {
    const { directory, error } = await poisonedRun('alone', POISON.slice(0, 1), isPoisoned);
    expect(error).toBeNull();
    const tables = await contents(directory);
    expect(tables['quarantine/flights']).toHaveLength(1);
    expect(accounts(tables, 1).found).toEqual(accounts(tables, 1).expected);
  });

  it('that is not even taken as a text goes on without the text', async () => {
    const { directory, error } = await poisonedRun('textless', POISON.slice(0, 1), {
      ...isPoisoned,
      payload: (text) => text.includes('poison'),
    });
    expect(error).toBeNull();
    const [row] = (await contents(directory))['quarantine/flights'] ?? [];
    expect(row).toContain('"payload":null');
  });

  it('for the number of its messages is cut until it is small enough, and the tables are the same', async () => {
    const { directory, cuts, error } = await poisonedRun('size', MESSAGES, {
      batch: (messages) => messages.length > 100,
    });
    expect(error).toBeNull();
    expect(await contents(directory)).toEqual(healthy);
    expect(cuts.every(({ messages }) => messages > 0)).toBe(true);
  });

  it('because it can run none is not cut: the error stands, and nothing is quarantined', async () => {
    const { directory, cuts, error } = await poisonedRun('everything', MESSAGES, { batch: () => true });
    expect(error).toMatchObject({ code: 'sql-failed', message: 'The engine could not: poison.' });
    expect(cuts).toEqual([]);
    expect(amendments(directory)).toEqual([]);
  });

  it('because it can run none with a message stops at one, and nothing is quarantined', async () => {
    const { directory, error, batches } = await poisonedRun('any-message', MESSAGES, {
      batch: (messages) => messages.length > 0,
    });
    expect(error).toMatchObject({ code: 'sql-failed' });
    expect(batches.length).toBeLessThan(40);
    expect((await contents(directory))['quarantine/flights']).toEqual([]);
    // The engine is mended: the pipeline goes on where it stands.
    await run(directory, { maxRows: MAX_ROWS });
    expect(await contents(directory)).toEqual(healthy);
  });

  it('for a disk, a file of the lake or a service is not cut', async () => {
    for (const [index, error] of [
      new ContrailError('sql-failed', 'IO Error: Could not write file: No space left on device'),
      new ContrailError('sql-failed', 'Invalid Input Error: too small: /lake/part-1.parquet'),
      new ContrailError('topic-damaged', 'a stored batch'),
    ].entries()) {
      const found = await poisonedRun(`not-messages-${index}`, MESSAGES, {
        ...isPoisoned,
        batch: () => true,
        error,
      });
      expect(found.error).toBe(error);
      expect(found.cuts).toEqual([]);
    }
  });

  it('is not cut any more when a table has it', async () => {
    const { cuts, error } = await poisonedRun('gold', MESSAGES, {
      write: (folder) => folder.includes('gold'),
    });
    expect(error).toMatchObject({ code: 'sql-failed' });
    expect(cuts).toEqual([]);
  });

  it.each(['amending', 'amended', 'committed bronze/flights'])(
    'loses and doubles nothing when it is killed at: %s, however often',
    async (point) => {
      const directory = join(root, `killed-${point.replaceAll(/\W/g, '-')}`);
      await fillTopic(directory, POISONED);
      for (const times of [1, 2]) {
        const child = spawn(
          process.execPath,
          ['--conditions=@contrail/source', CHILD, directory, String(MAX_ROWS), point, String(times)],
          { stdio: ['ignore', 'ignore', 'inherit'] },
        );
        expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      }
      await using engine = new PoisonedEngine(await openEngine(directory), isPoisoned);
      await run(directory, { maxRows: MAX_ROWS, engine });
      expectOnlyPoisonApart(await contents(directory));
    },
  );

  it('for want of memory runs in smaller pieces: 40 MB of messages in 40 MB of memory', async () => {
    const directory = join(root, 'memory');
    const rows = 10_000;
    const callsign = 'x'.repeat(4_000);
    const many = Array.from({ length: rows }, (_, index): Message => {
      const icao24 = (0x300000 + index).toString(16);
      const value = `{"icao24":"${icao24}","callsign":"${callsign}","time_position":${START_SECONDS},"longitude":8,"latitude":50}`;
      return { key: icao24, value, timestamp_ms: START_SECONDS * 1000 };
    });
    await fillTopic(directory, many);
    await using engine = await DuckdbEngine.open({
      memoryLimit: '40MB',
      threads: 1,
      temporaryFolder: join(directory, 'temporary'),
    });
    const cuts: Cut[] = [];
    const totals = await run(directory, { maxRows: rows, engine, onCut: (cut) => cuts.push(cut) });
    expect(cuts.length).toBeGreaterThan(0);
    expect(totals.rows).toBe(rows);
    expect(await engine.rows({ sql: 'select 1 as one', relations: {} })).toEqual([{ one: 1 }]);
  });
});
