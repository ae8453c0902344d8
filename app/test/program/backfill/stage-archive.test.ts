import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DuckdbEngine } from '../../../src/engine/duckdb/engine.ts';
import { MESSAGE_COLUMNS, type Row } from '../../../src/engine/engine.ts';
import { decodeMessage, MESSAGE_FIELDS } from '../../../src/flight/decode-message.ts';
import { encodeStateVector } from '../../../src/flight/state-vector.ts';
import { findArchives } from '../../../src/ingest/archive/files.ts';
import { rowOfLine } from '../../../src/ingest/archive/state-rows.ts';
import { plainLine } from '../../../src/ingest/archive/plain-csv.ts';
import { COLUMNS } from '../../../src/ingest/archive/to-state-vector.ts';
import { toStateVector } from '../../../src/ingest/opensky/to-state-vector.ts';
import { keepCountries, stagedRelation, Staging } from '../../../src/pipeline/backfill/staging.ts';
import { type ArchiveReading, stageArchive } from '../../../src/program/backfill/stage-archive.ts';
import { folderOf } from '../../ingest/folder.ts';
import { tar } from '../../ingest/archive/tar.ts';

const HEADER = COLUMNS.join(',');
const ARCHIVE = 1_234_567_890;
const REGISTERED_MS = 1_700_000_000_000;

/** The staged rows of an archive, by number, and what else was said of it. */
async function staged(
  files: Readonly<Record<string, string | Uint8Array>>,
  name: string,
  simulated: boolean | null = false,
): Promise<{ readonly rows: readonly Row[]; readonly reading: ArchiveReading }> {
  const folder = await folderOf(files);
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const scratch = folder.file('scratch');
  await using engine = await DuckdbEngine.open({
    memoryLimit: '256MB',
    threads: 1,
    temporaryFolder: scratch,
  });
  await keepCountries(engine);
  const [file] = await findArchives(folder.file(name));
  const staging = new Staging({ engine, folder: join(scratch, 'staged'), partition: ARCHIVE, simulated });
  const reading = await stageArchive(file as NonNullable<typeof file>, staging, {
    folder: scratch,
    signal: new AbortController().signal,
    ready: async () => undefined,
    onBytes: () => undefined,
  });
  const relation = stagedRelation([{ ...reading.staged, registered_at_ms: REGISTERED_MS }]);
  const rows = await engine.rows({
    sql: 'select * from staged order by topic_offset',
    relations: { staged: relation },
  });
  return { rows, reading };
}

/** What a topic gives for a message, without its place. */
function asMessage(value: string): Row {
  const { fields, malformed } = decodeMessage(value);
  const cells = MESSAGE_FIELDS.map(([name, type]) => {
    const cell = fields?.[name] ?? null;
    if (typeof cell === 'string') return [name, cell.toWellFormed()] as const;
    return [name, type === 'long' && cell !== null ? BigInt(cell as number | bigint) : cell] as const;
  });
  return { ...Object.fromEntries(cells), malformed, payload: malformed === null ? null : value };
}

const PLACE: ReadonlySet<string> = new Set([
  'topic_partition',
  'topic_offset',
  'ingested_at',
  'unprocessable',
  'payload_bytes',
]);
const withoutPlace = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !PLACE.has(name)));
const inTheSource = (line: string): Row => {
  const row = rowOfLine(line, { places: COLUMNS.map((_, place) => place), cells: COLUMNS.length });
  return asMessage(typeof row === 'string' ? row : encodeStateVector(row));
};

