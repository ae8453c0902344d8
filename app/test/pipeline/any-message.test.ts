import { createTable, localStore, struct } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MessageValue } from '../../src/flight/decode-message.ts';
import type { Row } from '../../src/lake/column.ts';
import { SIMULATED_PROPERTY } from '../../src/lake/lake.ts';
import type { BatchProgress } from '../../src/lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../../src/lake/quarantine-flights.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import type { Message } from '../../src/topic/topic.ts';
import {
  accounts,
  contents,
  fillTopic,
  messageOf,
  openLake,
  openTopic,
  run,
  START_SECONDS,
} from './small-world.ts';

const inFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'contrail-message-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const rowsOf = async (directory: string, definition: TableDefinition): Promise<readonly Row[]> => {
  const snapshot = await (await openLake(directory).table(definition))?.snapshot();
  const rows: Row[] = [];
  if (snapshot !== undefined) for await (const batch of snapshot.rows()) rows.push(...(batch as Row[]));
  return rows;
};
const position = (icao24: string, feed: string | null, seconds = 0): Message =>
  messageOf(
    { icao24, feed, time_position: START_SECONDS + seconds, longitude: 8, latitude: 50 } as Parameters<
      typeof messageOf
    >[0],
    START_SECONDS + seconds,
  );
const valueOf = (value: MessageValue): Message => ({
  key: 'odd',
  value,
  timestamp_ms: START_SECONDS * 1000,
});
const simulated = async (directory: string): Promise<readonly unknown[]> =>
  Promise.all(
    BATCH_TABLES.map(
      async (definition) =>
        (await (await openLake(directory).table(definition))?.snapshot())?.configuration[SIMULATED_PROPERTY],
    ),
  );

describe('whatever a message holds', () => {
  it('goes to quarantine with its text, and with its bytes where it is not UTF-8', async () => {
    const directory = inFolder();
    const odd: readonly MessageValue[] = [
      '',
      '\0',
      '\ud800',
      '{"velocity": 1e400}',
      `{"x": ${'['.repeat(20_000)}`,
      'x'.repeat(2_000_000),
      Uint8Array.from(Buffer.from('{"callsign": "\xe9"}', 'latin1')),
      Uint8Array.of(0, 0, 0, 1, 200, 2, 10, 3),
    ];
    await fillTopic(directory, [position('abc123', 'opensky'), ...odd.map(valueOf)]);
    const batches: BatchProgress[] = [];
    await run(directory, { maxRows: 1000, onBatch: (batch) => batches.push(batch) });
    expect(batches).toMatchObject([{ rows_in: 9, rows_silver: 1, rows_quarantined: { malformed: 8 } }]);
    const found = (await rowsOf(directory, QUARANTINE_FLIGHTS)).toSorted((a, b) =>
      Number((a['topic_offset'] as bigint) - (b['topic_offset'] as bigint)),
    );
    expect(found.map(({ payload }) => payload)).toEqual(
      odd.map((value) => (typeof value === 'string' ? value.toWellFormed() : Buffer.from(value).toString())),
    );
    expect(found.map(({ payload_bytes }) => payload_bytes)).toEqual(
      odd.map((value) => (typeof value === 'string' ? null : value)),
    );
    const tables = await contents(directory);
    expect(accounts(tables, 9).found).toEqual(accounts(tables, 9).expected);
  });

  it('is in Bronze when it is well-formed: NUL characters, repeated keys, 20,000 levels, 1 MB, longs beyond 2^53', async () => {
    const directory = inFolder();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    await fillTopic(
      directory,
      [
        '{"icao24":"abc123","callsign":"a\\u0000b"}',
        '{"icao24":"abc123","icao24":"abc124","callsign":"\\ud800"}',
        `{"icao24":"abc125","time_position":9007199254740993,"x":${deep}}`,
        `{"icao24":"abc126","callsign":"${'x'.repeat(1_500_000)}"}`,
        '{"icao24":"abc127","time_position":9.223372036854775807e18,"velocity":-0,"category":5.0}',
        '{"icao24":"abc128","__proto__":{"callsign":"x"},"constructor":{"prototype":1}}',
      ].map(valueOf),
    );
    await run(directory, { maxRows: 1000 });
    const rows = (await rowsOf(directory, BATCH_TABLES[0] as TableDefinition)).toSorted((a, b) =>
      String(a['icao24']) < String(b['icao24']) ? -1 : 1,
    );
    expect(rows).toMatchObject([
      { icao24: 'abc123', callsign: 'a\0b' },
      { icao24: 'abc124', callsign: '\ufffd' },
      { icao24: 'abc125', time_position: 9_007_199_254_740_993n },
      { icao24: 'abc126' },
      { icao24: 'abc127', time_position: 2n ** 63n - 1n, velocity: -0, category: 5 },
      { icao24: 'abc128', callsign: null },
    ]);
    expect(Object.is(rows[4]?.['velocity'], -0)).toBe(true);
  });
});

