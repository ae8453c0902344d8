import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { OpenSkyMock } from '../../../src/ingest/mock/opensky.ts';
import { type OpenSkyOptions, OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';
import { folderOf } from '../folder.ts';
import { unpacked } from '../unpacked.ts';
import { fetchOf, MOCK_URLS } from '../mock-fetch.ts';
import { ROW } from '../mock-opensky.ts';

const NOON = '2026-11-23T12:00:00Z';

async function setting(start = NOON) {
  const folder = await folderOf({});
  const world = fakeWorld(start);
  const mock = new OpenSkyMock({ clock: world.clock, rows: () => [ROW] });
  const fetched: string[] = [];
  const ask = fetchOf(mock, world);
  const counted: typeof fetch = async (input, init) => {
    fetched.push(String(input instanceof Request ? input.url : input));
    return ask(input, init);
  };
  const creditFile = folder.file('data/opensky-credits.json');
  return {
    world,
    mock,
    creditFile,
    fetched,
    /** A program that starts now. */
    source: (more: OpenSkyOptions = {}, components: Partial<FakeWorld> & { fetch?: typeof fetch } = {}) =>
      new OpenSkySource({ ...MOCK_URLS, creditFile, ...more }, { ...world, fetch: counted, ...components }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Lives until there are so many polls, or so many states. */
async function live(
  source: OpenSkySource,
  {
    polls: most = Infinity,
    states: mostStates = Infinity,
    isWatched = undefined as (() => boolean) | undefined,
  },
): Promise<{ readonly polls: Poll[]; readonly states: SourceState[] }> {
  const stop = new AbortController();
  const [polls, states]: [Poll[], SourceState[]] = [[], []];
  const onState = (state: SourceState) => {
    if (states.push(state) >= mostStates) stop.abort();
  };
  for await (const poll of source.polls({ signal: stop.signal, onState, ...(isWatched && { isWatched }) })) {
    if (polls.push(poll) >= most) stop.abort();
  }
  return { polls, states };
}

describe('a program that starts again', () => {
  test('spends nothing twice: it waits as long as the last run would have', async () => {
    await using it = await setting();
    await live(it.source(), { polls: 1 });
    it.world.advance(60_000);
    const { states } = await live(it.source(), { polls: 1 });
    expect(states[0]).toMatchObject({ kind: 'waiting', about: 'not-due', credits_left: 396 });
    expect(states[0]?.message).toBe(
      'The next request to OpenSky is at 12:14:24 UTC, so that the 396 remaining credits last. It was asked at 12:00:00 UTC.',
    );
    expect(it.world.clock() - Date.parse(NOON)).toBe(864_400);
    expect(it.mock.spent('anonymous')).toBe(8);
  });

  test('a hundred times in a minute, as a loop of crashes does, asks once', async () => {
    await using it = await setting();
    for (let start = 0; start < 100; start += 1) {
      const source = it.source();
      if (start > 0) expect(await source.probe()).toMatchObject({ kind: 'reachable', vectors: null });
      await live(source, { states: 1 });
      it.world.advance(600);
    }
    expect(it.mock.spent('anonymous')).toBe(4);
  });

  test('counts a request as spent that it was killed in', async () => {
    await using it = await setting();
    await live(it.source(), { polls: 1 });
    it.world.advance(900_000);
    const stop = new AbortController();
    const killed: typeof fetch = async () => {
      stop.abort();
      throw new DOMException('stopped', 'AbortError');
    };
    for await (const _ of it.source({}, { fetch: killed }).polls({ signal: stop.signal })) break;
    const { states } = await live(it.source(), { states: 1 });
    expect(states[0]).toMatchObject({ about: 'not-due', credits_left: 392 });
  });

  test('asks soon where somebody looks and credits are there for it', async () => {
    await using it = await setting();
    await live(it.source(), { polls: 1 });
    it.world.advance(60_000);
    const { states } = await live(it.source(), { polls: 1, isWatched: () => true });
    expect(states.map(({ kind }) => kind)).toEqual(['ok']);
    expect(it.world.clock() - Date.parse(NOON)).toBeLessThan(62_000);
  });

  test('asks at once where the last poll failed, or the day is another', async () => {
    await using it = await setting();
    const broken = it.source({}, { fetch: async () => new Response('', { status: 503 }) });
    await live(broken, { states: 1 });
    const before = it.world.clock();
    await live(it.source(), { polls: 1 });
    expect(it.world.clock() - before).toBeLessThan(1_000);
    it.world.advance(86_400_000);
    const again = await live(it.source(), { polls: 1 });
    expect(again.states[0]).toMatchObject({ kind: 'ok', credits_left: 396 });
  });

  test('waits until the time that a 429 gave, and says until when; a probe says so without a request', async () => {
    await using it = await setting();
    const headers = { 'x-rate-limit-retry-after-seconds': '16841' };
    const limited = it.source({}, { fetch: async () => new Response('', { status: 429, headers }) });
    await live(limited, { states: 1 });
    const source = it.source();
    expect(await source.probe()).toMatchObject({
      kind: 'unreachable',
      state: 'rate-limited',
      reason: 'OpenSky limits this address or account until 16:40:43 UTC (in 4 h 41 min).',
    });
    const { states } = await live(source, { polls: 1 });
    expect(states.map(({ kind }) => kind)).toEqual(['rate-limited', 'ok']);
    expect(states[0]?.message).toContain('rate limited until 16:40:43 UTC (in 4 h 41 min)');
    expect(it.world.clock()).toBeGreaterThanOrEqual(Date.parse('2026-11-23T16:40:41Z'));
    expect(it.fetched.length).toBe(1);
  });

  test('takes nothing from the file of another account', async () => {
    await using it = await setting();
    await live(it.source(), { polls: 1 });
    const credentials = { clientId: 'me', clientSecret: { reveal: () => 'secret' } };
    const source = it.source({ credentials }, { fetch: async () => new Response('', { status: 503 }) });
    const { states } = await live(source, { states: 1 });
    expect(states[0]?.kind).toBe('unavailable');
  });
});

describe('a file of credits', () => {
  test.each([
    ['is empty', '', 'not JSON'],
    ['is cut off', '{"account":"anonymous","credits":{"buck', 'not JSON'],
    ['is of something else', '[1]', 'not hold a record of credits'],
    [
      'counts nonsense',
      '{"account":"anonymous","credits":{"bucket":"gold","left":-1,"since_ms":"x"},"polled_at_ms":1,"limited_until_ms":null}',
      'not hold a record of credits',
    ],
    [
      'names times that cannot be',
      '{"account":"anonymous","credits":{"bucket":"standard","left":1,"since_ms":0},"polled_at_ms":1e300,"limited_until_ms":null}',
      'not hold a record',
    ],
  ])('that %s is ignored with a word, and written again', async (_, text, words) => {
    await using it = await setting();
    await live(it.source(), { polls: 1 });
    await writeFile(it.creditFile, text);
    const { states } = await live(it.source(), { polls: 1 });
    const notice = states[0]?.notices?.find(({ about }) => about === 'credits-file');
    expect(notice?.message).toContain(words);
    expect(notice?.message).toContain(it.creditFile);
    expect(JSON.parse(await readFile(it.creditFile, 'utf8'))).toMatchObject({ credits: { left: 392 } });
    const later = await live(it.source(), { states: 1 });
    expect(later.states[0]).toMatchObject({ about: 'not-due' });
  });

  test('that limits for years, or is of a time to come, does not stop a source', async () => {
    await using it = await setting();
    const record = {
      account: 'anonymous',
      credits: { bucket: 'anonymous', left: 300, since_ms: Date.parse('2026-11-23') },
      polled_at_ms: Date.parse('2027-11-23'),
      limited_until_ms: Date.parse('2036-11-23'),
    };
    await live(it.source(), { polls: 1 });
    await writeFile(it.creditFile, JSON.stringify(record));
    const begin = it.world.clock();
    await live(it.source(), { polls: 1 });
    expect(it.world.clock() - begin).toBeLessThan(865_000);
  });

  test('that cannot be written costs a word, and no poll', async () => {
    await using it = await setting();
    const source = it.source({ creditFile: '/dev/null/there/is/none' });
    const { states, polls } = await live(source, { polls: 2 });
    expect(polls.length).toBe(2);
    expect(states[0]?.notices?.[0]).toMatchObject({ about: 'credits-file' });
  });
});

describe('several boxes', () => {
  const fiji = { lamin: -20, lomin: 177, lamax: -16, lomax: -178 };
  const at = (icao24: string, longitude: number, latitude: number) =>
    ROW.with(0, icao24).with(5, longitude).with(6, latitude);
  const rows = () => [
    at('aaaaaa', 178, -18),
    at('bbbbbb', -179, -18),
    at('cccccc', 180, -18),
    at('dddddd', 0, 50),
  ];

  test('are one poll: each aircraft once, no two requests in one step of the grid, and the credits of all', async () => {
    await using it = await setting();
    const mock = new OpenSkyMock({ clock: it.world.clock, rows });
    const times: number[] = [];
    const ask = fetchOf(mock, it.world);
    const timed: typeof fetch = (input, init) => {
      times.push(Math.floor(it.world.clock() / 10_000));
      return ask(input, init);
    };
    const { polls, states } = await live(it.source({ areas: [fiji], credits: 'even' }, { fetch: timed }), {
      polls: 3,
    });
    expect(polls.map((poll) => unpacked(poll).vectors.map(({ icao24 }) => icao24))).toEqual(
      Array(3).fill(['aaaaaa', 'cccccc', 'bbbbbb']),
    );
    expect(states[0]).toMatchObject({ credits_left: 398 });
    expect(new Set(times).size).toBe(6);
    expect(mock.spent('anonymous')).toBe(6);
    // 199 more polls of 2 credits until midnight.
    expect((states[0]?.next_poll_at_ms ?? 0) - Date.parse(NOON)).toBe((12 * 3_600_000) / 200);
  });

  test('give each aircraft once also where a probe made the first request, and count what lay beside', async () => {
    await using it = await setting();
    const more = () => [...rows(), at('eeeeee', 0, -30)];
    const mock = new OpenSkyMock({ clock: it.world.clock, rows: more });
    const ask = fetchOf(mock, it.world);
    const beside = it.source({ areas: [fiji], credits: 'even' }, { fetch: ask });
    expect(await beside.probe()).toMatchObject({ kind: 'reachable', vectors: 2 });
    const { polls } = await live(beside, { polls: 1 });
    expect(polls.map((poll) => unpacked(poll).vectors.map(({ icao24 }) => icao24))).toEqual([
      ['aaaaaa', 'cccccc', 'bbbbbb'],
    ]);
    const wide = [{ lamin: -50, lomin: 165, lamax: -10, lomax: -170 }];
    const world = it.source({ areas: wide, creditFile: null }, { fetch: ask });
    expect(await world.probe()).toMatchObject({ vectors: 3 });
    const { states } = await live(world, { polls: 1 });
    expect(states[0]?.counters).toMatchObject({ vectors: 3, vectors_outside: 1 });
  });

  test('give what came when one of them fails, and then the rest alone', async () => {
    await using it = await setting();
    const mock = new OpenSkyMock({ clock: it.world.clock, rows });
    let number = 0;
    const ask = fetchOf(mock, it.world, { faultOf: () => ((number += 1) === 2 ? 'busy-503' : null) });
    const { polls, states } = await live(it.source({ areas: [fiji] }, { fetch: ask }), { polls: 2 });
    expect(states.map(({ kind }) => kind)).toEqual(['unavailable', 'ok']);
    expect(polls.map((poll) => unpacked(poll).vectors.map(({ icao24 }) => icao24))).toEqual([
      ['aaaaaa', 'cccccc'],
      ['bbbbbb'],
    ]);
    expect(mock.spent('anonymous')).toBe(2);
  });

  test('that are asked for as one give only what lies in them', async () => {
    await using it = await setting();
    const mock = new OpenSkyMock({ clock: it.world.clock, rows });
    const areas = [{ lamin: -50, lomin: 165, lamax: -10, lomax: -170 }];
    const { polls, states } = await live(it.source({ areas }, { fetch: fetchOf(mock, it.world) }), {
      polls: 1,
    });
    expect(polls.map(unpacked)).toMatchObject([
      { vectors: [{ icao24: 'aaaaaa' }, { icao24: 'bbbbbb' }, { icao24: 'cccccc' }] },
    ]);
    expect(states[0]?.message).toContain('sent 3 aircraft');
    expect(mock.spent('anonymous')).toBe(4);
  });
});
