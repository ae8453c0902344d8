import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lakeAccounts } from '../../../src/pipeline/facts.ts';
import { owedRange } from '../../../src/pipeline/repair/lost-messages.ts';
import { expectRecomputed } from '../expect-recomputed.ts';
import {
  contents,
  fillTopic,
  gapRows,
  openEngine,
  openLake,
  openTopic,
  run,
  smallWorld,
} from '../small-world.ts';
import { expectBalance, looked, repaired } from './repaired.ts';

const MESSAGES = smallWorld();
const MAX_ROWS = 100;
const ALL = { maxRows: 10_000 };

/** A lake with two of four batches, and what somebody does to it. */
describe('a lake that has lost a part of itself', () => {
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-lost-parts-'));
    const start = join(root, 'start');
    await fillTopic(start, MESSAGES);
    const stop = new AbortController();
    let left = 2;
    const onPoint = (point: string): void => {
      if (point === 'finished' && --left === 0) stop.abort();
    };
    await run(start, { maxRows: MAX_ROWS, signal: stop.signal, onPoint });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  let copies = 0;
  const copy = (): string => {
    const directory = join(root, `copy-${++copies}`);
    cpSync(join(root, 'start'), directory, { recursive: true });
    return directory;
  };
  const codes = async (directory: string): Promise<readonly string[]> =>
    (await looked(directory)).problems.map(({ code }) => code);
  const owed = async (directory: string) => {
    await using engine = await openEngine(directory);
    return await owedRange(openLake(directory), engine);
  };
  /** The messages that the lake goes on without. */
  const lost = async (directory: string): Promise<number> =>
    (await gapRows(directory)).reduce((sum, { messages }) => sum + Number(messages), 0);

  it.each([
    ['whose newest record is gone', 'table-ahead-of-batches', (lake: string) => rmSync(recordOf(lake, 2))],
    [
      'whose records are all gone',
      'table-ahead-of-batches',
      (lake: string) => rmSync(join(lake, '_contrail'), { recursive: true }),
    ],
    [
      'whose newest record is damaged',
      'batch-record-unreadable',
      (lake: string) => writeFileSync(recordOf(lake, 2), '{"batch_id":2'),
    ],
    [
      'whose records are all damaged',
      'batch-record-unreadable',
      (lake: string) => [1, 2].forEach((batch) => writeFileSync(recordOf(lake, batch), '')),
    ],
    [
      'that has the record of a batch that left another out',
      'batch-record-differs',
      (lake: string) => cpSync(recordOf(lake, 1), recordOf(lake, 4)),
    ],
  ])('%s goes on where its tables are, and loses nothing', async (_, code, change) => {
    const directory = copy();
    change(join(directory, 'lake'));
    const before = await contents(directory);
    const records = readdirSync(join(directory, 'lake')).toSorted();
    if (code !== 'batch-record-differs') expect(await codes(directory)).toContain(code);
    else expect(await codes(directory)).not.toEqual([]);
    expect(readdirSync(join(directory, 'lake')).toSorted()).toEqual(records);
    await repaired(directory);
    expect(await contents(directory)).toEqual(before);
    expect(await codes(directory)).toEqual([]);
    await run(directory, ALL);
    expect(await gapRows(directory)).toEqual([]);
    await expectBalance(directory, MESSAGES.length);
    await expectRecomputed(directory);
  });

  it('goes on by its rows where the logs no longer say how far it has read', async () => {
    const directory = copy();
    const lake = join(directory, 'lake');
    rmSync(join(lake, '_contrail'), { recursive: true });
    forgetOffsets(lake);
    expect(await codes(directory)).toContain('table-ahead-of-batches');
    await repaired(directory);
    await run(directory, ALL);
    await expectBalance(directory, MESSAGES.length);
    await expectRecomputed(directory);
  });

  it.each([
    ['quarantine/flights', 'all', false],
    ['quarantine/flights', 'newest', false],
    ['silver/flights', 'all', true],
    ['silver/flights', 'newest', true],
    ['silver/flights_ml', 'all', true],
    ['silver/flights_ml', 'newest', true],
    ['gold/traffic_by_country', 'all', true],
    ['gold/metrics_by_category', 'all', true],
  ])('goes on without %s (%s), and says what has to be computed again', async (name, what, isExact) => {
    const directory = copy();
    const before = await contents(directory);
    const table = join(directory, 'lake', name);
    if (what === 'all') rmSync(table, { recursive: true });
    else removeNewestCommit(table);
    expect(await codes(directory)).toContain('table-behind-batches');
    await repaired(directory);
    expect(await codes(directory)).toEqual([]);
    expect(await owed(directory)).not.toBeNull();
    const malformed = (before['quarantine/flights'] ?? []).filter((row) => row.includes('"malformed"'));
    const left = ((await contents(directory))['quarantine/flights'] ?? []).filter((row) =>
      row.includes('"malformed"'),
    );
    expect(await lost(directory)).toBe(isExact ? 0 : malformed.length - left.length);
    await run(directory, ALL);
    expect(await codes(directory)).toEqual([]);
    await using engine = await openEngine(directory);
    expect((await lakeAccounts(openLake(directory), engine)).messages).toBe(MESSAGES.length);
  });

  it('goes on without Bronze, and notes how many messages were in it', async () => {
    const directory = copy();
    const bronze = (await contents(directory))['bronze/flights']?.length ?? 0;
    rmSync(join(directory, 'lake/bronze/flights'), { recursive: true });
    await repaired(directory);
    expect(await lost(directory)).toBe(bronze);
    expect(await codes(directory)).toEqual([]);
    await run(directory, ALL);
    await using engine = await openEngine(directory);
    expect((await lakeAccounts(openLake(directory), engine)).messages).toBe(MESSAGES.length);
    await expectKeys(directory);
  });

  it('goes on behind a batch whose messages are gone and that is in Bronze alone', async () => {
    const directory = copy();
    const died = new Error('died here');
    const onPoint = (point: string): void => {
      if (point === 'committed bronze/flights') throw died;
    };
    await expect(run(directory, { maxRows: MAX_ROWS, onPoint })).rejects.toBe(died);
    {
      await using topic = await openTopic(directory, { retention: { maxAgeMs: 1e13, maxBytes: 1 } });
      for (const message of MESSAGES.slice(0, 40)) await topic.append([message]);
    }
    expect(await codes(directory)).toEqual(['batch-messages-gone']);
    await repaired(directory);
    expect(await owed(directory)).not.toBeNull();
    await run(directory, { ...ALL, passOverGaps: true });
    await using engine = await openEngine(directory);
    expect((await lakeAccounts(openLake(directory), engine)).messages).toBe(MESSAGES.length + 40);
    await expectKeys(directory);
  });
});