describe('a message of the other kind', () => {
  it.each([
    ['simulated among real ones', 'opensky', 'simulator', 'a simulated position in a lake of real ones'],
    ['real among simulated ones', 'simulator', null, 'a real position in a lake of simulated ones'],
  ])('%s goes to quarantine with its text, and the batch goes on', async (_, own, other, detail) => {
    const directory = inFolder();
    const odd = position('abc124', other, 1);
    await fillTopic(directory, [position('abc123', own), odd, position('abc125', own)]);
    await using topic = await openTopic(directory);
    await topic.declareSimulated(own === 'simulator');
    const batches: BatchProgress[] = [];
    await run(directory, { maxRows: 1000, topic, onBatch: (batch) => batches.push(batch) });
    expect(batches).toMatchObject([{ rows_in: 3, rows_silver: 2, rows_quarantined: { other_kind: 1 } }]);
    const [row] = await rowsOf(directory, QUARANTINE_FLIGHTS);
    expect(row).toMatchObject({
      reason: 'other_kind',
      detail,
      payload: odd.value,
      payload_bytes: null,
      icao24: 'abc124',
    });
    const tables = await contents(directory);
    expect(accounts(tables, 3).found).toEqual(accounts(tables, 3).expected);
    expect(tables['bronze/flights']).toHaveLength(2);
  });

  it('is told by the first message where neither lake nor topic says, and then for good', async () => {
    const directory = inFolder();
    await fillTopic(directory, [valueOf('malformed')]);
    await run(directory, { maxRows: 1000 });
    expect(await simulated(directory)).toEqual(BATCH_TABLES.map(() => undefined));
    await using topic = await openTopic(directory);
    const send = (message: Message): Promise<void> => topic.append([{ ...message, key: 'one-partition' }]);
    await send(position('abc123', 'simulator'));
    await send(position('abc124', 'opensky'));
    await send(position('abc125', 'opensky'));
    // A crash before the first commit: the next run decides the same.
    const stop = new AbortController();
    await run(directory, {
      maxRows: 1000,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'written silver/flights') stop.abort();
      },
    });
    await run(directory, { maxRows: 1000 });
    await send(position('abc126', 'opensky'));
    await run(directory, { maxRows: 1000 });
    expect(await simulated(directory)).toEqual(BATCH_TABLES.map(() => 'true'));
    const tables = await contents(directory);
    expect(tables['bronze/flights']?.map((row) => row.slice(0, 18))).toEqual(['{"icao24":"abc123"']);
    expect(accounts(tables, 5).found).toEqual(accounts(tables, 5).expected);
  });
});

describe('a lake of a former version', () => {
  it('gets the columns that its tables lack, and goes on', async () => {
    const directory = inFolder();
    await fillTopic(directory, [position('abc123', 'opensky'), valueOf('malformed')]);
    const columns = QUARANTINE_FLIGHTS.columns.filter(({ name }) => name !== 'payload_bytes');
    const store = localStore(join(directory, 'lake'));
    await createTable(store.at(QUARANTINE_FLIGHTS.name), {
      schema: struct(Object.fromEntries(columns.map(({ name, type }) => [name, type as 'string']))),
      partitionColumns: QUARANTINE_FLIGHTS.partitionColumns,
      configuration: { [SIMULATED_PROPERTY]: 'false' },
    });
    await run(directory, { maxRows: 1 });
    await fillTopic(directory, [valueOf(Uint8Array.of(0xff))]);
    await run(directory, { maxRows: 1000 });
    const rows = await rowsOf(directory, QUARANTINE_FLIGHTS);
    expect(rows.map(({ payload_bytes }) => payload_bytes)).toEqual(
      expect.arrayContaining([null, Uint8Array.of(0xff)]),
    );
    expect(rows).toHaveLength(2);
    const history = (await openLake(directory).table(QUARANTINE_FLIGHTS))?.history();
    const operations: string[] = [];
    for await (const { operation } of history ?? []) operations.push(operation ?? '');
    expect(operations.filter((name) => name === 'ADD COLUMNS')).toHaveLength(1);
  });
});
