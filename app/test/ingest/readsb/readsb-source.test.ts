import { rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ReadsbSource } from '../../../src/ingest/readsb/readsb-source.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import { candidatesOf } from '../../../src/ingest/readsb/url.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';
import { folderOf } from '../folder.ts';
import { MockReceiver } from '../mock-receiver.ts';
import { AIRBORNE, NOW_S, OLD_LIST, READSB } from './answers.ts';

const START = new Date(NOW_S * 1000).toISOString();
const DATA = '/data/aircraft.json';

const answerAt = (second: number, aircraft: readonly unknown[] = [AIRBORNE]): string =>
  JSON.stringify({ now: NOW_S + second, messages: 1, aircraft });

interface Watch {
  readonly states: SourceState[];
  readonly polls: Poll[];
}

/**
 * Follows a source until `done` says so. It is asked after each poll and each state that brings none, and the source goes
 * on when it has answered.
 */
async function watch(
  open: (world: FakeWorld) => ReadsbSource,
  world: FakeWorld,
  done: (seen: Watch) => boolean | Promise<boolean>,
): Promise<Watch> {
  const stop = new AbortController();
  const seen: Watch = { states: [], polls: [] };
  let judged: Promise<void> = Promise.resolve();
  const judge = async (): Promise<void> => {
    if (await done(seen)) stop.abort();
  };
  const sleep: FakeWorld['sleep'] = async (ms, signal) => {
    await judged;
    await world.sleep(ms, signal);
  };
  const onState = (state: SourceState): void => {
    seen.states.push(state);
    if (state.kind !== 'ok') judged = judge();
  };
  const source = open({ ...world, sleep });
  for await (const poll of source.polls({ signal: stop.signal, onState })) {
    seen.polls.push(poll);
    await judge();
  }
  return seen;
}

const timesOf = (polls: readonly Poll[]): (number | null | undefined)[] =>
  polls.map((poll) => (poll.kind === 'vectors' ? poll.vectors[0]?.snapshot_time : undefined));

const sourceOf =
  (place: string) =>
  (world: FakeWorld): ReadsbSource =>
    new ReadsbSource(place, { ...world, fetch: askOverHttp }, 'test/1');

