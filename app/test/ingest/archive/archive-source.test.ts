import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ContrailError } from '../../../src/errors.ts';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { ArchiveSource } from '../../../src/ingest/archive/archive-source.ts';
import { MOST_HELD } from '../../../src/ingest/archive/time-order.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { folderOf } from '../folder.ts';
import { tar } from './tar.ts';

const HEADER =
  'time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,baroaltitude,geoaltitude,lastposupdate,lastcontact';

/** A row of OpenSky's archive as its CSV has it. */
const row = (time: number, icao24 = '4ca2d6', rest = '') =>
  `${time},${icao24},51.45735,-1.02826,189.1,138.6,-12.36,RYR1427 ,False,False,True,0271,11277.6,11582.4,${time - 1}.75,${time - 1}.999${rest}`;
const csv = (...rows: readonly string[]) => [HEADER, ...rows, ''].join('\n');
const seconds = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(from + index));

interface Read {
  readonly polls: readonly Poll[];
  readonly vectors: readonly StateVector[];
  readonly others: readonly string[];
  readonly states: readonly SourceState[];
  readonly error: ContrailError | null;
}

async function read(path: string, signal?: AbortSignal): Promise<Read> {
  const [polls, states]: [Poll[], SourceState[]] = [[], []];
  let error: ContrailError | null = null;
  try {
    const onState = (state: SourceState): number => states.push(state);
    for await (const poll of new ArchiveSource(path).polls({ onState, signal })) polls.push(poll);
  } catch (cause) {
    error = cause as ContrailError;
  }
  const vectors = polls.flatMap((poll) => (poll.kind === 'vectors' ? poll.vectors : []));
  const others = polls.flatMap((poll) => (poll.kind === 'vectors' ? (poll.others ?? []) : []));
  return { polls, vectors, others, states, error };
}

const times = ({ vectors }: Read) => vectors.map((vector) => vector.snapshot_time);
const notices = ({ states }: Read) =>
  states.flatMap((state) => state.notices ?? []).map(({ message }) => message);