const nothing = fc.constantFrom('', '', 'null', 'NULL', '\\N', 'nan', 'NaN', 'NaT', 'None');
const number = fc.oneof(
  fc.double({ noNaN: true }).map(String),
  fc.double({ min: -1e5, max: 1e5, noNaN: true }).map((value) => value.toFixed(4)),
  fc.integer().map(String),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1e-5',
    '1E5',
    '.5',
    '5.',
    '+5',
    ' 5',
    '0x10',
    '1_000',
    'inf',
    '1e999',
    '-',
  ),
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 4e9 }).map(String),
  fc.double({ min: 0, max: 4e9, noNaN: true }).map((value) => value.toFixed(3)),
  fc.constantFrom(
    '2022-06-27 00:00:09',
    '2022-06-27 00:00:09.75+00:00',
    '2022-06-27T00:00:09Z',
    '2022-02-31 00:00:00 UTC',
    '2022-06-27',
    '-5',
    '1.656288e9',
    '9999999999999999999',
  ),
);
const flag = fc.constantFrom(
  'True',
  'true',
  'TRUE',
  'tRue',
  't',
  'yes',
  '1',
  '1.0',
  'False',
  'false',
  'FALSE',
  '0',
  ' true',
);
const CELLS: Readonly<Record<(typeof COLUMNS)[number], fc.Arbitrary<string>>> = {
  time,
  icao24: fc.oneof(
    fc.integer({ min: 0, max: 0xffffff }).map((address) => address.toString(16).padStart(6, '0')),
    fc.constantFrom('4CA2D6', '~abc123', 'abc', ' 4ca2d6', 'nothex', '3c6444'),
  ),
  lat: number,
  lon: number,
  velocity: number,
  heading: number,
  vertrate: number,
  callsign: fc.oneof(
    fc.constantFrom('RYR1427 ', 'nan', '  ', 'Ä\u0001B', "O'Hara"),
    fc.string({ unit: 'binary' }),
  ),
  onground: flag,
  alert: flag,
  spi: flag,
  squawk: fc.constantFrom('7700', '21', '21.0', '0000', '12345', '7.5', 'x', ' 1200 '),
  baroaltitude: number,
  geoaltitude: number,
  lastposupdate: time,
  lastcontact: time,
};
const line = fc.tuple(
  ...COLUMNS.map((name) =>
    fc.oneof({ weight: 5, arbitrary: CELLS[name] }, { weight: 1, arbitrary: nothing }),
  ),
);