/** Each message is in a table once. */
async function expectKeys(directory: string): Promise<void> {
  const tables = await contents(directory);
  for (const name of ['bronze/flights', 'quarantine/flights', 'silver/flights']) {
    const keys = (tables[name] ?? []).map(
      (row) => /"topic_partition":.*?"topic_offset":"\d+n"/.exec(row)?.[0],
    );
    expect(new Set(keys).size, name).toBe(keys.length);
  }
}

function removeNewestCommit(table: string): void {
  const log = join(table, '_delta_log');
  const newest = readdirSync(log)
    .filter((name) => /^\d{20}\.json$/.test(name))
    .toSorted()
    .at(-1);
  rmSync(join(log, newest ?? ''));
}

const recordOf = (lake: string, batchId: number): string =>
  join(lake, '_contrail/batches', `${String(batchId).padStart(20, '0')}.json`);

/** Takes the offsets out of all commits, as a cleanup of the logs does with the commits themselves. */
function forgetOffsets(lake: string): void {
  for (const key of readdirSync(lake, { recursive: true, encoding: 'utf8' })) {
    if (!/_delta_log\/\d{20}\.json$/.test(key)) continue;
    const text = readFileSync(join(lake, key), 'utf8');
    writeFileSync(join(lake, key), text.replaceAll('endingOffsets', 'formerOffsets'));
  }
}
