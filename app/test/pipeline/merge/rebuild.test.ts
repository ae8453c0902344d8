import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRONZE_FLIGHTS } from '../../../src/lake/bronze-flights.ts';
import { QUARANTINE_FLIGHTS } from '../../../src/lake/quarantine-flights.ts';
import { PHASE_RULE_PROPERTY, SILVER_FLIGHTS_ML } from '../../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import type { TableDefinition } from '../../../src/lake/table.ts';
import { newestRecord } from '../../../src/pipeline/batch-log.ts';
import { Differences } from '../../../src/pipeline/merge/differences.ts';
import {
  accounts,
  contents,
  fillTopic,
  openEngine,
  openLake,
  run,
  START_SECONDS,
  worldMessages,
} from '../small-world.ts';
import { additionsOf, fill, rebuild, said, shuffled, withOneRowOfEachKey } from './merge-world.ts';

/** 20 aircraft, 16 polls a minute apart, from midnight on: the first rows are of the day before. */
const POLLS = withOneRowOfEachKey([...worldMessages({ aircraft: 20, polls: 16, intervalSeconds: 60 })]);
const MESSAGES = POLLS.flat();
type Tables = Awaited<ReturnType<typeof said>>;

let root: string;
let inOrder: Tables;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'contrail-rebuild-'));
  await fill(join(root, 'in-order'), MESSAGES);
  await fill(join(root, 'disorder'), shuffled(POLLS).flat(), 100);
  inOrder = await said(join(root, 'in-order'));
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A lake for one test. */
function copyOf(lake: 'disorder' | 'in-order', name: string): string {
  cpSync(join(root, lake), join(root, name), { recursive: true });
  return join(root, name);
}

async function tableOf(directory: string, definition: TableDefinition) {
  const table = await openLake(directory).table(definition);
  if (table === null) throw new Error(`There is no ${definition.name}.`);
  return table;
}