describe('staging an archive', () => {
  test('gives for each line of a CSV what the source would send, whatever is in its cells', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const lines = fc
      .sample(line, { numRuns: 2_000, seed })
      .map((row) => row.join(','))
      .filter((text) => !/[\r\n\0]/.test(text) && text.isWellFormed());
    const { rows } = await staged({ 'a.csv': [HEADER, ...lines].join('\n') }, 'a.csv');
    expect(rows.map(withoutPlace), `seed ${seed}`).toEqual(lines.map(inTheSource));
  });

  test('gives what the source would send for plain lines, with each form of a cell', async () => {
    const plain = plainLine({ places: COLUMNS.map((_, place) => place), cells: COLUMNS.length });
    const row = (changes: Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>): string => {
      const standard =
        '1656288000,4ca2d6,51.4,-1.02,189.1,138.6,-12.36,RYR1427 ,False,False,True,0271,11277.6,11582.4,1656287999.75,1656287999.9';
      const cells = standard.split(',');
      return COLUMNS.map((name, place) => changes[name] ?? cells[place]).join(',');
    };
    const lines = COLUMNS.flatMap((name) =>
      fc
        .sample(fc.oneof(CELLS[name], nothing), { numRuns: 40, seed: 5 })
        .map((cell) => row({ [name]: cell }))
        .filter((text) => plain.test(text)),
    );
    expect(lines.length).toBeGreaterThan(300);
    const { rows } = await staged({ 'a.csv': [HEADER, ...lines].join('\n') }, 'a.csv');
    expect(rows.map(withoutPlace)).toEqual(lines.map(inTheSource));
  });

  const recorded = new URL(
    '../../../../../shared/data/states/states_all_2021-10-17T114950Z.json',
    import.meta.url,
  );
  test.skipIf(!existsSync(recorded))('gives what the source would send for recorded rows', async () => {
    const { time: now, states } = JSON.parse(readFileSync(recorded, 'utf8')) as {
      readonly time: number;
      readonly states: readonly (readonly unknown[])[];
    };
    const lines = states.map((state) => {
      const v = toStateVector(state, now, 'archive');
      return [
        now,
        v.icao24,
        v.latitude,
        v.longitude,
        v.velocity,
        v.true_track,
        v.vertical_rate,
        v.callsign,
        v.on_ground,
        false,
        v.spi,
        v.squawk,
        v.baro_altitude,
        v.geo_altitude,
        v.time_position,
        v.last_contact,
      ]
        .map((cell) => cell ?? '')
        .join(',');
    });
    const { rows } = await staged({ 'a.csv': [HEADER, ...lines].join('\n') }, 'a.csv');
    expect(rows.map(withoutPlace)).toEqual(lines.map(inTheSource));
    expect(rows.filter((row) => row['origin_country'] === null).length).toBeLessThan(rows.length / 50);
  });

  test('numbers rows as they lie in the file, blank lines left out, and gives them number and time of the archive', async () => {
    const good = '100,4ca2d6,51.4,-1.02,189.1,138.6,-12.36,A,False,False,True,0271,1,2,99,99';
    const text = [
      HEADER,
      good,
      'no row',
      '',
      good.replace('100', '101'),
      '"102",x',
      good.replace('100', '103'),
    ].join('\n');
    const { rows } = await staged({ 'a.csv': text }, 'a.csv');
    expect(rows.map((row) => [row['topic_offset'], row['snapshot_time'], row['payload']])).toEqual([
      [0n, 100n, null],
      [1n, null, 'no row'],
      [2n, 101n, null],
      [3n, null, '"102",x'],
      [4n, 103n, null],
    ]);
    expect(rows[1]).toMatchObject({ malformed: 'not JSON' });
    for (const row of rows)
      expect([row['topic_partition'], row['ingested_at']]).toEqual([ARCHIVE, BigInt(REGISTERED_MS) * 1000n]);
    expect(Object.keys(rows[0] as Row)).toEqual(MESSAGE_COLUMNS.map(({ name }) => name));
  });

  test('goes through all members of a tar, also when one is damaged or no archive', async () => {
    const good = (second: number) =>
      `${second},4ca2d6,51.4,-1.02,189.1,138.6,-12.36,A,False,False,True,0271,1,2,99,99`;
    const cutOff = gzipSync(
      Buffer.from([HEADER, ...Array.from({ length: 9000 }, (_, i) => good(i + Math.random()))].join('\n')),
    );
    const packed = await tar({
      'a/one.csv.gz': gzipSync([HEADER, good(1), good(2)].join('\n')),
      'a/other.csv': 'ident,name\nEDDF,Frankfurt\n',
      'a/two.csv.gz': cutOff.subarray(0, cutOff.length - 500),
      'a/three.csv': [HEADER, good(3)].join('\n'),
    });
    const { rows, reading } = await staged({ 'a.tar': packed }, 'a.tar');
    expect(reading.damaged.map(({ name }) => name.split(' ').at(-1))).toEqual(['a/two.csv.gz']);
    expect(reading.skipped).toHaveLength(1);
    expect(rows.length).toBeGreaterThan(5000);
    expect(rows.map((row) => row['topic_offset'])).toEqual(rows.map((_, index) => BigInt(index)));
    expect(rows.at(-1)).toMatchObject({ snapshot_time: 3n });
  });

  test('reads a trace of readsb as the source does', async () => {
    const trace = JSON.stringify({
      icao: '0d8300',
      r: 'YV3382',
      t: 'LJ31',
      timestamp: 1_609_275_898.495,
      trace: [
        [0, 10.1, -66.9, 'ground', 12.3, 90, 0, null, null],
        ['x'],
        [5.2, 10.2, -66.8, 3000, 210.5, 91.2, 0, 1200, { type: 'adsb_icao', flight: 'YV3382  ', nic: 8 }],
      ],
    });
    const { rows } = await staged({ 'trace_full_0d8300.json': gzipSync(trace) }, 'trace_full_0d8300.json');
    expect(rows).toMatchObject([
      { topic_offset: 0n, icao24: '0d8300', on_ground: true, registration: 'YV3382', malformed: null },
      { topic_offset: 1n, icao24: null, payload: '["x"]', malformed: 'not a JSON object but a list' },
      { topic_offset: 2n, callsign: 'YV3382  ', nic: 8, origin_country: 'Venezuela' },
    ]);
  });
});