describe('a receiver that is asked over HTTP', () => {
  test('is asked once a second, says who asks, and gives vectors of the feed readsb', async () => {
    const world = fakeWorld(START);
    const start = world.clock();
    await using mock = await MockReceiver.start(
      { [DATA]: () => answerAt(Math.floor((world.clock() - start) / 1000)) },
      world.clock,
    );
    const { polls, states } = await watch(
      sourceOf(mock.origin + DATA),
      world,
      ({ polls }) => polls.length === 5,
    );
    expect(mock.requests.map(({ atMs }) => atMs - start)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(mock.requests[0]?.headers).toMatchObject({ 'user-agent': 'test/1', 'accept-encoding': 'gzip' });
    expect(polls[0]).toMatchObject({ vectors: [{ icao24: 'aa5f41', feed: 'readsb' }] });
    expect(timesOf(polls)).toEqual([0, 1, 2, 3, 4].map((second) => Math.floor(NOW_S) + second));
    expect(states[0]).toMatchObject({ kind: 'ok', next_poll_at_ms: start + 1000 });
    expect(states[0]?.message).toMatch(/aircraft\.json sent 1 aircraft, 1 with a position\.$/);
    expect(states[0]?.notices).toBeUndefined();
  });

  test('sets the pace: one that writes every 10 s is asked a few times in it, and no answer is a poll twice', async () => {
    const world = fakeWorld(START);
    const start = world.clock();
    const pages = { [DATA]: () => answerAt(10 * Math.floor((world.clock() - start) / 10_000)) };
    await using mock = await MockReceiver.start(pages, world.clock);
    const { polls, states } = await watch(
      sourceOf(mock.origin + DATA),
      world,
      ({ polls }) => polls.length === 10,
    );
    expect(new Set(timesOf(polls)).size).toBe(10);
    expect(states.every(({ kind }) => kind === 'ok')).toBe(true);
    const asked = mock.requests.filter(({ atMs }) => atMs - start >= 30_000 && atMs - start < 90_000);
    expect(asked.length).toBeLessThanOrEqual(6 * 5);
  });

  test('that writes faster again is soon asked as often', async () => {
    const world = fakeWorld(START);
    const start = world.clock();
    const slow = 60_000;
    const tick = (ms: number): number => (ms < slow ? 5 * Math.floor(ms / 5000) : Math.floor(ms / 1000));
    await using mock = await MockReceiver.start(
      { [DATA]: () => answerAt(tick(world.clock() - start)) },
      world.clock,
    );
    await watch(sourceOf(mock.origin + DATA), world, () => world.clock() - start > 2 * slow);
    const times = mock.requests.map(({ atMs }) => atMs - start);
    expect(times.filter((ms) => ms > slow + 45_000).length).toBeGreaterThanOrEqual(13);
  });

  test('is not sent twice what it can recognise', async () => {
    const world = fakeWorld(START);
    const start = world.clock();
    await using mock = await MockReceiver.start(
      { [DATA]: () => answerAt(3 * Math.floor((world.clock() - start) / 3000)) },
      world.clock,
    );
    mock.hasEtags = true;
    const { polls } = await watch(sourceOf(mock.origin + DATA), world, ({ polls }) => polls.length === 2);
    expect(new Set(timesOf(polls)).size).toBe(2);
    expect(mock.requests.map(({ status }) => status)).toEqual([200, 304, 304, 200]);
  });

  test('whose time stands still is said once, as what it is, is asked less often, and goes on when it does', async () => {
    const world = fakeWorld(START);
    const start = world.clock();
    await using mock: MockReceiver = await MockReceiver.start(
      { [DATA]: () => answerAt(mock.requests.length > 40 ? 200 : 0) },
      world.clock,
    );
    const { states, polls } = await watch(
      sourceOf(mock.origin + DATA),
      world,
      ({ polls }) => polls.length === 2,
    );
    expect(states.map(({ kind }) => kind)).toEqual(['ok', 'waiting', 'ok']);
    expect(states[1]?.message).toMatch(
      /says the same time again and again, 18:28:41 UTC: its program may have stopped/,
    );
    expect(polls.length).toBe(2);
    const between = mock.requests.slice(-3).map(({ atMs }) => atMs);
    expect((between[1] ?? 0) - (between[0] ?? 0)).toBeGreaterThan(5_000);
    expect((between[1] ?? 0) - start).toBeGreaterThan(60_000);
  });

  test('whose server has the right time is no reason to set a clock, though it is minutes old', async () => {
    const world = fakeWorld(new Date(NOW_S * 1000 + 600_000).toISOString());
    let second = 0;
    await using mock = await MockReceiver.start({ [DATA]: () => answerAt((second += 1)) }, world.clock);
    mock.hasDates = true;
    const source = sourceOf(mock.origin + DATA);
    const { states } = await watch(source, world, ({ polls }) => polls.length === 3);
    expect(states.map(({ notices }) => notices)).toEqual([undefined, undefined, undefined]);
  });

  test('that hears nothing, or no position, is said so once for as long as it lasts, and still a poll', async () => {
    const world = fakeWorld(START);
    let second = 0;
    const nowhere = [1, 2, 3, 4, 5].map((digit) => ({ ...AIRBORNE, hex: `3c640${digit}`, lat: undefined }));
    const heard = [[AIRBORNE], [], [], nowhere, [AIRBORNE]];
    await using mock = await MockReceiver.start(
      { [DATA]: () => answerAt(second, heard[second++]) },
      world.clock,
    );
    const { states, polls } = await watch(
      sourceOf(mock.origin + DATA),
      world,
      ({ polls }) => polls.length === 5,
    );
    expect(states.every(({ kind }) => kind === 'ok')).toBe(true);
    const words = states.map(({ about }) => about?.replace(/.*json /, ''));
    const nothing = 'answers, but has no aircraft now';
    const noPosition = 'has aircraft, but none with a position, so they cannot be shown';
    expect(words).toEqual([undefined, nothing, nothing, noPosition, undefined]);
    expect(polls.length).toBe(5);
  });

  test.each([
    ['/tar1090/', '/tar1090/data/aircraft.json'],
    ['/tar1090', '/tar1090/data/aircraft.json'],
    ['/skyaware/index.html', '/skyaware/data/aircraft.json'],
    ['/', '/data/aircraft.json'],
    ['/', '/tar1090/data/aircraft.json'],
    ['', '/data.json'],
    ['/api/now', '/api/now'],
  ])('is found from its page %s at %s, and not looked for again', async (page, place) => {
    const world = fakeWorld(START);
    let second = 0;
    await using mock = await MockReceiver.start({
      '/': '<!doctype html><title>tar1090</title>',
      [place]: () => answerAt((second += 1)),
    });
    const { polls } = await watch(sourceOf(mock.origin + page), world, ({ polls }) => polls.length === 3);
    expect(polls.length).toBe(3);
    const paths = mock.requests.map(({ url }) => url.pathname);
    expect(paths.slice(-3)).toEqual([place, place, place]);
    expect(paths.filter((path) => path !== place).length).toBe(mock.requests.length - 3);
  });

  test('of which no page leads to data is said so, and looked for on', async () => {
    const world = fakeWorld(START);
    await using mock = await MockReceiver.start({ '/': '<!doctype html><title>router</title>' });
    const { states } = await watch(sourceOf(mock.origin), world, ({ states }) => states.length === 2);
    expect(states[0]).toMatchObject({ kind: 'unavailable' });
    expect(states[0]?.message).toMatch(
      /gives no aircraft: no aircraft\.json was found below it; next try at/,
    );
    expect(states[1]?.about).toBe(states[0]?.about);
  });

  test('a query is asked as it stands', () => {
    const query = 'http://localhost:8042/?circle=50,8,100';
    expect(candidatesOf(query)).toEqual([query]);
  });

  test('a user and password in the address are sent as such, and never shown', async () => {
    const world = fakeWorld(START);
    await using mock = await MockReceiver.start({ [DATA]: answerAt(0) });
    const place = `${mock.origin.replace('//', '//pi:rasp%20berry@')}${DATA}?key=abc`;
    const { states, polls } = await watch(sourceOf(place), world, ({ states }) => states.length === 1);
    expect(mock.requests[0]?.headers.authorization).toBe(`Basic ${btoa('pi:rasp berry')}`);
    expect(polls.length).toBe(1);
    for (const text of [sourceOf(place)(world).name, states[0]?.message])
      expect(text).not.toMatch(/rasp|abc/);
  });

  test.each([
    ['a broken connection', { kind: 'reset' }, 'unavailable', /broke off/],
    ['half an answer', { kind: 'truncated' }, 'unavailable', /cut off/],
    ['500 and a page', { kind: 'status', status: 500, body: '<html>' }, 'unavailable', /500 and a web page/],
    ['503', { kind: 'status', status: 503, headers: { 'retry-after': '7' } }, 'unavailable', /503/],
    ['404', { kind: 'status', status: 404 }, 'unavailable', /404/],
    ['no JSON', { kind: 'body', body: 'aircraft' }, 'unavailable', /no JSON/],
    ['an empty answer', { kind: 'body', body: '' }, 'unavailable', /empty/],
    ['another JSON', { kind: 'body', body: '{"states":[]}' }, 'unavailable', /holds no list of aircraft/],
    ['401', { kind: 'status', status: 401 }, 'unauthorized', /does not let us in: it answered 401/],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '9' } }, 'rate-limited', /429/],
  ] as const)('lives through %s, says it in words, and polls again', async (_, fault, kind, says) => {
    const world = fakeWorld(START);
    let second = 0;
    await using mock = await MockReceiver.start({ [DATA]: () => answerAt((second += 1)) }, world.clock);
    mock.faults.push(fault);
    const { states, polls } = await watch(
      sourceOf(mock.origin + DATA),
      world,
      ({ polls }) => polls.length === 2,
    );
    expect(states.map((state) => state.kind)).toEqual([kind, 'ok', 'ok']);
    expect(states[0]?.message).toMatch(says);
    expect(polls.length).toBe(2);
    const waited = (mock.requests[1]?.atMs ?? 0) - (mock.requests[0]?.atMs ?? 0);
    expect(waited).toBe((states[0]?.retry_at_ms ?? 0) - Date.parse(START));
    const headers: Readonly<Record<string, string>> = 'headers' in fault ? fault.headers : {};
    expect(waited).toBeGreaterThanOrEqual(1000 * Number(headers['retry-after'] ?? 0));
  });

  test('that stays away is asked less and less often, but at least twice a minute', async () => {
    const world = fakeWorld(START);
    await using mock = await MockReceiver.start({ [DATA]: answerAt(0) }, world.clock);
    for (let fault = 0; fault < 10; fault += 1) mock.faults.push({ kind: 'reset' });
    await watch(sourceOf(mock.origin + DATA), world, ({ polls }) => polls.length === 1);
    const times = mock.requests.map(({ atMs }) => atMs);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits.every((wait, index) => wait >= (waits[index - 1] ?? 0))).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  });
});

