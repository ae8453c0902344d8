import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  contents,
  fillTopic,
  openEngine,
  openTopic,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import type { Engine } from '../../app/src/engine/engine.ts';
import { contrail } from '../cluster/command.ts';

const MESSAGES = smallWorld();
const MAX_ROWS = Math.ceil(MESSAGES.length / 4);

/** A lake with two of four batches, and what somebody does to it. */
describe('a batch that was skipped or lost', () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof contents>>;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-skipped-'));
    const start = join(root, 'start');
    await fillTopic(start, MESSAGES);
    await runTwo(start, 'finished');
    cpSync(start, join(root, 'undisturbed'), { recursive: true });
    await run(join(root, 'undisturbed'), { maxRows: MAX_ROWS });
    expected = await contents(join(root, 'undisturbed'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs until its second batch has reached the point. */
  async function runTwo(directory: string, point: string): Promise<void> {
    const stop = new AbortController();
    let left = 2;
    await run(directory, {
      maxRows: MAX_ROWS,
      signal: stop.signal,
      onPoint: (reached) => {
        if (reached === point && --left === 0) stop.abort();
      },
    });
  }

  let copies = 0;
  function copy(): string {
    const directory = join(root, `copy-${++copies}`);
    cpSync(join(root, 'start'), directory, { recursive: true });
    return directory;
  }

  it.each([
    {
      what: 'the newest record is gone',
      change: (lake: string) => rmSync(recordOf(lake, 2)),
      error: { kind: 'corrupt', code: 'table-ahead-of-batches' },
      message: /bronze\/flights holds micro-batch 2, but the newest batch record is 1/,
    },
    {
      what: 'all records are gone',
      change: (lake: string) => rmSync(join(lake, '_contrail'), { recursive: true }),
      error: { kind: 'corrupt', code: 'table-ahead-of-batches' },
      message: /newest batch record is 0/,
    },
    {
      what: 'a record says that more was read than was',
      change: (lake: string) => changeOffset(recordOf(lake, 2), 'end', 5n),
      error: { kind: 'corrupt', code: 'batch-record-differs' },
      message:
        /bronze\/flights has read partition 0 of opensky-data up to offset \d+, but record 2 .* lose or double/,
    },
    {
      what: 'a record says that less was read than was',
      change: (lake: string) => changeOffset(recordOf(lake, 2), 'end', -5n),
      error: { kind: 'corrupt', code: 'batch-record-differs' },
      message: /lose or double messages/,
    },
    {
      what: 'a record was put in that leaves out a batch',
      change: (lake: string) => copyRecord(lake, 2, 4),
      error: { kind: 'corrupt', code: 'batch-record-differs' },
      message: /bronze\/flights holds micro-batch 2, but record 4 .* says that it held 1/,
    },
    {
      what: 'a record was put in that leaves out messages',
      change: (lake: string) => {
        copyRecord(lake, 2, 3);
        changeOffset(recordOf(lake, 3), 'start', 5n);
        changeOffset(recordOf(lake, 3), 'end', 5n);
      },
      error: { kind: 'corrupt', code: 'batch-record-differs' },
      message: /record 3 in .* says/,
    },
    {
      what: 'a table has lost its newest two commits',
      change: (lake: string) => removeCommits(join(lake, 'silver/flights'), 2),
      error: { kind: 'corrupt', code: 'table-behind-batches' },
      message: /silver\/flights holds micro-batch 0, but .* is at 2: micro-batch 1 is missing from it/,
    },
    {
      what: 'a table has lost its newest commit, which others have',
      change: (lake: string) => removeCommits(join(lake, 'silver/flights'), 1),
      error: { kind: 'corrupt', code: 'table-behind-batches' },
      message: /silver\/flights lacks micro-batch 2, which silver\/flights_ml has/,
    },
    {
      what: 'a whole table is gone',
      change: (lake: string) => rmSync(join(lake, 'gold/traffic_by_country'), { recursive: true }),
      error: { kind: 'corrupt', code: 'table-behind-batches' },
      message: /gold\/traffic_by_country holds micro-batch 0/,
    },
    {
      what: 'the quarantine has lost its newest commit',
      change: (lake: string) => removeCommits(join(lake, 'quarantine/flights'), 1),
      error: { kind: 'corrupt', code: 'table-behind-batches' },
      message: /quarantine\/flights lacks micro-batch 2, .* although \d+ of its rows belong there/,
    },
    {
      what: 'the quarantine has lost its newest two commits',
      change: (lake: string) => removeCommits(join(lake, 'quarantine/flights'), 2),
      error: { kind: 'corrupt', code: 'table-behind-batches' },
      message: /quarantine\/flights holds micro-batch 0, but .* is at 2: micro-batch 1 is missing from it/,
    },
    {
      what: 'a commit claims a batch that never ran',
      change: (lake: string) => claimBatch(join(lake, 'gold/metrics_by_category'), 3),
      error: { kind: 'corrupt', code: 'table-ahead-of-batches' },
      message: /gold\/metrics_by_category holds micro-batch 3/,
    },
  ])('is told, before anything is written, when $what', async ({ change, error, message }) => {
    const directory = copy();
    change(join(directory, 'lake'));
    const before = await contents(directory);
    const running = run(directory, { maxRows: MAX_ROWS });
    await expect(running).rejects.toMatchObject(error);
    await expect(running).rejects.toThrow(message);
    expect(await contents(directory)).toEqual(before);
  });

  it('is told when the topic is another', async () => {
    const directory = copy();
    await using topic = await openTopic(directory, { name: 'another' });
    await topic.append(MESSAGES);
    await expect(run(directory, { maxRows: MAX_ROWS, topic })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'lake-topic-differs',
    });
  });

  it('is made good when the newest commit of all is lost', async () => {
    const directory = copy();
    removeCommits(join(directory, 'lake/gold/metrics_by_category'), 1);
    await run(directory, { maxRows: MAX_ROWS });
    expect(await contents(directory)).toEqual(expected);
  });

  it('is told when a commit without its rows comes in while the batch runs', async () => {
    const directory = copy();
    const troubles: Error[] = [];
    const stop = new AbortController();
    await run(directory, {
      maxRows: MAX_ROWS,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'recorded') claimBatch(join(directory, 'lake/silver/flights'), 3);
      },
      onTrouble: (error) => {
        troubles.push(error);
        stop.abort();
      },
    });
    expect(troubles).toMatchObject([{ code: 'batch-accounts-differ' }]);
    expect(troubles[0]?.message).toMatch(/does not balance: .* 0 for Silver and \d+ for Silver_ML\. None/);
    const [before, after] = [await contents(join(root, 'start')), await contents(directory)];
    expect(after).toEqual(before);
  });

  it.each(['bronze/flights', 'quarantine/flights', 'silver/flights', 'silver/flights_ml'])(
    'is told when the engine has lost a file of %s, and done again',
    async (table) => {
      const directory = copy();
      await using duckdb = await openEngine(directory);
      const troubles: Error[] = [];
      let losses = 0;
      const engine = losing(duckdb, (folder) => folder.endsWith(`lake/${table}`) && losses++ === 0);
      await run(directory, { maxRows: MAX_ROWS, engine, onTrouble: (error) => troubles.push(error) });
      expect(troubles).toMatchObject([{ kind: 'internal', code: 'batch-accounts-differ' }]);
      expect(await contents(directory)).toEqual(expected);
    },
  );

  it('is told by "table check" when data files are gone', async () => {
    const directory = copy();
    const table = join(directory, 'lake/silver/flights_ml');
    expect((await contrail('table', 'check', table)).code).toBe(0);
    const [folder = ''] = readdirSync(table).filter((name) => name.startsWith('event_date='));
    rmSync(join(table, folder), { recursive: true });
    const { code, output, complaints } = await contrail('table', 'check', table);
    expect(code).toBe(1);
    expect(output + complaints).toContain(folder);
    await expect(run(directory, { maxRows: MAX_ROWS })).rejects.toThrow(folder);
  });
});

