import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lakeAccounts } from '../../app/src/pipeline/facts.ts';
import { owedRange } from '../../app/src/pipeline/repair/lost-messages.ts';
import { expectRecomputed } from '../../app/test/pipeline/expect-recomputed.ts';
import {
  contents,
  fillTopic,
  gapRows,
  openEngine,
  openLake,
  openTopic,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { rebuild } from '../../app/test/pipeline/merge/merge-world.ts';
import { expectBalance, looked, readAgainAlone, repaired } from '../../app/test/pipeline/repair/repaired.ts';

const MESSAGES = smallWorld().slice(0, 200);
const MAX_ROWS = 60;
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
    ['bronze/flights', 'all'],
    ['bronze/flights', 'newest'],
    ['quarantine/flights', 'all'],
    ['quarantine/flights', 'newest'],
    ['silver/flights', 'all'],
    ['silver/flights', 'newest'],
    ['silver/flights_ml', 'all'],
    ['gold/traffic_by_country', 'newest'],
    ['gold/metrics_by_category', 'all'],
  ])('has every row of %s (%s) again, by its topic or by Bronze', async (name, what) => {
    const directory = copy();
    const before = await contents(directory);
    lose(directory, name, what);
    expect(await codes(directory)).toContain('table-behind-batches');
    await repaired(directory);
    expect(await codes(directory)).toEqual([]);
    expect(await owed(directory)).toBeNull();
    expect(await contents(directory)).toEqual(before);
    expect(await gapRows(directory)).toEqual([]);
    await run(directory, ALL);
    expect(await codes(directory)).toEqual([]);
    await expectBalance(directory, MESSAGES.length);
    await expectRecomputed(directory);
  });

  it.each([
    ['bronze/flights', 'all'],
    ['bronze/flights', 'newest'],
    ['quarantine/flights', 'all'],
    ['quarantine/flights', 'newest'],
  ])('notes how many messages of %s (%s) its topic no longer has', async (name, what) => {
    const directory = copy();
    const before = await contents(directory);
    await expireAll(directory);
    const messages = (await messagesIn(directory)) - MESSAGES.length;
    lose(directory, name, what);
    await repaired(directory);
    expect(await owed(directory)).toBeNull();
    const after = await contents(directory);
    const missing = (before[name] ?? []).filter((row) => after[name]?.includes(row) !== true);
    expect(await lost(directory)).toBe(missing.length);
    for (const row of missing) if (name === 'quarantine/flights') expect(row).toContain('"malformed"');
    await run(directory, { ...ALL, passOverGaps: true });
    await using engine = await openEngine(directory);
    const accounts = await lakeAccounts(openLake(directory), engine);
    expect(accounts.messages).toBe(MESSAGES.length + messages);
    await expectKeys(directory);
    if (name !== 'bronze/flights') await expectRecomputed(directory);
  });

  it('reads messages again once, though it was killed after that and once more', async () => {
    const directory = copy();
    const before = await contents(directory);
    for (const name of ['bronze/flights', 'quarantine/flights']) lose(directory, name, 'all');
    for (const _ of [1, 2]) {
      await readAgainAlone(directory);
      await expect(run(directory, ALL)).rejects.toMatchObject({ kind: 'corrupt' });
    }
    await repaired(directory);
    expect(await contents(directory)).toEqual(before);
    expect(await gapRows(directory)).toEqual([]);
  });

  it('has every row again of a table that was lost after a rebuild', async () => {
    const directory = copy();
    await rebuild(directory);
    const before = await contents(directory);
    for (const name of ['silver/flights', 'gold/metrics_by_category']) lose(directory, name, 'all');
    await repaired(directory);
    expect(await contents(directory)).toEqual(before);
    await run(directory, ALL);
    await rebuild(directory);
    await expectBalance(directory, MESSAGES.length);
    await expectRecomputed(directory);
  });

  it('names a table that cannot be read, and has every row of it again once it is moved away', async () => {
    const directory = copy();
    const before = await contents(directory);
    const table = join(directory, 'lake/silver/flights');
    for (const name of readdirSync(join(table, '_delta_log')))
      if (name.endsWith('.json')) writeFileSync(join(table, '_delta_log', name), 'not a commit');
    const { problems, record } = await looked(directory);
    expect(problems.map(({ code }) => code)).toEqual(['table-unhealthy']);
    expect(problems[0]?.message).toMatch(/silver\/flights cannot be read: .* move its folder/s);
    expect(record).toBeNull();
    lose(directory, 'silver/flights', 'all');
    await repaired(directory);
    expect(await contents(directory)).toEqual(before);
  });

  it('goes on behind a batch whose messages are gone and that is in Bronze alone', async () => {
    const directory = copy();
    const died = new Error('died here');
    const onPoint = (point: string): void => {
      if (point === 'committed bronze/flights') throw died;
    };
    await expect(run(directory, { maxRows: MAX_ROWS, onPoint })).rejects.toBe(died);
    await expireAll(directory);
    expect(await codes(directory)).toEqual(['batch-messages-gone']);
    await repaired(directory);
    expect(await owed(directory)).toBeNull();
    await run(directory, { ...ALL, passOverGaps: true });
    await expectRecomputed(directory);
    await using engine = await openEngine(directory);
    expect((await lakeAccounts(openLake(directory), engine)).messages).toBe(MESSAGES.length + 40);
    await expectKeys(directory);
  });
});

/** Takes a table away, or its newest commit. */
function lose(directory: string, name: string, what: string): void {
  const table = join(directory, 'lake', name);
  if (what === 'all') rmSync(table, { recursive: true });
  else removeNewestCommit(table);
}

/** Appends messages that push all others out of the topic. */
async function expireAll(directory: string): Promise<void> {
  await using topic = await openTopic(directory, { retention: { maxAgeMs: 1e13, maxBytes: 1 } });
  for (const message of MESSAGES.slice(0, 40)) await topic.append([message]);
}

/** All messages that the topic ever had. */
async function messagesIn(directory: string): Promise<number> {
  await using topic = await openTopic(directory, { readOnly: true });
  return (await topic.offsets()).reduce((sum, { end }) => sum + Number(end), 0);
}

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