describe('a lake whose polls came in disorder', { timeout: 120_000 }, () => {
  it('has other features, and after a rebuild the tables of in-order arrival; another rebuild changes no row', async () => {
    const directory = copyOf('disorder', 'whole');
    const before = await said(directory);
    expect(before['silver/flights']).toEqual(inOrder['silver/flights']);
    expect(before['silver/flights_ml']).not.toEqual(inOrder['silver/flights_ml']);
    expect(await rebuild(directory)).toMatchObject({ done: 1, slices: [{}], released: 0 });
    expect(await said(directory)).toEqual(inOrder);
    const once = await contents(directory);
    await rebuild(directory);
    expect(await contents(directory)).toEqual(once);
    expect(accounts(once, MESSAGES.length).found).toEqual(accounts(once, MESSAGES.length).expected);
  });

  it('is the same after slices of 50 rows, which carry each row once', async () => {
    const directory = copyOf('disorder', 'slices');
    const outcome = await rebuild(directory, { sliceRows: 50 });
    expect(outcome.slices.length).toBeGreaterThan(3);
    expect(outcome.done).toBe(outcome.slices.length);
    expect(await said(directory)).toEqual(inOrder);
    expect(outcome.rows['silver/flights']).toBe(inOrder['silver/flights']?.length);
  });

  it('has true features of the asked windows and of the 40 minutes behind them after a rebuild of a part', async () => {
    const directory = copyOf('disorder', 'part');
    const before = await said(directory);
    // Cuts windows: whole ones are computed, from 300 to 600 s.
    const range = { from: START_SECONDS + 330, to: START_SECONDS + 500 };
    const { slices } = await rebuild(directory, { range });
    expect(slices).toMatchObject([{ start: START_SECONDS + 300, end: START_SECONDS + 600 }]);
    const after = await said(directory);
    const from = (tables: Tables, isFrom: boolean): readonly string[] =>
      (tables['silver/flights_ml'] ?? []).filter((row) => {
        const time = Number(/"time_position":"(\d+)n"/.exec(row)?.[1]);
        return time >= START_SECONDS + 300 === isFrom;
      });
    expect(from(after, true)).toEqual(from(inOrder, true));
    expect(from(after, false)).toEqual(from(before, false));
    expect(after['silver/flights']).toEqual(inOrder['silver/flights']);
  });

  it('goes on with new messages as a lake that was never rebuilt', async () => {
    const directory = join(root, 'goes-on');
    const [early, late] = [POLLS.slice(0, 10), POLLS.slice(10)];
    await fill(directory, shuffled(early).flat(), 100);
    const last = await newestRecord(openLake(directory).store);
    await rebuild(directory, { sliceRows: 60 });
    expect(await newestRecord(openLake(directory).store)).toEqual(last);
    await fillTopic(directory, late.flat());
    expect(await run(directory, { maxRows: 100 })).toMatchObject({ rows: late.flat().length });
    expect(await said(directory)).toEqual(inOrder);
  });

  it('is compared cell by cell, and not changed, in a dry run', async () => {
    const directory = copyOf('disorder', 'dry');
    const before = await contents(directory);
    const versions = async (): Promise<readonly (number | undefined)[]> =>
      Promise.all(
        [SILVER_FLIGHTS, SILVER_FLIGHTS_ML].map(
          async (definition) => (await (await tableOf(directory, definition)).snapshot()).version,
        ),
      );
    const versionsBefore = await versions();
    await using engine = await openEngine(directory);
    const written: string[] = [];
    const compare = new Differences(
      engine,
      async (select) => {
        for (const row of await engine.rows(select)) written.push(JSON.stringify(row));
      },
      undefined,
    );
    await rebuild(directory, { engine, compare, sliceRows: 200 });
    expect([await contents(directory), await versions()]).toEqual([before, versionsBefore]);
    const ml = compare.tables.get('silver/flights_ml');
    expect(compare.tables.get('silver/flights')).toEqual({ come: 0, go: 0, change: 0 });
    expect(ml).toMatchObject({ come: 0, go: 0 });
    expect(ml?.change).toBeGreaterThan(20);
    expect(written.some((row) => row.includes('"column_name":"seconds_since_previous"'))).toBe(true);
    await rebuild(directory, { engine });
    const again = new Differences(engine, null, undefined);
    await rebuild(directory, { engine, compare: again });
    for (const [name, difference] of again.tables)
      expect(difference, name).toEqual({ come: 0, go: 0, change: 0 });
  });
});

describe('rows that repeat a key and say something else', { timeout: 120_000 }, () => {
  it('stay where they are: the one in Silver stays in Silver, the others in the quarantine', async () => {
    const directory = join(root, 'repeated');
    const polls = [...worldMessages({ aircraft: 15, polls: 10, intervalSeconds: 60 })];
    await fill(directory, shuffled(polls).flat(), 100);
    const before = await contents(directory);
    expect(before['quarantine/flights']?.filter((row) => row.includes('"duplicate"')).length).toBeGreaterThan(
      5,
    );
    expect(await rebuild(directory, { sliceRows: 60 })).toMatchObject({ released: 0 });
    const after = await contents(directory);
    for (const name of ['bronze/flights', 'quarantine/flights', 'silver/flights'])
      expect(after[name], name).toEqual(before[name]);
  });
});

