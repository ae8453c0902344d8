import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { LineServer } from '../../../src/ingest/mock/line-server.ts';
import { LineRecorder } from '../../../src/ingest/record/line-recorder.ts';
import { ReplaySource } from '../../../src/ingest/replay/replay-source.ts';
import { SbsSource } from '../../../src/ingest/sbs/sbs-source.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { fakeWorld } from '../fake-world.ts';
import { collect, folderOf } from '../folder.ts';
import { ManualWorld, turn } from '../manual-world.ts';
import { line } from '../sbs/lines.ts';

const START = '2026-11-30T12:00:00Z';
const NOON = Date.parse(START);
const POSITION = { latitude: '51.45735', longitude: '-1.02826' };

const vectorsOf = (polls: readonly Poll[]): readonly (readonly StateVector[])[] =>
  polls.map((poll) => (poll.kind === 'vectors' ? poll.vectors : []));

async function played(path: string, speed = Infinity) {
  const [world, states] = [fakeWorld(START), [] as SourceState[]];
  const source = new ReplaySource(path, world, { speed });
  const polls = await collect(source.polls({ onState: (state) => states.push(state) }));
  return { polls, states, world };
}

describe('a recorder of lines', () => {
  test('keeps each line with the time of its receipt, and replay joins them as the source did, wrong clock and all', async () => {
    await using folder = await folderOf({});
    await using receiver = await LineServer.start();
    const world = new ManualWorld(START);
    const recorder = new LineRecorder(folder.path, 1_000_000);
    await recorder.open();
    const source = new SbsSource(`127.0.0.1:${receiver.port}`, world, {
      onLine: (text, received_ms) => recorder.hear(text, received_ms),
    });
    const live: Poll[] = [];
    const stop = new AbortController();
    const heard = { name: source.name, simulated: false as const, polls: passing(source, live) };
    const recording = recorder.record(heard, { signal: stop.signal });
    while (receiver.sockets.length < 1) await turn();
    // The receiver's clock is two hours ahead; a line in another encoding, and one that is none.
    const twoHours = { time: '14:00:00.000' };
    const sent = [
      [line({ ...POSITION, ...twoHours }), line({ type: 1, callsign: 'BAW\u00e91', ...twoHours }), 'noise'],
      [line({ ...twoHours, type: 4, speed: '250', track: '90', rate: '-64' })],
      ['x'.repeat(3000), line({ ...POSITION, ...twoHours, icao24: '3C6444' })],
    ];
    for (const lines of sent) {
      const before = recorder.lines;
      receiver.send(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
      while (recorder.lines < before + lines.length) await turn();
      await world.pass(1000);
    }
    stop.abort();
    await world.pass(1000);
    expect(await recording).toMatchObject({ answers: 1, removed: 0 });

    const [name = ''] = await readdir(folder.path);
    expect(name).toBe('20261130T120000000Z-0000.sbs.zst');
    const text = zstdDecompressSync(await readFile(join(folder.path, name))).toString('latin1');
    expect(text.split('\n').slice(0, 3)).toEqual(sent[0]?.map((one) => `${NOON} ${one}`));

    const { polls, states, world: later } = await played(folder.path, 1);
    const expected = vectorsOf(live).map((vectors) => vectors.map((one) => ({ ...one, feed: 'replay' })));
    expect(expected.flat().length).toBe(3);
    expect(vectorsOf(polls)).toEqual(expected);
    expect(later.monotonic()).toBe(3000);
    const notices = states.flatMap(({ notices: all = [] }) => all.map(({ message }) => message));
    expect(notices).toContainEqual(expect.stringContaining('its clock shows local time (UTC+2)'));
    expect(notices).toContainEqual(expect.stringContaining('2 lines are not BaseStation'));
  });

  test('writes a file a minute, and a second that two files share is one poll', async () => {
    await using folder = await folderOf({});
    const recorder = new LineRecorder(folder.path, 1_000_000);
    await recorder.open();
    const polls = async function* (): AsyncGenerator<Poll> {
      for (const at of [0, 30_000, 60_000, 60_500, 61_000]) {
        recorder.hear({ text: line({ ...POSITION }), isTooLong: false }, NOON + at);
        yield { kind: 'vectors', vectors: [] };
      }
    };
    await recorder.record({ name: 'sbs:x', simulated: false, polls }, {});
    expect((await readdir(folder.path)).toSorted()).toEqual([
      '20261130T120000000Z-0000.sbs.zst',
      '20261130T120100500Z-0001.sbs.zst',
    ]);
    const { polls: again } = await played(folder.path);
    const seconds = vectorsOf(again).map(([first]) => first?.snapshot_time);
    expect(seconds).toEqual([0, 30, 60, 61].map((second) => NOON / 1000 + second));
  });

  test('keeps within its limit although no aircraft is ever heard', async () => {
    await using folder = await folderOf({});
    const recorder = new LineRecorder(folder.path, 20_000);
    await recorder.open();
    const polls = async function* (): AsyncGenerator<Poll> {
      for (let at = 0; at < 2000; at += 1)
        recorder.hear({ text: `${Math.sin(at)}`.repeat(20), isTooLong: false }, NOON + at * 1000);
      yield { kind: 'vectors', vectors: [] };
    };
    const { bytes, removed } = await recorder.record({ name: 'sbs:x', simulated: false, polls }, {});
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(removed).toBeGreaterThan(0);
    expect(recorder.lines).toBe(2000);
  });

  test.each([
    ['no time', 'noise\nCLK,,,,\n', 'its lines tell no time: noise'],
    ['no lines', '', 'it has no lines'],
    ['a file of another kind', Buffer.alloc(100_000, 1), 'it has a line without an end'],
  ])('is refused by replay when a file has %s, which names it', async (_, content, words) => {
    await using folder = await folderOf({ 'a.sbs': content });
    await expect(played(folder.path)).rejects.toMatchObject({
      code: 'replay-unreadable',
      message: expect.stringMatching(new RegExp(`a\\.sbs is not .*: ${words}`)),
    });
  });
});

/** The polls of a source, seen by the test too. */
const passing = (source: SbsSource, seen: Poll[]) =>
  async function* (options: Parameters<SbsSource['polls']>[0]): AsyncGenerator<Poll> {
    for await (const poll of source.polls(options)) {
      seen.push(poll);
      yield poll;
    }
  };

describe('lines that another program has kept', () => {
  test('are played by the times in them, and one without a time comes with the one before it', async () => {
    const at = (second: number) => ({ ...POSITION, time: `12:00:0${second}.250` });
    const lines = [
      '1,90,,,0',
      line(at(0)),
      line({ ...at(0), date: '', time: '', type: 8 }),
      'CLK,,,,',
      line(at(2)),
      line(at(1)),
    ];
    await using folder = await folderOf({ 'day.sbs': `\r\n${lines.join('\r\n')}\r\n` });
    const { polls, states } = await played(folder.path);
    expect(vectorsOf(polls).map(([first]) => first?.snapshot_time)).toEqual([NOON / 1000, NOON / 1000 + 2]);
    const notices = states.flatMap(({ notices: all = [] }) => all.map(({ message }) => message));
    expect(notices).toContainEqual(
      expect.stringContaining('1 lines are not BaseStation, such as "1,90,,,0"'),
    );
    expect(notices.some((notice) => notice.includes('clock'))).toBe(false);
  });
});