describe('a file of a receiver', () => {
  test('is read when it changes, and is no poll else', async () => {
    const world = fakeWorld(START);
    await using folder = await folderOf({ 'aircraft.json': answerAt(0) });
    const path = folder.file('aircraft.json');
    const { polls } = await watch(sourceOf(path), world, async ({ polls }) => {
      // As receivers do it: written beside, then put in its place.
      await writeFile(`${path}.new`, answerAt(polls.length));
      await rename(`${path}.new`, path);
      return polls.length === 4;
    });
    expect(timesOf(polls)).toEqual([0, 1, 2, 3].map((second) => Math.floor(NOW_S) + second));
  });

  test('that is cut while it is written costs nothing and is not said', async () => {
    const world = fakeWorld(START);
    await using folder = await folderOf({ 'aircraft.json': answerAt(0) });
    const path = folder.file('aircraft.json');
    let isWhole = false;
    const sleep: FakeWorld['sleep'] = async (ms, signal) => {
      await world.sleep(ms, signal);
      if (world.clock() - Date.parse(START) > 1500 && !isWhole) {
        isWhole = true;
        await writeFile(path, answerAt(1));
      }
    };
    const { polls, states } = await watch(sourceOf(path), { ...world, sleep }, async ({ polls }) => {
      if (polls.length === 1) await writeFile(path, answerAt(1).slice(0, 200));
      return polls.length === 2;
    });
    expect(states.map(({ kind }) => kind)).toEqual(['ok', 'ok']);
    expect(timesOf(polls)).toEqual([Math.floor(NOW_S), Math.floor(NOW_S) + 1]);
  });

  test('that stays cut off, or is gone, is said after a moment, and read when it is whole again', async () => {
    const world = fakeWorld(START);
    await using folder = await folderOf({ 'aircraft.json': answerAt(0) });
    const path = folder.file('aircraft.json');
    const { polls, states } = await watch(sourceOf(path), world, async ({ polls, states }) => {
      if (states.length === 1) await writeFile(path, answerAt(1).slice(0, 200));
      if (states.length === 2) await rm(path);
      if (states.at(-1)?.message.includes('no such file') === true) await writeFile(path, answerAt(2));
      return polls.length === 2;
    });
    const words = new Set(states.map(({ about, kind }) => about?.replace(path, 'FILE') ?? kind));
    expect([...words]).toEqual([
      'ok',
      'FILE gives no aircraft: it is cut off or no JSON',
      'FILE gives no aircraft: there is no such file',
    ]);
    expect(states[1]?.retry_at_ms).toBeGreaterThan(Date.parse(START) + 3_000);
    expect(timesOf(polls)).toEqual([Math.floor(NOW_S), Math.floor(NOW_S) + 2]);
  });

  test('may be packed, or named by its folder', async () => {
    const { gzipSync } = await import('node:zlib');
    const world = fakeWorld(START);
    await using folder = await folderOf({
      'run/aircraft.json': answerAt(0),
      'a.json.gz': gzipSync(JSON.stringify(READSB)),
      'b.json': gzipSync(JSON.stringify(READSB)),
    });
    const sizes = async (name: string): Promise<number | undefined> => {
      const { polls } = await watch(sourceOf(folder.file(name)), world, ({ polls }) => polls.length === 1);
      return polls[0]?.kind === 'vectors' ? polls[0].vectors.length : undefined;
    };
    expect(await sizes('run')).toBe(1);
    expect(await sizes('a.json.gz')).toBe(READSB.aircraft.length);
    expect(await sizes('b.json')).toBe(READSB.aircraft.length);
  });

  test('without a time of its own is dated by when it was written, and is a poll once', async () => {
    const world = fakeWorld(new Date().toISOString());
    await using folder = await folderOf({ 'data.json': JSON.stringify(OLD_LIST) });
    const { polls, states } = await watch(sourceOf(folder.path), world, ({ states }) => states.length === 2);
    expect(polls.length).toBe(1);
    expect(Math.abs((timesOf(polls)[0] ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    expect(states[1]?.about).toMatch(/says the same time again and again$/);
  });

  test('of another year is no clock that is wrong, but an old recording', async () => {
    const world = fakeWorld('2027-01-01T00:00:00Z');
    await using folder = await folderOf({ 'aircraft.json': answerAt(0) });
    const { states } = await watch(sourceOf(folder.path), world, ({ states }) => states.length === 1);
    expect(states[0]?.notices?.map(({ message }) => message)).toEqual([
      `${folder.path} says that it is 2026-07-29 18:28:41 UTC: it is an old recording, or the clock there or here is wrong.`,
    ]);
    expect(states[0]?.clock_behind_s).toBeUndefined();
  });

  test('whose clock differs by minutes is said, once it goes on', async () => {
    const world = fakeWorld(new Date(NOW_S * 1000 + 600_000).toISOString());
    await using folder = await folderOf({ 'aircraft.json': answerAt(0) });
    const { states } = await watch(sourceOf(folder.path), world, async ({ states }) => {
      await writeFile(folder.file('aircraft.json'), answerAt(states.length));
      return states.length === 2;
    });
    expect(states.map(({ clock_behind_s }) => clock_behind_s)).toEqual([undefined, -599]);
  });

  test('that is an address without its beginning is told from one that is not there', async () => {
    const { states } = await watch(
      sourceOf('192.168.1.20:8080'),
      fakeWorld(START),
      ({ states }) => states.length === 1,
    );
    expect(states[0]?.message).toContain('if it is an address, write readsb:http://192.168.1.20:8080');
  });
});
