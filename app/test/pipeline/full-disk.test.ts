import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ObjectStore } from '@contrail/delta-lake';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { ContrailError } from '../../src/errors.ts';
import { Lake } from '../../src/lake/lake.ts';
import { PROGRESS_FILE, type Progress } from '../../src/lake/progress.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import { accounts, contents, fillTopic, openEngine, openLake, run, smallWorld } from './small-world.ts';

const diskFull = (): ContrailError => new ContrailError('engine-disk-failed', 'No space left on device.');
const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('a pipeline on a full disk', () => {
  const messages = smallWorld();
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-full-'));
    await fillTopic(directory, messages);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const progress = (): Progress =>
    JSON.parse(readFileSync(join(directory, 'lake', PROGRESS_FILE), 'utf8')) as Progress;

  /** Names of the data files that lie in the tables' folders, and of those that the tables have. */
  async function files(): Promise<{ readonly lying: readonly string[]; readonly known: readonly string[] }> {
    const lake = openLake(directory);
    const known: string[] = [];
    for (const definition of BATCH_TABLES) {
      const snapshot = await (await lake.table(definition))?.snapshot();
      for (const file of snapshot?.files() ?? []) known.push(basename(file.path));
    }
    const lying = BATCH_TABLES.flatMap(({ name }) =>
      readdirSync(join(directory, 'lake', name), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.parquet') && !path.includes('_delta_log'))
        .map((path) => basename(path)),
    );
    return { lying: lying.sort(), known: known.sort() };
  }

  async function expectExact(): Promise<void> {
    const { found, expected } = accounts(await contents(directory), messages.length);
    expect(found).toEqual(expected);
  }

  it('waits below the floor, says so in its report, plans nothing, and goes on by itself', async () => {
    let looks = 0;
    const troubles: string[] = [];
    const points: string[] = [];
    await run(directory, {
      maxRows: 10_000,
      shortage: () => ((looks += 1) < 4 ? 'Less than 500 MB are free.' : null),
      sleep: async () => {
        expect(progress()).toMatchObject({ state: 'waiting', message: 'Less than 500 MB are free.' });
        expect(points).toEqual([]);
      },
      onTrouble: (error) => troubles.push(error.message),
      onPoint: (point) => points.push(point),
    });
    expect(troubles).toEqual(Array.from({ length: 3 }, () => 'Less than 500 MB are free.'));
    expect(progress()).toMatchObject({ state: 'stopped', message: null });
    await expectExact();
  });

  it('runs a batch again that failed half-way, and leaves nothing of the failed tries', async () => {
    await using inner = await openEngine(directory);
    let writes = 0;
    const engine: Engine = {
      ...delegate(inner),
      write: async (select, target) => {
        const nth = (writes += 1);
        const written = await inner.write(select, target);
        if (nth !== 4 && nth !== 11) return written;
        // In the first try after Bronze, in the next among the windows of Gold. What it has written itself, the engine
        // takes away.
        for (const file of written) rmSync(file.path);
        throw diskFull();
      },
    };
    const troubles: string[] = [];
    await run(directory, {
      maxRows: 10_000,
      engine,
      sleep: async () => undefined,
      onTrouble: (error) => troubles.push(error.message),
    });
    expect(troubles).toEqual(['No space left on device.', 'No space left on device.']);
    await expectExact();
    const { lying, known } = await files();
    expect(lying).toEqual(known);
  });

  it('waits out what the file system says, wherever it says it', async () => {
    const lake = openLake(directory);
    let puts = 0;
    const failing = failingStore(lake.store, () => (puts += 1) % 5 === 0);
    const troubles: string[] = [];
    await run(directory, {
      maxRows: 10_000,
      lake: new Lake(failing, () => 1),
      sleep: async () => undefined,
      onTrouble: (error) => troubles.push(error.message),
    });
    expect(troubles.length).toBeGreaterThanOrEqual(2);
    await expectExact();
  });
});

const delegate = (engine: Engine): Engine => ({
  name: engine.name,
  rows: (select) => engine.rows(select),
  write: (select, target) => engine.write(select, target),
  keep: (name, select) => engine.keep(name, select),
  extend: (name, select) => engine.extend(name, select),
  forget: (name) => engine.forget(name),
  [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
});

/** A store on which some writes fail as on a full disk, before they have done anything. */
function failingStore(store: ObjectStore, isFull: () => boolean): ObjectStore {
  return {
    ...store,
    put: async (key, body) => {
      if (isFull()) throw noSpace();
      return store.put(key, body);
    },
    putIfAbsent: async (key, body) => {
      if (isFull()) throw noSpace();
      return store.putIfAbsent(key, body);
    },
    at: (prefix) => failingStore(store.at(prefix), isFull),
  };
}
