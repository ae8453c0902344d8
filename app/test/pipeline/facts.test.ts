import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, Row } from '../../src/engine/engine.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../../src/lake/bronze-flights.ts';
import type { Progress } from '../../src/lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../../src/lake/quarantine-flights.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import { lakeAccounts, lakeFacts } from '../../src/pipeline/facts.ts';
import { fillTopic, openEngine, openLake, openTopic, run, smallWorld } from './small-world.ts';

const MESSAGES = smallWorld();

describe('what is said of a lake and its topic at rest', () => {
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-facts-'));
    await fillTopic(directory, MESSAGES);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function facts(reported: number | null = null) {
    await using topic = await openTopic(directory, { readOnly: true });
    return await lakeFacts(openLake(directory), topic, reported);
  }
  const progress = (): Progress =>
    JSON.parse(readFileSync(join(directory, 'lake/_contrail/progress.json'), 'utf8')) as Progress;

  it('counts the messages of a planned micro-batch that never finished among those that are not in the lake', async () => {
    const all = MESSAGES.length;
    expect(await facts()).toEqual({ finished: null, open: null, held: all, unread: all });
    const stop = new AbortController();
    const maxRows = 100;
    await run(directory, {
      maxRows,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'recorded') stop.abort();
      },
    });
    const open = { batch_id: 1, planned_at_ms: expect.any(Number) as number, offsets: maxRows };
    expect(await facts()).toEqual({ finished: null, open, held: all, unread: all });
    await run(directory, { maxRows });
    expect(await facts()).toEqual({ finished: Math.ceil(all / maxRows), open: null, held: all, unread: 0 });
  });

  it('names the newest finished micro-batch, also after a run that found nothing to do', async () => {
    await run(directory, { maxRows: 10_000 });
    await run(directory, { maxRows: 10_000 });
    expect(progress()).toMatchObject({ state: 'stopped', batch_id: 1, batches: [] });
    await fillTopic(directory, MESSAGES);
    expect(await facts()).toMatchObject({ finished: 1, open: null, unread: MESSAGES.length });
  });

  it('counts messages from the tables, each once', async () => {
    await run(directory, { maxRows: 10_000 });
    await using engine = await openEngine(directory);
    const malformed = MESSAGES.filter(({ value }) => String(value).includes('broken')).length;
    expect(await lakeAccounts(openLake(directory), engine)).toEqual({
      bronze: MESSAGES.length - malformed,
      refused: malformed,
      unknown: 0,
      deleted: 0,
      passed_over: 0,
      messages: MESSAGES.length,
      archived: 0,
    });
  });

  it('does not take rows of archives for messages of the topic', async () => {
    await run(directory, { maxRows: 10_000 });
    await using engine = await openEngine(directory);
    const before = await lakeAccounts(openLake(directory), engine);
    const partition = FIRST_ARCHIVE_PARTITION + 5;
    const rowOf = (offset: number) => ({
      topic_partition: partition,
      topic_offset: offset,
      ingest_date: '2026-01-01',
    });
    await appendRows(directory, engine, BRONZE_FLIGHTS, [rowOf(0), rowOf(1)]);
    await appendRows(directory, engine, QUARANTINE_FLIGHTS, [
      { ...rowOf(1), reason: 'missing_time' },
      { ...rowOf(2), reason: 'malformed' },
    ]);
    expect(await lakeAccounts(openLake(directory), engine)).toEqual({ ...before, archived: 3 });
  });
});

/** Appends rows to a table, as another program might. */
async function appendRows(
  directory: string,
  engine: Engine,
  definition: TableDefinition,
  rows: readonly Row[],
): Promise<void> {
  const lake = openLake(directory);
  const columns = definition.columns.filter(({ name }) => rows.some((row) => name in row));
  const relation = { kind: 'rows', columns, rows } as const;
  const written = await engine.write(
    { sql: 'select * from given', relations: { given: relation } },
    { folder: lake.folder(definition), columns, partitionBy: definition.partitionColumns },
  );
  const table = await lake.table(definition);
  const adds = written.map((file) => ({ ...file, path: relative(lake.folder(definition), file.path) }));
  const result = await table?.startTransaction({ operation: 'WRITE' }).append(adds).commit();
  expect(result?.kind).toBe('committed');
}
