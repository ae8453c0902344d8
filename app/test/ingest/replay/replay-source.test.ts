import { existsSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ReplaySource } from '../../../src/ingest/replay/replay-source.ts';
import type { SourceState } from '../../../src/ingest/source.ts';
import { fakeWorld } from '../fake-world.ts';
import { collect, folderOf } from '../folder.ts';
import { unpacked } from '../unpacked.ts';

const row = (icao24: string) => [icao24, 'SWR252  ', 'Switzerland', 5, 6, 8.5, 47.4, null, true, 0, 90, null];
const answer = (time: number, ...icao24: string[]) => JSON.stringify({ time, states: icao24.map(row) });

const replay = (path: string, speed = Infinity, world = fakeWorld('2026-11-30T12:00:00Z')) =>
  new ReplaySource(path, world, { speed });

async function replayed(path: string) {
  const polls = await collect(replay(path).polls({}));
  return polls.map((poll) => unpacked(poll).vectors);
}

describe('a replay source', () => {
  test('plays a folder in order of time, whatever the names, packed or not, also below it', async () => {
    await using folder = await folderOf({
      'a.json': answer(30, 'cccccc'),
      'day/b.json.gz': gzipSync(answer(10, 'aaaaaa')),
      'c.json': answer(20, 'bbbbbb', 'bbbbb0'),
      'notes.txt': 'not looked at',
      '.hidden.json': 'not looked at',
    });
    const polls = await replayed(folder.path);
    expect(polls.map((vectors) => vectors.map((vector) => vector.icao24))).toEqual([
      ['aaaaaa'],
      ['bbbbbb', 'bbbbb0'],
      ['cccccc'],
    ]);
    expect(polls[0]?.[0]).toMatchObject({
      feed: 'replay',
      snapshot_time: 10,
      time_position: 5,
      category: null,
    });
  });

  test('plays one file, and an answer without states as an empty poll', async () => {
    await using folder = await folderOf({
      'null.json': '{"time":5,"states":null}',
      'none.json': '\uFEFF{"time":5}',
    });
    expect(await replayed(folder.file('null.json'))).toEqual([[]]);
    expect(await replayed(folder.file('none.json'))).toEqual([[]]);
  });

  test.each([
    [1, [30_000, 10_000]],
    [100, [300, 100]],
    [Infinity, []],
  ])('plays at %d times the pace of the recordings', async (speed, pauses) => {
    await using folder = await folderOf({
      'a.json': answer(1000, 'aaaaaa'),
      'b.json': answer(1030, 'bbbbbb'),
      'c.json': answer(1040, 'cccccc'),
    });
    const world = fakeWorld('2026-11-30T12:00:00Z');
    const states: SourceState[] = [];
    const polls = await collect(
      replay(folder.path, speed, world).polls({ onState: (state) => states.push(state) }),
    );
    expect(polls.length).toBe(3);
    expect(world.sleeps).toEqual(pauses);
    expect(states.map((state) => state.next_poll_at_ms !== undefined)).toEqual(
      speed === Infinity ? [false, false, false] : [true, true, false],
    );
  });

  test('ends at once when it is stopped in a pause', async () => {
    await using folder = await folderOf({ 'a.json': answer(0, 'aaaaaa'), 'b.json': answer(900, 'bbbbbb') });
    const stop = new AbortController();
    const world = fakeWorld('2026-11-30T12:00:00Z');
    const stopping = { ...world, sleep: async () => stop.abort() };
    const source = new ReplaySource(folder.path, stopping, { speed: 1 });
    expect((await collect(source.polls({ signal: stop.signal }))).length).toBe(1);
  });

  test('plays answers of receivers and services too, each packed or not, in one order', async () => {
    const receiver = { now: 1_700_000_010.5, messages: 1, aircraft: [{ hex: '4b1812', gs: 100 }] };
    const service = { ac: [{ hex: 'abcdef' }], msg: 'No error', now: 1_700_000_020_000, total: 1 };
    await using folder = await folderOf({
      'c.json.zst': zstdCompressSync(JSON.stringify(service)),
      'b.json.gz': gzipSync(JSON.stringify(receiver)),
      'a.json.zst': zstdCompressSync(answer(1_700_000_000, 'aaaaaa')),
      'd.json': JSON.stringify({ now: 1_700_000_030, aircraft: [] }),
    });
    const polls = await replayed(folder.path);
    expect(polls.map((vectors) => vectors.map(({ icao24, feed }) => [icao24, feed]))).toEqual([
      [['aaaaaa', 'replay']],
      [['4b1812', 'replay']],
      [['abcdef', 'replay']],
      [],
    ]);
    expect(polls[1]?.[0]?.velocity).toBeCloseTo(51.44, 2);
  });

  test('sends rows on that are no vectors, and says how many, with an example', async () => {
    await using folder = await folderOf({
      'a.json': JSON.stringify({ time: 5, states: [row('aaaaaa'), null, 'x', {}] }),
    });
    const states: SourceState[] = [];
    const polls = await collect(
      replay(folder.file('a.json')).polls({ onState: (state) => states.push(state) }),
    );
    expect(polls.map(unpacked)).toMatchObject([
      { vectors: [{ icao24: 'aaaaaa' }], others: ['null', '"x"', '[{}]'] },
    ]);
    expect(states[0]?.notices?.[0]?.message).toMatch(
      /a\.json: 4 of 4 rows are not state vectors: only 12 fields/,
    );
  });

  test.each([
    ['in ms', '1634471390123', 1_634_471_390],
    ['with a fraction', '1634471390.9', 1_634_471_390],
    ['as text', '"1634471390"', 1_634_471_390],
    ['of null', 'null', 1_796_040_061],
    ['of a year that none has', '9007199254740991', 1_796_040_061],
  ])('keeps the vectors of an answer with a time %s', async (_, time, snapshot_time) => {
    const text = answer(0, 'aaaaaa').replace('"time":0', `"time":${time}`);
    await using folder = await folderOf({ '20261130T120101123Z-0007.json': text });
    const states: SourceState[] = [];
    const polls = await collect(replay(folder.path).polls({ onState: (state) => states.push(state) }));
    const vectors = polls.flatMap((poll) => unpacked(poll).vectors);
    expect(vectors).toMatchObject([{ icao24: 'aaaaaa', snapshot_time, time_position: 5 }]);
    const isDated = snapshot_time === 1_634_471_390;
    expect(states.some(({ notices }) => notices?.[0]?.message.includes('tells no time'))).toBe(!isDated);
  });

  test('plays the list of the first dump1090 by the time in the name of its file, which contrail record gave it', async () => {
    await using folder = await folderOf({
      '20261130T120101123Z-0007.json.zst': zstdCompressSync(
        '\uFEFF [{"hex":"4841d7","lat":52.1,"lon":4.5,"seen":1}]',
      ),
    });
    expect(await collect(replay(folder.path).polls({}))).toMatchObject([{ vectors: 1 }]);
    expect(await replayed(folder.path)).toMatchObject([
      [{ icao24: '4841d7', snapshot_time: 1_796_040_061, last_contact: 1_796_040_060 }],
    ]);
  });

  test('passes over folders and pipes that are called like recordings', async () => {
    await using folder = await folderOf({ 'a.json': answer(1, 'aaaaaa'), 'b.json/note.txt': '' });
    expect((await replayed(folder.path)).length).toBe(1);
  });

  test.each([
    ['HTML', '<html>busy</html>'],
    ['a torn answer', answer(5, 'aaaaaa').slice(0, -9)],
    ['another object', '{"flights":[]}'],
    ['states that are no list', '{"time":5,"states":{}}'],
    ['nothing', ''],
    ['rows without end', `{"time":5,"states":[${'[],'.repeat(60_000)}[]]}`],
  ])('names a file that holds %s before anything is sent', async (_, content) => {
    await using folder = await folderOf({ 'a.json': answer(1, 'aaaaaa'), 'bad.json': content });
    let polls = 0;
    const read = (async () => {
      for await (const _poll of replay(folder.path).polls({})) polls += 1;
    })();
    await expect(read).rejects.toMatchObject({ kind: 'invalid', code: 'replay-unreadable' });
    await expect(read).rejects.toThrow(folder.file('bad.json'));
    expect(polls).toBe(0);
  });

  test('names a file that unpacks to more than an answer may have', async () => {
    await using folder = await folderOf({ 'bomb.json.gz': gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x20)) });
    await expect(replayed(folder.file('bomb.json.gz'))).rejects.toThrow(/bomb\.json\.gz.*larger than 64 MiB/);
  });

  test('says what it looked for in a folder without recordings, and that a path leads nowhere', async () => {
    await using folder = await folderOf({ 'a.txt': '' });
    await expect(replayed(folder.path)).rejects.toThrow('.json.gz');
    await expect(replayed(folder.file('absent'))).rejects.toThrow(folder.file('absent'));
  });

  test('stops between recordings when the signal fires', async () => {
    await using folder = await folderOf({ 'a.json': answer(1, 'aaaaaa'), 'b.json': answer(2, 'bbbbbb') });
    const stop = new AbortController();
    let polls = 0;
    for await (const _poll of replay(folder.path).polls({ signal: stop.signal })) {
      polls += 1;
      stop.abort();
    }
    expect(polls).toBe(1);
  });
});

const recorded = '../shared/data/states';
describe.skipIf(!existsSync(recorded))(`recorded answers of OpenSky (skipped without ${recorded})`, () => {
  test('are replayed with 17 and 18 fields, oldest first', async () => {
    const polls = await replayed(recorded);
    const sizes = polls.map((vectors) => vectors.length);
    expect(sizes.toSorted((a, b) => a - b)).toEqual([0, 4, 6, 15, 5485]);
    expect(sizes[0]).toBe(6); // of 2018
    const categories = polls.flat().map((vector) => vector.category);
    expect(categories.filter((category) => category !== null)).toEqual([4, 1, 1, -1]);
    expect(polls.flat().every((vector) => vector.feed === 'replay' && vector.snapshot_time !== null)).toBe(
      true,
    );
  });
});