describe('staging rows of a lake', () => {
  const fields = {
    icao24: '4ca2d6',
    callsign: 'A, "B"',
    origin_country: null,
    time_position: 1_656_287_999,
    last_contact: 1_656_287_999,
    longitude: -1.5,
    latitude: 51.25,
    baro_altitude: null,
    on_ground: false,
    velocity: 1e-7,
    true_track: 0,
    vertical_rate: -0.5,
    sensors: [1, 2],
    geo_altitude: 11,
    squawk: '0271',
    spi: true,
    position_source: 0,
    category: 4,
    snapshot_time: null,
    feed: 'opensky',
  };
  const wanted = { ...fields, time_position: 1_656_287_999n, last_contact: 1_656_287_999n, malformed: null };
  const csvCell = (value: string | number | boolean | object | null): string => {
    if (value === null) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (
    ...rows: readonly Readonly<Record<string, string | number | boolean | object | null>>[]
  ): string =>
    [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(csvCell))]
      .map((cells) => `${cells.join(',')}\r\n`)
      .join('');

  test('reads CSV of a query', async () => {
    const bad = { ...fields, longitude: 'east' };
    const { rows } = await staged(
      { 'a.csv': csv({ event_date: '2022-06-26', ...fields }, { event_date: '', ...bad }) },
      'a.csv',
    );
    expect(rows[0]).toMatchObject(wanted);
    expect(rows[1]).toMatchObject({ icao24: null, payload: expect.stringContaining('east') as unknown });
    expect(rows).toHaveLength(2);
  });

  test('reads JSON of a query, and lines of messages, as a topic does', async () => {
    const lines = [
      { ...fields, ingested_at: '2022-06-26T00:00:00Z', topic_partition: 3, topic_offset: 9 },
      { ...fields, velocity: 'fast' },
    ].map((row) => JSON.stringify(row));
    const { rows } = await staged({ 'a.ndjson': `${lines.join('\n')}\n\n{"icao24":\n` }, 'a.ndjson');
    expect(rows[0]).toMatchObject({ ...wanted, topic_partition: ARCHIVE, topic_offset: 0n });
    expect(rows[1]).toMatchObject({
      payload: lines[1],
      malformed: 'velocity is the text "fast", not a double',
    });
    expect(rows[2]).toMatchObject({ payload: '{"icao24":', topic_offset: 2n });
  });

  test('reads Parquet, in the order of its rows', async () => {
    const folder = await folderOf({});
    onTestFinished(() => folder[Symbol.asyncDispose]());
    await using engine = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads: 1,
      temporaryFolder: folder.file('t'),
    });
    const [file] = await engine.write(
      {
        sql: "select '4ca2d6' as icao24, 1656287999 + i as time_position, cast(1.5 as double) as longitude, 'opensky' as feed from (select unnest(range(3000)) as i) as numbers",
        relations: {},
      },
      {
        folder: folder.file('w'),
        columns: [
          { name: 'icao24', type: 'string' },
          { name: 'time_position', type: 'long' },
          { name: 'longitude', type: 'double' },
          { name: 'feed', type: 'string' },
        ],
      },
    );
    const { rows, reading } = await staged({ 'a.parquet': readFileSync(file?.path ?? '') }, 'a.parquet');
    expect(reading.damaged).toEqual([]);
    expect(rows.map((row) => row['time_position'])).toEqual(
      rows.map((_, index) => 1_656_287_999n + BigInt(index)),
    );
    expect(rows.at(-1)).toMatchObject({
      topic_offset: 2999n,
      longitude: 1.5,
      latitude: null,
      feed: 'opensky',
    });
  });

  test('says that a file which only begins like Parquet is damaged', async () => {
    const { rows, reading } = await staged({ 'a.parquet': 'PAR1 and nothing else' }, 'a.parquet');
    expect(rows).toEqual([]);
    expect(reading.damaged).toHaveLength(1);
  });

  test('keeps the text of rows of the other kind, for quarantine', async () => {
    const text = JSON.stringify({ ...fields, feed: 'simulator' });
    const { rows } = await staged({ 'a.ndjson': `${text}\n` }, 'a.ndjson');
    expect(rows).toMatchObject([{ feed: 'simulator', payload: text, malformed: null }]);
  });
});