describe('rules that have changed', { timeout: 120_000 }, () => {
  it('let a row out of the quarantine, take one out of Silver, and rewrite only files that hold such a row', async () => {
    const directory = copyOf('in-order', 'rules');
    const [silver, ml, quarantine] = await Promise.all([
      tableOf(directory, SILVER_FLIGHTS),
      tableOf(directory, SILVER_FLIGHTS_ML),
      tableOf(directory, QUARANTINE_FLIGHTS),
    ]);
    const rowsOf = async (table: typeof silver) => {
      const rows: Readonly<Record<string, unknown>>[] = [];
      for await (const batch of (await table.snapshot()).rows()) rows.push(...batch);
      return rows;
    };
    const is = (
      one: Readonly<Record<string, unknown>>,
      row: Readonly<Record<string, unknown>>,
      names: readonly string[],
    ) => names.every((name) => one[name] === row[name]);
    // As if an older rule had refused this row …
    const good = (await rowsOf(silver))[100] as Readonly<Record<string, unknown>>;
    await silver.delete((row) => is(row, good, SILVER_FLIGHTS.key));
    await ml.delete((row) => is(row, good, SILVER_FLIGHTS_ML.key));
    const bad = (await rowsOf(quarantine)).find(({ reason }) => reason === 'invalid_position') as Readonly<
      Record<string, unknown>
    >;
    const { icao24, ingested_at, topic_partition, topic_offset } = good;
    const refused = { icao24, ingested_at, topic_partition, topic_offset };
    await quarantine.append([
      { ...refused, ingest_date: bad['ingest_date'], reason: 'implausible_time', detail: 'an older rule' },
    ] as never);
    // … and had let this one through.
    await quarantine.delete((row) => is(row, bad, QUARANTINE_FLIGHTS.key));
    await ml.setProperties({ [PHASE_RULE_PROPERTY]: '1' });
    expect(await said(directory)).not.toEqual(inOrder);
    expect(await rebuild(directory)).toMatchObject({ released: 1 });
    expect(await said(directory)).toEqual(inOrder);
    const { configuration } = await (await tableOf(directory, SILVER_FLIGHTS_ML)).snapshot();
    expect(configuration[PHASE_RULE_PROPERTY]).toBe('2');
  });
});

describe('rows to add', { timeout: 120_000 }, () => {
  it('are as good as rows that came by the topic, in every table, once, however often they are added', async () => {
    const directory = join(root, 'added');
    const [live, archive] = [MESSAGES.filter((_, index) => index % 3 > 0), MESSAGES];
    await fill(directory, live);
    const readable = archive.filter(({ value }) => !String(value).includes('broken'));
    const additions = additionsOf(readable);
    const merged = { command: 'backfill', additions, sliceRows: 250 };
    await rebuild(directory, { ...merged, work: () => 'backfill one' });
    const tables = await said(directory);
    for (const name of [
      'silver/flights',
      'silver/flights_ml',
      'gold/traffic_by_country',
      'gold/metrics_by_category',
    ])
      expect(tables[name], name).toEqual(inOrder[name]);
    const whole = await contents(directory);
    expect(whole['bronze/flights']?.length).toBe(
      (inOrder['bronze/flights'] ?? []).length +
        live.filter(({ value }) => !String(value).includes('broken')).length,
    );
    const { found, expected } = accounts(whole, live.length + readable.length);
    expect(found).toEqual(expected);
    const { rows } = await rebuild(directory, { ...merged, work: () => 'backfill two' });
    expect(rows['bronze/flights']).toBe(0);
    expect(await contents(directory)).toEqual(whole);
  });

  it('make a lake where there is none', async () => {
    const directory = join(root, 'new');
    const readable = MESSAGES.filter(({ value }) => !String(value).includes('broken'));
    await rebuild(directory, { additions: additionsOf(shuffled(readable)), sliceRows: 150 });
    const tables = await said(directory);
    for (const name of ['silver/flights', 'silver/flights_ml', 'gold/traffic_by_country'])
      expect(tables[name], name).toEqual(inOrder[name]);
    // The topic of this lake begins afterwards.
    await fillTopic(directory, MESSAGES.slice(0, 10));
    expect(await run(directory, { maxRows: 100 })).toMatchObject({ rows: 10 });
  });
});