const recordOf = (lake: string, batchId: number): string =>
  join(lake, '_contrail/batches', `${String(batchId).padStart(20, '0')}.json`);

/** Moves where a record says that partition 0 starts or ends. */
function changeOffset(record: string, side: 'start' | 'end', by: bigint): void {
  const text = readFileSync(record, 'utf8');
  const changed = text.replace(
    new RegExp(`"${side}":"(\\d+)"`),
    (_, offset: string) => `"${side}":"${BigInt(offset) + by}"`,
  );
  writeFileSync(record, changed);
}

const commitsOf = (table: string): readonly string[] =>
  readdirSync(join(table, '_delta_log'))
    .filter((name) => /^\d{20}\.json$/.test(name))
    .sort();

/** The record of a batch that goes on where another ends, and reads nothing. */
function copyRecord(lake: string, from: number, to: number): void {
  const text = readFileSync(recordOf(lake, from), 'utf8')
    .replace(`"batch_id":${from}`, `"batch_id":${to}`)
    .replaceAll(/"start":"\d+","end":"(\d+)"/g, '"start":"$1","end":"$1"');
  writeFileSync(recordOf(lake, to), text);
}

function removeCommits(table: string, count: number): void {
  for (const name of commitsOf(table).slice(-count)) rmSync(join(table, '_delta_log', name));
}

/** A commit that says that the table has a batch, and adds nothing. */
function claimBatch(table: string, batchId: number): void {
  const next = `${String(commitsOf(table).length).padStart(20, '0')}.json`;
  const actions = [
    { commitInfo: { timestamp: 0, operation: 'TEST' } },
    { txn: { appId: 'contrail/opensky-data', version: batchId } },
  ];
  const text = actions.map((action) => `${JSON.stringify(action)}\n`).join('');
  writeFileSync(join(table, '_delta_log', next), text, { flag: 'wx' });
}

/** An engine that does not report one of the files that it wrote. */
const losing = (engine: Engine, isLost: (folder: string) => boolean): Engine => ({
  name: engine.name,
  rows: (select) => engine.rows(select),
  write: async (select, target) => {
    const files = await engine.write(select, target);
    return files.length > 0 && isLost(target.folder) ? files.slice(1) : files;
  },
  keep: (name, select) => engine.keep(name, select),
  extend: (name, select) => engine.extend(name, select),
  forget: (name) => engine.forget(name),
  [Symbol.asyncDispose]: async () => {},
});