describe('an archive source on OpenSky CSV', () => {
  test('reads each column as what it is', async () => {
    await using folder = await folderOf({ 'a.csv': csv(row(1_656_288_000)) });
    const { vectors, others, error } = await read(folder.file('a.csv'));
    expect(error).toBeNull();
    expect(others).toEqual([]);
    expect(vectors).toEqual([
      {
        icao24: '4ca2d6',
        callsign: 'RYR1427 ',
        origin_country: 'Ireland',
        time_position: 1_656_287_999,
        last_contact: 1_656_287_999,
        longitude: -1.02826,
        latitude: 51.45735,
        baro_altitude: 11277.6,
        on_ground: false,
        velocity: 189.1,
        true_track: 138.6,
        vertical_rate: -12.36,
        sensors: null,
        geo_altitude: 11582.4,
        squawk: '0271',
        spi: true,
        position_source: 0,
        category: null,
        snapshot_time: 1_656_288_000,
        feed: 'archive',
      },
    ]);
  });

  test.each([
    ['', ''],
    ['null', 'null'],
    ['NULL', 'NULL'],
    ['\\N', '\\N'],
    ['nan', 'nan'],
  ])('reads "%s" as null', async (nothing) => {
    const text = nothing === 'nan' ? '' : nothing;
    const cells = [
      100,
      '~abc123',
      ...Array.from({ length: 5 }, () => nothing),
      text,
      text,
      text,
      text,
      nothing,
    ];
    const line = [...cells, nothing, nothing, nothing, nothing].join(',');
    await using folder = await folderOf({ 'a.csv': csv(line) });
    const { vectors, others } = await read(folder.file('a.csv'));
    expect(others).toEqual([]);
    const { icao24, snapshot_time, feed, position_source, ...rest } = vectors[0] as StateVector;
    expect([icao24, snapshot_time, feed, position_source]).toEqual(['~abc123', 100, 'archive', 0]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });

  test.each([
    ['True', true],
    ['true', true],
    ['1', true],
    ['False', false],
    ['false', false],
    ['0', false],
  ])('reads the flag %s', async (flag, value) => {
    await using folder = await folderOf({ 'a.csv': csv(row(100).replace('False', flag)) });
    expect((await read(folder.file('a.csv'))).vectors).toMatchObject([{ on_ground: value }]);
  });

  test('takes columns in any order and among others, in quotes, with CRLF and a byte order mark', async () => {
    const text =
      '\uFEFF"icao24",hour,"time","callsign",lon\r\n"abc123",7,"100.0","A ""B"", C",8.5\r\n,7,101,,\r\n';
    await using folder = await folderOf({ 'a.csv': text });
    const { vectors } = await read(folder.file('a.csv'));
    expect(vectors).toMatchObject([
      { icao24: 'abc123', snapshot_time: 100, callsign: 'A "B", C', longitude: 8.5, latitude: null },
      { icao24: null, snapshot_time: 101, callsign: null, longitude: null },
    ]);
  });

  test('takes a file without a header, with the columns in their order', async () => {
    await using folder = await folderOf({ 'a.csv': `${row(100)}\n${row(101)}` });
    expect(times(await read(folder.file('a.csv')))).toEqual([100, 101]);
  });

  test.each([
    ['1656288000.9', 1_656_288_000],
    ['2022-06-27 00:00:00+00:00', 1_656_288_000],
    ['2022-06-27T02:00:00.5+02:00', 1_656_288_000],
    ['2022-06-27 00:00:00.000 UTC', 1_656_288_000],
    ['2022-06-27 00:00:00', 1_656_288_000],
  ])('reads the time %s, as other programs write it too', async (time, expected) => {
    await using folder = await folderOf({ 'a.csv': `time,icao24,lastcontact\n${time},abc123,NaT\n` });
    const { vectors } = await read(folder.file('a.csv'));
    expect(vectors).toMatchObject([{ snapshot_time: expected, last_contact: null }]);
  });

  test('gives a squawk that was taken for a number its zeros back', async () => {
    await using folder = await folderOf({
      'a.csv': csv(
        row(1).replace('0271', '271'),
        row(2).replace('0271', '271.0'),
        row(3).replace('0271', ''),
      ),
    });
    const { vectors } = await read(folder.file('a.csv'));
    expect(vectors.map(({ squawk }) => squawk)).toEqual(['0271', '0271', null]);
  });

  test('sends rows that are none on as they stand, says so, and loses none', async () => {
    const bad = [
      'x,4ca2d6,1,1',
      row(100, '4ca2d6', ',extra'),
      row(100).replace('189.1', 'fast'),
      row(100).replace('False', 'no'),
      `{"icao24":"4ca2d6"}`,
      row(100).replace('100,', ','),
    ];
    await using folder = await folderOf({ 'a.csv': csv(row(99), ...bad, row(101)) });
    const found = await read(folder.file('a.csv'));
    expect(times(found)).toEqual([99, 101]);
    expect(found.others).toEqual(bad.map((text) => (text.startsWith('{') ? `[${text}]` : text)));
    expect(notices(found)[0]).toMatch(/a\.csv has rows that are not state vectors, such as x,4ca2d6,1,1\./);
    expect(found.error).toBeNull();
  });

  test('cuts a line that is no row where it is too long for a message', async () => {
    await using folder = await folderOf({ 'a.csv': csv(row(99), 'x'.repeat(5_000_000), row(101)) });
    const found = await read(folder.file('a.csv'));
    expect(times(found)).toEqual([99, 101]);
    expect(found.others.map(({ length }) => length)).toEqual([65_536]);
  });

  test('makes a poll of each second, and of several where rows are few', async () => {
    const world = (time: number) =>
      Array.from({ length: 1_200 }, (_, index) => row(time, String(100_000 + index)));
    await using folder = await folderOf({ 'a.csv': csv(...world(100), ...world(110), ...seconds(120, 50)) });
    const { polls } = await read(folder.file('a.csv'));
    expect(polls.map((poll) => poll.kind === 'vectors' && poll.vectors.length)).toEqual([1_200, 1_200, 50]);
  });

  test('puts rows into order of time, and keeps those of an aircraft in order beyond what it can hold', async () => {
    await using folder = await folderOf({
      'mixed.csv': csv(row(103), row(101), row(102), row(100), row(101, 'abc123')),
      'by-aircraft.csv': csv(
        ...Array.from({ length: 3 }, (_, aircraft) =>
          Array.from({ length: MOST_HELD / 2 + 100 }, (__, second) => row(second + 1, `00000${aircraft}`)),
        ).flat(),
      ),
    });
    expect(times(await read(folder.file('mixed.csv')))).toEqual([100, 101, 101, 102, 103]);
    const { vectors, polls } = await read(folder.file('by-aircraft.csv'));
    expect(vectors.length).toBe(3 * (MOST_HELD / 2 + 100));
    expect(polls.length).toBeLessThan(60);
    for (const aircraft of ['000000', '000001', '000002']) {
      const own = vectors
        .filter(({ icao24 }) => icao24 === aircraft)
        .map((vector) => vector.snapshot_time ?? 0);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  test('reads rows as JSON, a list or one a line', async () => {
    const rows = [
      { time: 100, icao24: 'abc123', lat: 1.5, onground: true, squawk: 271, lastcontact: 99.9, alert: false },
      { time: '101', icao24: 'abc123', lat: '2.5', onground: 'False', squawk: '0271', lastcontact: null },
      { time: 102, icao24: 'abc123', lat: [] },
    ];
    await using folder = await folderOf({
      'list.json': `\uFEFF ${JSON.stringify(rows, null, 2)}\n`,
      'lines.json': rows.map((each) => `${JSON.stringify(each)}\n`).join(''),
    });
    for (const name of ['list.json', 'lines.json']) {
      const { vectors, others, error } = await read(folder.file(name));
      expect(error).toBeNull();
      expect(vectors).toMatchObject([
        { latitude: 1.5, on_ground: true, squawk: '0271', last_contact: 99 },
        { latitude: 2.5, on_ground: false, squawk: '0271', last_contact: null, snapshot_time: 101 },
      ]);
      expect(others.map((text) => JSON.parse(text) as unknown)).toEqual([[rows[2]]]);
    }
  });
});

describe('an archive source on packed files', () => {
  test.each([
    ['gzip', 'a.csv.gz', () => gzipSync(csv(...seconds(100, 3)))],
    ['gzip without its name', 'a.csv', () => gzipSync(csv(...seconds(100, 3)))],
    [
      'gzip in several pieces',
      'a.csv.gz',
      () => Buffer.concat([gzipSync(csv(row(100), row(101))), gzipSync(`${row(102)}\n`)]),
    ],
    [
      'gzip with something behind it',
      'a.csv.gz',
      () => Buffer.concat([gzipSync(csv(...seconds(100, 3))), Buffer.alloc(40_000)]),
    ],
    [
      'tar, as OpenSky makes it',
      'states_2022-06-27-23.csv.tar',
      () =>
        tar({
          'README.txt': 'a,b\n',
          'states_2022-06-27-23.csv.gz': gzipSync(csv(...seconds(100, 3))),
          'LICENSE.txt': 'x'.repeat(2000),
        }),
    ],
    ['tar of two files', 'a.tar', () => tar({ 'a.csv': csv(row(100), row(101)), 'b.csv': csv(row(102)) })],
    [
      'tar in gzip',
      'a.tgz',
      async () => gzipSync(await tar({ 'a.csv.gz': gzipSync(csv(...seconds(100, 3))) })),
    ],
    ['tar with long names', 'a.tar', () => tar({ [`${'long/'.repeat(60)}a.csv`]: csv(...seconds(100, 3)) })],
    ['tar without its name', 'a', () => tar({ './data/a.csv': csv(...seconds(100, 3)) })],
  ])('reads %s', async (_, name, content) => {
    await using folder = await folderOf({ [name]: await content() });
    const found = await read(folder.file(name));
    expect(found.error).toBeNull();
    expect(times(found)).toEqual([100, 101, 102]);
    expect(found.polls.at(-1)).toMatchObject({ done: found.polls.at(-1)?.total });
  });

  test('reads a tar that was split, whichever of its names is given, and names a part that is missing', async () => {
    const whole = await tar({ 'a.csv': csv(...seconds(100, 300)), 'b.csv': csv(...seconds(400, 300)) });
    const [first, second] = [15_000, 40_000];
    const [aa, ab] = [whole.subarray(0, first), whole.subarray(first, second)];
    const ac = whole.subarray(second);
    await using folder = await folderOf({ 'day.tar.aa': aa, 'day.tar.ab': ab, 'day.tar.ac': ac });
    for (const path of [
      folder.path,
      folder.file('day.tar'),
      folder.file('day.tar.aa'),
      folder.file('day.tar.ab'),
    ]) {
      const found = await read(path);
      expect(found.error).toBeNull();
      expect(found.vectors.length).toBe(600);
    }
    await using lacking = await folderOf({ 'day.tar.aa': aa, 'day.tar.ac': ac });
    const { error } = await read(lacking.path);
    expect(error).toMatchObject({ kind: 'invalid', code: 'archive-unreadable' });
    expect(error?.message).toMatch(/its part .*day\.tar\.ab is missing/);
  });

  test('reads a folder in the order of the times that its names say, hidden folders too', async () => {
    await using folder = await folderOf({
      'states/2022-06-27/23/states_2022-06-27-23.csv.gz': gzipSync(csv(...seconds(40_000, 2))),
      'states/.2020-05-11/07/states_2020-05-11-07.csv.tar': await tar({
        'states_2020-05-11-07.csv.gz': gzipSync(csv(...seconds(10_000, 2))),
      }),
      'a_2020-05-11-08.csv': csv(...seconds(20_000, 2)),
      'notes.txt': 'a,b',
      '.hidden.csv': csv(row(1)),
      'airports.csv': 'ident,name\nEHAM,Schiphol\n',
      'aircraft.json': '{"now":1,"aircraft":[]}',
    });
    const found = await read(folder.path);
    expect(found.error).toBeNull();
    expect(times(found)).toEqual([10_000, 10_001, 20_000, 20_001, 40_000, 40_001]);
    expect(notices(found)).toEqual([
      expect.stringMatching(/aircraft\.json is skipped: it is an aircraft\.json of a receiver/) as unknown,
      expect.stringMatching(/airports\.csv is skipped: it is no CSV of OpenSky state vectors/) as unknown,
    ]);
  });

  test.each([
    [
      'a gzip stream',
      'cut.csv.gz',
      () => gzipSync(csv(...seconds(100, 400))),
      /cut\.csv\.gz: unexpected end of file/,
    ],
    [
      'a tar',
      'cut.tar',
      () => tar({ 'a.csv': csv(...seconds(100, 200)), 'b.csv': csv(...seconds(300, 200)) }),
      /cut\.tar: b\.csv: Unexpected end of data/,
    ],
    [
      'a gzip stream in a tar',
      'cut.tar',
      () => tar({ 'a.csv.gz': gzipSync(csv(...seconds(100, 400))).subarray(0, 2000), 'b.csv': csv(row(9)) }),
      /cut\.tar: a\.csv\.gz: unexpected end of file/,
    ],
    [
      'a list of JSON',
      'cut.json',
      () =>
        `[${seconds(100, 400)
          .map((_, time) => JSON.stringify({ time, icao24: 'abc123' }))
          .join()}]`,
      /cut\.json: it is cut off or no JSON/,
    ],
  ])(
    'names %s that is cut off, says what was sent before, and goes on with the other files',
    async (_, name, content, words) => {
      const whole = Buffer.from(await content());
      const bytes =
        name === 'cut.tar' && words.source.includes('gz') ? whole : whole.subarray(0, whole.length * 0.75);
      await using folder = await folderOf({ [name]: bytes, 'z.csv': csv(row(900)) });
      const { error, vectors } = await read(folder.path);
      expect(error).toMatchObject({ kind: 'invalid', code: 'archive-unreadable' });
      expect(error?.message).toMatch(words);
      expect(vectors.length).toBeGreaterThan(100);
      expect(vectors.length).toBeLessThan(402);
      expect(vectors.at(-1)?.snapshot_time).toBe(900);
      const sent = Number(/ (\d+) rows of it were sent, (\d+) in all/.exec(error?.message ?? '')?.[2]);
      const { others } = await read(folder.path);
      expect(sent).toBe(vectors.length + others.length);
    },
  );

  test('goes on in a tar after a member that is of no use, or damaged', async () => {
    const hex = (number: number): string =>
      ((number * 2_654_435_761) % 0xffffff).toString(16).padStart(6, '0');
    const rows = Array.from({ length: 20_000 }, (_, index) => row(1, hex(index)));
    const content = await tar({
      'other.csv': `a,b\n${'1,2\n'.repeat(100_000)}`,
      'damaged.csv.gz': gzipSync(csv(...rows)).fill(7, 60_000),
      'z.csv': csv(row(101)),
    });
    await using folder = await folderOf({ 'a.tar': content });
    const { error, vectors } = await read(folder.file('a.tar'));
    expect(error?.message).toMatch(/a\.tar: damaged\.csv\.gz: .+\. \d+ rows of it were sent/);
    expect(vectors.length).toBeGreaterThan(1_000);
    expect(vectors.at(-1)?.snapshot_time).toBe(101);
  });

  test('names a tar whose end is missing, though it is cut off between two files', async () => {
    const whole = await tar({ 'a.csv': csv(row(100)), 'b.csv': csv(row(101)) });
    await using folder = await folderOf({ 'a.tar': whole.subarray(0, 1024) });
    const { error, vectors } = await read(folder.file('a.tar'));
    expect(error?.message).toMatch(/a\.tar: the tar is cut off.* 1 rows of it were sent/);
    expect(vectors.length).toBe(1);
  });

  test('names a tar that is damaged', async () => {
    const whole = await tar({ 'a.csv': csv(row(100)), 'b.csv': csv(row(101)) });
    whole[1024 + 3] = 0x78; // In the name of the second file.
    await using folder = await folderOf({ 'a.tar': whole });
    const { error, vectors } = await read(folder.path);
    expect(error?.message).toMatch(/a\.tar: Invalid tar header/);
    expect(vectors.length).toBe(1);
  });

  test.each([
    ['a web page', 'a.csv', '<html>busy</html>', 'it is no CSV'],
    ['Avro', 'a.avro', 'Obj\u0001,,,', 'it is Avro'],
    ["OpenSky's answer", 'a.json', '{"time":1,"states":[]}', '--source replay:PATH'],
    ['other JSON', 'a.json', '{"a":1}', 'neither rows of state vectors nor a trace'],
  ])('refuses %s that is named', async (_, name, content, words) => {
    await using folder = await folderOf({ [name]: content });
    const { error } = await read(folder.file(name));
    expect(error).toMatchObject({ kind: 'invalid', code: 'archive-unreadable' });
    expect(error?.message).toContain(words);
    expect(error?.message).toContain(folder.file(name));
  });

  test('says that a path leads nowhere, or that a folder holds nothing', async () => {
    await using folder = await folderOf({ 'a.txt': '' });
    expect((await read(folder.file('absent'))).error?.message).toMatch(/absent cannot be read.*no such file/);
    expect((await read(folder.path)).error?.message).toMatch(/holds no archives/);
  });

  test('stops when the signal fires, without an error', async () => {
    await using folder = await folderOf({
      'a.tar': await tar({ 'a.csv': csv(...seconds(1, 40_000)), 'b.csv': csv(...seconds(50_000, 40_000)) }),
    });
    const stop = new AbortController();
    let polls = 0;
    for await (const _poll of new ArchiveSource(folder.file('a.tar')).polls({ signal: stop.signal })) {
      polls += 1;
      stop.abort();
    }
    expect(polls).toBe(1);
  });
});