describe('a rebuild', { timeout: 120_000 }, () => {
  it('keeps the rows of Silver whose rows of Bronze were deleted', async () => {
    const directory = copyOf('disorder', 'short-bronze');
    const bronze = await tableOf(directory, BRONZE_FLIGHTS);
    await bronze.setProperties({ 'delta.appendOnly': 'false' });
    await bronze.delete((row) => Number(row['time_position']) < START_SECONDS + 400);
    await rebuild(directory, { sliceRows: 80 });
    const tables = await said(directory);
    for (const name of ['silver/flights', 'silver/flights_ml', 'gold/traffic_by_country'])
      expect(tables[name], name).toEqual(inOrder[name]);
  });

  it('finds nothing in an empty lake, and in a range without rows, and writes nothing', async () => {
    const empty = join(root, 'empty');
    expect(await rebuild(empty)).toMatchObject({ slices: [], done: 0 });
    const directory = copyOf('in-order', 'elsewhere');
    const range = { from: START_SECONDS + 86_400, to: START_SECONDS + 2 * 86_400 };
    expect(await rebuild(directory, { range })).toMatchObject({ slices: [], done: 0 });
    expect(await said(directory)).toEqual(inOrder);
  });

  it('refuses a lake with an open micro-batch, and names the next step', async () => {
    const directory = join(root, 'open');
    await fillTopic(directory, MESSAGES);
    const killed = run(directory, {
      maxRows: 100,
      onPoint: (point) => {
        if (point === 'committed silver/flights') throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    await expect(rebuild(directory)).rejects.toMatchObject({
      code: 'merge-open',
      message: expect.stringContaining('contrail pipeline --once') as string,
    });
    await run(directory, { maxRows: 100 });
    await rebuild(directory);
    expect(await said(directory)).toEqual(inOrder);
  });

  it('stops at a signal without losing anything, and goes on behind its last slice', async () => {
    const directory = copyOf('disorder', 'stopped');
    const stop = new AbortController();
    const first = await rebuild(directory, {
      sliceRows: 50,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'written silver/flights_ml' && stop.signal.aborted === false) stop.abort();
      },
      onProgress: () => undefined,
    });
    expect(first.done).toBe(0);
    const stopLater = new AbortController();
    const second = await rebuild(directory, {
      sliceRows: 50,
      signal: stopLater.signal,
      onProgress: ({ done }) => {
        if (done === 2) stopLater.abort();
      },
    });
    expect(second.done).toBe(2);
    const begun: number[] = [];
    const third = await rebuild(directory, { onProgress: ({ done }) => begun.push(done) });
    expect(begun[0]).toBe(2);
    expect(third).toMatchObject({ done: second.slices.length, slices: second.slices });
    expect(third.rows['silver/flights']).toBe(inOrder['silver/flights']?.length);
    expect(await said(directory)).toEqual(inOrder);
  });

  it('computes a recorded slice again whose files another program has compacted in between', async () => {
    const directory = copyOf('disorder', 'compacted');
    let recorded = 0;
    const die = (point: string): void => {
      if (point === 'recorded' && (recorded += 1) === 2) throw new Error('killed');
    };
    await expect(rebuild(directory, { sliceRows: 50, onPoint: die })).rejects.toThrow('killed');
    await (await tableOf(directory, SILVER_FLIGHTS)).optimize();
    await (await tableOf(directory, SILVER_FLIGHTS_ML)).optimize();
    await expect(run(directory, { maxRows: 100 })).rejects.toMatchObject({
      code: 'merge-conflict',
      message: expect.stringContaining('contrail rebuild') as string,
    });
    cpSync(directory, join(root, 'other-work'), { recursive: true });
    await rebuild(directory, { sliceRows: 50 });
    expect(await said(directory)).toEqual(inOrder);
    expect(await run(directory, { maxRows: 100 })).toEqual({ batches: 0, rows: 0 });
    // Another command finishes that slice too, before its own.
    const [other, range] = [join(root, 'other-work'), { from: START_SECONDS + 900, to: null }];
    await rebuild(other, { range, work: () => 'another range' });
    expect((await said(other))['silver/flights']).toEqual(inOrder['silver/flights']);
    expect(await run(other, { maxRows: 100 })).toEqual({ batches: 0, rows: 0 });
  });
});
